#!/usr/bin/env python3
"""Judges the page, the feed and the metrics by other people's readers: html5lib, tidy, feedparser and promtool.

    scripts/python Tests/outputs-valid.py [PROGRAM]

PROGRAM is .build/debug/watcher by default. Each judge must also refuse something that is wrong. Prints a line for each
thing that was shown; ends with 1 when anything is wrong.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import feedparser
import html5lib

import status_examples

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/debug/watcher").resolve())
HTML = "{http://www.w3.org/1999/xhtml}"
ATOM = "{http://www.w3.org/2005/Atom}"
ATTRIBUTES = {
    "html": {"lang"}, "meta": {"charset", "name", "content", "http-equiv"}, "a": {"href"}, "time": {"datetime"},
    "section": {"class"}, "th": {"scope"}, "td": {"class", "data-l"}, "li": {"class"}, "b": {"class"},
    "p": {"class", "aria-hidden"}, "svg": {"class", "role", "aria-label", "aria-hidden"}, "g": {"class"},
    "circle": {"class", "cx", "cy", "r"}, "rect": {"x", "y", "width", "height"}, "line": {"x2", "y1", "y2"},
    "text": {"x", "y", "dx"}}
PLAIN = {"head", "title", "style", "body", "header", "main", "footer", "h1", "h2", "ul", "br", "code", "small", "strong",
         "span", "table", "thead", "tbody", "tr"}
LARGEST = 100_000
failures = 0


def show(what, is_shown, detail=""):
    global failures
    failures += not is_shown
    print(("ok    " if is_shown else "FAIL  ") + what + (f": {detail}" if detail and not is_shown else ""), flush=True)


def rendered(config, key):
    done = subprocess.run([PROGRAM, "status", "--format", key, "--config", str(config)], capture_output=True, timeout=60)
    # 1: an upstream is stale.
    if done.returncode not in (0, 1) or not done.stdout:
        raise SystemExit(f"status --format {key} failed: {done.stderr.decode()}")
    return done.stdout


# The page


def elements(page):
    """Each with its attributes, in order."""
    tree = html5lib.HTMLParser(strict=True).parse(page.decode())
    return [(element.tag.split("}")[-1], element) for element in tree.iter() if isinstance(element.tag, str)]


def page_problem(page):
    """What is wrong with a page; an empty string: nothing."""
    try:
        found = elements(page)
    except html5lib.html5parser.ParseError as error:
        return f"html5lib: {error}"
    for name, element in found:
        if name not in ATTRIBUTES and name not in PLAIN:
            return f"<{name}> is no element of the page"
        if unknown := set(element.attrib) - ATTRIBUTES.get(name, set()):
            return f"<{name}> has {unknown}"
        if name == "a" and not re.match(r"https?://[^\s\"'<>]+$", element.get("href", "")):
            return f"a link to {element.get('href')!r}"
        if name == "svg" and not (element.get("role") == "img" and element.get("aria-label")
                                  or element.get("aria-hidden") == "true"):
            return "a drawing without words"
    headings = [name for name, _ in found if re.fullmatch("h[1-6]", name)]
    if headings[:1] != ["h1"] or set(headings[1:]) - {"h2"}:
        return f"headings: {headings}"
    tidy = subprocess.run(
        ["tidy", "-quiet", "-errors", "--drop-empty-elements", "no"], input=page, capture_output=True, timeout=60)
    return "tidy: " + tidy.stderr.decode() if tidy.returncode else ""


def shape(page):
    return [(name, sorted(element.attrib)) for name, element in elements(page)]


def luminance(colour):
    def linear(part):
        part = int(part, 16) / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
    red, green, blue = (linear(colour[index:index + 2]) for index in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrasts(page):
    """The least contrast of a text with what is behind it, a scheme each."""
    for scheme in re.findall(r":root \{[^}]*--ink[^}]*\}", page.decode()):
        colours = dict(re.findall(r"--(\w+): (#\w{6})", scheme))
        ratios = []
        for text in ("ink", "soft", "good", "bad", "busy"):
            light, dark = sorted((luminance(colours[text]), luminance(colours["back"])), reverse=True)
            ratios.append((light + 0.05) / (dark + 0.05))
        yield min(ratios)


def judge_pages(configs):
    for name, config in configs.items():
        page = rendered(config, "page")
        show(f"page, {name}: html5lib and tidy find nothing to object to", not page_problem(page), page_problem(page))
    page = rendered(configs["everything"], "page")
    least = list(contrasts(page))
    show(f"page: every text has a contrast of {min(least):.1f} or more, light and dark", len(least) == 2 and min(least) >= 4.5)
    for what in (b"<p onclick='x'>x</p>", b"<script></script>", b"<p><a href='javascript:x'>x</a></p>", b"<p><b>x</p>",
                 b"<img alt='' src='x'>", b"<svg></svg>", b"<ul>x</ul></div>"):
        show(f"page: one with {what.decode()} is refused", bool(page_problem(page.replace(b"</main>", what + b"</main>"))))
    size = len(rendered(configs["a hundred upstreams"], "page"))
    show(f"page: {size} bytes for 100 upstreams, at most {LARGEST}", size <= LARGEST)
    harmless, harmful = (shape(rendered(configs[name], "page")) for name in ("harmless texts", "harmful texts"))
    text = rendered(configs["harmful texts"], "page").count(b"&lt;script&gt;alert(1)")
    show(f"page: no element and no attribute comes from a text, shown {text} times", harmless == harmful and text >= 10)


# The feed


def feed_problem(feed):
    """What RFC 4287 asks for, and what feedparser reads."""
    try:
        root = ElementTree.fromstring(feed)
    except ElementTree.ParseError as error:
        return str(error)
    parsed = feedparser.parse(feed)
    if parsed.bozo or parsed.version != "atom10":
        return f"feedparser: {parsed.version} {parsed.get('bozo_exception')}"
    entries = root.findall(ATOM + "entry")
    if len(parsed.entries) != len(entries):
        return f"feedparser reads {len(parsed.entries)} of {len(entries)} entries"
    for element in [root, *entries]:
        for name in ("id", "title", "updated"):
            if len(element.findall(ATOM + name)) != 1:
                return f"{element.tag} has not one {name}"
        if len(element.findall(ATOM + "published")) > 1 or len(element.findall(ATOM + "content")) > 1:
            return "more than one date or content"
        for name in ("updated", "published"):
            for date in element.findall(ATOM + name):
                if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date.text):
                    return f"{name}: {date.text}"
        if not re.fullmatch(r"urn:watcher:[\w:-]+", element.find(ATOM + "id").text):
            return f"id: {element.find(ATOM + 'id').text}"
        links = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in element.findall(ATOM + "link")]
        if len(links) != len(set(links)):
            return "two links of a kind"
        for link in element.findall(ATOM + "link"):
            if not re.match(r"https?://", link.get("href", "")):
                return f"a link to {link.get('href')}"
        if any(category.get("term") is None for category in element.findall(ATOM + "category")):
            return "a category without a term"
    if not root.findall(f"{ATOM}author/{ATOM}name") and entries:
        return "no author"
    allowed = {"feed", "id", "title", "subtitle", "updated", "published", "author", "name", "generator", "entry", "link",
               "category", "content"}
    if other := {element.tag for element in root.iter()} - {ATOM + name for name in allowed}:
        return f"elements of another kind: {other}"
    if any(len(content) or content.get("type") != "text" for content in root.iter(ATOM + "content")):
        return "markup in a content"
    ids = [entry.find(ATOM + "id").text for entry in entries]
    dates = [entry.find(ATOM + "updated").text for entry in entries]
    if len(ids) != len(set(ids)) or dates != sorted(dates, reverse=True):
        return "ids or the order of entries"
    return ""


def judge_feeds(configs):
    for name, config in configs.items():
        feed = rendered(config, "feed")
        show(f"feed, {name}: RFC 4287 and feedparser have nothing to object to", not feed_problem(feed), feed_problem(feed))
    feed = rendered(configs["harmless texts"], "feed")
    for old, new in ((b"<id>urn:watcher:m-release</id>", b""), (b"</title>", b"<b/></title>"), (b"Z</updated>", b"</updated>"),
                     (b"</entry>", b"<link rel='alternate' href='javascript:x'/></entry>"), (b"</feed>", b"&nbsp;</feed>"),
                     (b"m-failed", b"m-release"), (b'term="release"', b"")):
        assert old in feed, old
        show(f"feed: one with {new.decode()!r} for {old.decode()!r} is refused", bool(feed_problem(feed.replace(old, new, 1))))
    harmless, harmful = (
        [(element.tag, sorted(element.attrib)) for element in ElementTree.fromstring(rendered(configs[name], "feed")).iter()]
        for name in ("harmless texts", "harmful texts"))
    show("feed: no element and no attribute comes from a text", harmless == harmful)


# The metrics


def metrics_problem(text):
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=60)
    return (done.stdout + done.stderr).decode() or ("" if done.returncode == 0 else "promtool failed")


def judge_metrics(configs):
    for name, config in configs.items():
        text = rendered(config, "metrics")
        show(f"metrics, {name}: promtool finds nothing to object to", not metrics_problem(text), metrics_problem(text))
    text = rendered(configs["harmful texts"], "metrics")
    show("metrics: a label without its end is refused", bool(metrics_problem(text.replace(b'"} 1', b"} 1", 1))))
    harmless, harmful = (
        [re.sub(r'"(\\.|[^"\\])*"', '""', line).rsplit(" ", 1)[0] for line in rendered(configs[name], "metrics").decode().split("\n")]
        for name in ("harmless texts", "harmful texts"))
    show("metrics: no line and no label comes from a text", harmless == harmful)


with tempfile.TemporaryDirectory() as folder:
    place = pathlib.Path(folder)
    configs = {
        "everything": status_examples.full(place / "full"), "nothing yet": status_examples.empty(place / "empty"),
        "a hundred upstreams": status_examples.many(place / "many", 100),
        "harmless texts": status_examples.foreign(place / "harmless", "a text", "no address"),
        "harmful texts": status_examples.foreign(place / "harmful", status_examples.HOSTILE, "javascript:alert(1)//<b>\"'")}
    judge_pages(configs)
    judge_feeds(configs)
    judge_metrics(configs)
sys.exit(1 if failures else 0)
