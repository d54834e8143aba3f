#!/usr/bin/env python3
"""Checks the query of surveys against Tests/github-survey.graphql, and that a wrong one would be found.

The query is read from the source, so that what is checked is what is sent. Needs `graphql-core`.
"""

import pathlib
import re
import sys
import textwrap

import graphql

ROOT = pathlib.Path(__file__).parent.parent
SOURCE = ROOT / "Sources/WatcherService/GitHub/GitHubClient+Survey.swift"


def main() -> int:
    found = re.search(r'surveyText = """\n(.*?)\n\s*"""', SOURCE.read_text(), re.DOTALL)
    if not found:
        print(f"{SOURCE.name}: the query is not found")
        return 1
    text = textwrap.dedent(found.group(1))
    schema = graphql.build_schema((ROOT / "Tests/github-survey.graphql").read_text())
    errors = graphql.validate(schema, graphql.parse(text))
    for error in errors:
        print(f"{SOURCE.name}: {error}")
    for right in ["isDraft", "$ids: [ID!]!", "first: 5", "CREATED_AT", "... on Repository"]:
        wrong = text.replace(right, "x" + right if right[0] not in "$." else right.replace("ID", "Int").replace("on R", "on X"))
        if wrong == text or not graphql.validate(schema, graphql.parse(wrong)):
            print(f"a query with another {right} passes: the check is worth nothing")
            return 1
    print(f"the query of surveys is {'in' if errors else ''}valid")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
