#!/usr/bin/env python3
"""Makes the pictures of the page for docs/outputs.md: every state in headless Chromium at three widths, light and dark.

    PYTHON_PACKAGES=Tests/page-shots.txt scripts/python Tests/page-shots.py PROGRAM FOLDER [--all]

FOLDER gets those that the documentation shows; with --all every one, to look at. Fails where a picture is wider than
its window, which is text that is cut, or where the scheme is not the one asked for.
"""

import pathlib
import subprocess
import sys
import tempfile

from PIL import Image, ImageChops

import status_examples

WIDTHS = (360, 800, 1600)
#: The page's background, as HTMLStyle has it: proof that the page's own scheme is used, not the browser's.
SCHEMES = {"light": ("1", (255, 255, 255)), "dark": ("0", (22, 24, 28))}
SHOWN = {("full", 360, "dark"), ("full", 800, "light"), ("full", 1600, "dark"), ("empty", 360, "light")}
COLOURS = 64
TALLEST = 4000


def shoot(page, width, scheme, path):
    """A picture as tall as the page, and a line of problems."""
    setting, back = SCHEMES[scheme]
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-lcd-text",
             f"--user-data-dir={profile}", f"--blink-settings=preferredColorScheme={setting}",
             f"--window-size={width},{TALLEST}", f"--screenshot={path}", page.as_uri()],
            check=True, capture_output=True, timeout=120)
    picture = Image.open(path).convert("RGB")
    if picture.getpixel((1, 1)) != back:
        return f"the background is {picture.getpixel((1, 1))}, not that of the {scheme} scheme"
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, back)).getbbox()
    if picture.width != width or not box or box[3] >= TALLEST - 16:
        return f"the picture is {picture.size}, with something in {box}"
    # The padding of the page is 16 pixels: what is in it has run over, a mark of the drawing apart.
    edge = ImageChops.difference(
        picture.crop((width - 8, 0, width, TALLEST)), Image.new("RGB", (8, TALLEST), back)).getbbox()
    picture = picture.crop((0, 0, width, min(box[3] + 16, TALLEST)))
    few = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.convert("RGB").save(path.with_suffix(".webp"), lossless=True, quality=100, method=6)
    path.unlink()
    return f"something runs over the right border at {edge}" if edge else ""


def main():
    program, folder = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory() as work:
        for name, write in (("full", status_examples.full), ("empty", status_examples.empty)):
            config = write(pathlib.Path(work, name))
            page = config.parent / "page.html"
            # Its status is 1 where an upstream is stale.
            page.write_bytes(subprocess.run(
                [program, "status", "--format", "page", "--config", config], capture_output=True, timeout=60).stdout)
            for width in WIDTHS:
                for scheme in SCHEMES:
                    path = folder / f"page-{name}-{width}-{scheme}.png"
                    problem = shoot(page, width, scheme, path)
                    failed += bool(problem)
                    path = path.with_suffix(".webp")
                    print(f"{path.name}: {problem or str(path.stat().st_size) + ' bytes'}", flush=True)
                    if "--all" not in sys.argv and (name, width, scheme) not in SHOWN:
                        path.unlink(missing_ok=True)
    return 1 if failed else 0


sys.exit(main())
