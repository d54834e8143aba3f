#!/usr/bin/env python3
"""Checks that deploy/config.schema.json and the reader agree about the configurations in Tests/Fixtures/configs.

Every good and every doubtful configuration must be valid by the schema, and every wrong one invalid, except for
those that only the program can know to be wrong: they are listed here with the reason. Needs `jsonschema`.
"""

import json
import pathlib
import re
import sys

import jsonschema

# Wrong for a reason that a schema cannot tell: these must be valid by it.
ONLY_BY_MEANING = {
    "action-unknown-upstream": "refers to another part of the file",
    "build-tags-of-line": "refers to another part of the file",
    "dispatch-api-other-host": "refers to another part of the file",
    "dispatch-input-duplicate": "a repeated key, which parsers for schemas drop",
    "dispatch-inputs-too-long": "a sum of lengths",
    "github-api-port": "the value of a number inside of a string",
    "github-app-and-token": "two keys that exclude each other",
    "github-concurrency-whole-fraction": "16.0 is an integer for a schema",
    "message-unknown-field": "names inside of a template",
    "notifier-unknown-upstream": "refers to another part of the file",
    "outputs-state-file": "refers to another part of the file",
    "poll-every-too-long": "the value of a number inside of a string",
    "root-duplicate-key": "a repeated key, which parsers for schemas drop",
    "secret-duplicate-source": "a repeated key, which parsers for schemas drop",
    "email-user-alone": "two keys that need each other",
    "slack-url-of-discord": "the meaning of a host's name",
    "syntax-half-surrogate": "parsers for schemas take half of a surrogate pair",
    "template-control-character": "names inside of a template",
    "template-digest": "names inside of a template",
    "template-empty": "names inside of a template",
    "template-job-field": "names inside of a template",
    "template-no-field": "names inside of a template",
    "template-shell-variable": "names inside of a template",
    "template-several": "names inside of a template",
    "template-unclosed": "names inside of a template",
    "template-unknown-field": "names inside of a template",
    "template-unknown-name": "names inside of a template",
    "template-unknown-upstream": "names inside of a template",
    "template-unknown-upstream-far": "names inside of a template",
    "upstream-duplicate": "a repeated key, which parsers for schemas drop",
    "upstream-duplicate-key": "a repeated key, which parsers for schemas drop",
    "upstream-include-open-group": "the syntax of regular expressions",
    "upstream-minimum-version-unreadable": "the reading of versions",
    "verify-platforms": "refers to another part of the file",
    "webhook-body-fields": "names inside of a template",
    "webhook-body-twice": "a repeated key, which parsers for schemas drop",
    "webhook-header-twice": "names that differ in case",
}


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def without_comments(text):
    """What a reader of strict JSON takes: comments as a space, strings as they are."""
    parts = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
    return parts.sub(lambda part: part[0] if part[0].startswith('"') else " ", text)


def problems(validator, path):
    """What the schema finds; text that is no JSON is wrong for everybody."""
    try:
        value = json.loads(without_comments(path.read_bytes().decode("utf-8-sig")), parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        return [str(error)]
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    configs = root / "Tests" / "Fixtures" / "configs"
    schema = json.loads((root / "deploy" / "config.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failures = []
    counts = {}

    valid = [root / "config.example.json"]
    for folder in ("good", "warn"):
        found = sorted((configs / folder).glob("*.json"))
        counts[folder] = len(found)
        valid += found
    for path in valid:
        for problem in problems(validator, path):
            failures.append(f"{path.relative_to(root)} is read, but not valid by the schema: {problem[:200]}")

    wrong = sorted((configs / "wrong").glob("*.json"))
    counts["wrong"] = len(wrong)
    for path in wrong:
        found = problems(validator, path)
        if path.stem in ONLY_BY_MEANING and found:
            failures.append(f"{path.stem} is listed as wrong only by meaning, but the schema finds: {found[0][:200]}")
        if path.stem not in ONLY_BY_MEANING and not found:
            failures.append(f"{path.relative_to(root)} is refused, but valid by the schema")
    for name in sorted(ONLY_BY_MEANING.keys() - {path.stem for path in wrong}):
        failures.append(f"{name} is listed as wrong only by meaning, but there is no such file")
    for folder, count in counts.items():
        if count == 0:
            failures.append(f"no configurations in {folder}")

    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"schema: {counts['good']} good, {counts['warn']} doubtful, {counts['wrong']} wrong configurations "
          f"({len(ONLY_BY_MEANING)} of them only by meaning), {len(failures)} disagreements")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
