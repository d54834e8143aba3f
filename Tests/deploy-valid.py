"""Judges what is deployed elsewhere by the tools of those places: hadolint for Dockerfiles, GitHub's schema and zizmor
for the workflow. Each judge must also refuse something that is wrong: one that says yes to all proves nothing.

    scripts/python Tests/deploy-valid.py
"""

import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
tools = pathlib.Path(sys.executable).parent
dockerfiles = sorted(root.glob("deploy/**/Dockerfile"))
workflows = sorted(root.glob("deploy/github/*.yaml"))

hadolint = [tools / "hadolint", "--no-color"]
schema = [tools / "check-jsonschema", "--builtin-schema", "vendor.github-workflows"]
# Offline: nothing is asked of GitHub, and a finding of any weight is one.
zizmor = [tools / "zizmor", "--offline", "--no-progress", "--color", "never", "--persona", "pedantic"]

failed = 0


def judge(judge, path, good=True):
    global failed
    ended = subprocess.run([*map(str, judge), str(path)], capture_output=True, text=True, timeout=120)
    if (ended.returncode == 0) != good:
        failed += 1
        name = pathlib.Path(judge[0]).name
        print(f"{name} {'refuses' if good else 'takes'} {path}:\n{ended.stdout}{ended.stderr}")


def spoiled(judge_words, path, old, new):
    """A copy in which something is wrong."""
    text = path.read_text()
    assert old in text, f"{path} has no {old!r} to spoil"
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder, ".github", "workflows", path.name)
        place.parent.mkdir(parents=True)
        place.write_text(text.replace(old, new, 1))
        judge(judge_words, place, good=False)


assert len(dockerfiles) == 2 and len(workflows) == 1, f"{dockerfiles} {workflows}"
for path in dockerfiles:
    judge(hadolint, path)
    spoiled(hadolint, path, "WORKDIR /", "WORKDIR ")
for path in workflows:
    judge(schema, path)
    judge(zizmor, path)
    spoiled(schema, path, "runs-on:", "runs-at:")
    # An input within a script, and an action that somebody can move.
    spoiled(zizmor, path, "for part in noarch", "for part in ${{ inputs.s6_overlay_version }}")
    spoiled(zizmor, path, "docker/setup-buildx-action@4d04d5d9486b7bd6fa91e7baf45bbb4f8b9deedd", "docker/setup-buildx-action@v4")

print(f"deploy: {len(dockerfiles)} Dockerfiles, {len(workflows)} workflow, {failed} complaints")
sys.exit(1 if failed else 0)
