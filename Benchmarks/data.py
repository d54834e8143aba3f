"""Lists of releases in the shape and size of GitHub's, made up: the same at each call."""

import gzip
import json
import os
import random
import zlib

WORDS = """fix add remove update bump improve support release build error crash parser server client config option
default memory leak race timeout retry header cache documentation test workflow dependency version binary package image
performance refactor change feature flag logging metrics export import json yaml token request response stream buffer
index query schema migration plugin module interface""".split()
FILES = ["linux-amd64.tar.gz", "linux-arm64.tar.gz", "darwin-arm64.tar.gz", "windows-amd64.zip", "checksums.txt"]
REPOSITORIES = 100


def name(number):
    """OWNER/NAME of one of any number of repositories; `answer.conf` finds its list by the last two digits."""
    return f"owner-{number % 50}/project-{number:05}"


def user(login, number):
    url = f"https://api.github.com/users/{login}"
    links = ["followers", "gists", "starred", "subscriptions", "organizations", "repos", "events", "received_events"]
    return {
        "login": login, "id": number, "node_id": f"U_kgDO{number:08x}", "gravatar_id": "", "url": url,
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4", "html_url": f"https://github.com/{login}",
        **{f"{link}_url": f"{url}/{link}" for link in links}, "type": "User", "user_view_type": "public",
        "site_admin": False,
    }


def asset(chance, api, web, tag, index):
    file = f"{tag}-{FILES[index % len(FILES)]}"
    number = chance.randrange(10**8, 10**9)
    return {
        "url": f"{api}/releases/assets/{number}", "id": number, "node_id": f"RA_kwDO{number:012x}", "name": file,
        "label": "", "uploader": user("github-actions[bot]", 41898282), "content_type": "application/gzip",
        "state": "uploaded", "size": chance.randrange(10**4, 10**8), "digest": f"sha256:{chance.getrandbits(256):064x}",
        "download_count": chance.randrange(10**6), "created_at": "2024-01-02T03:04:05Z",
        "updated_at": "2024-01-02T03:04:05Z", "browser_download_url": f"{web}/releases/download/{tag}/{file}",
    }


def notes(chance, web):
    lines = ["## What's Changed"]
    for _ in range(chance.randrange(3, 30)):
        text = " ".join(chance.choices(WORDS, k=chance.randrange(4, 12)))
        lines.append(f"* {text} by @person{chance.randrange(400)} in {web}/pull/{chance.randrange(10**4)}")
    return "\r\n".join(lines) + f"\r\n\r\n**Full Changelog**: {web}/compare/v1...v2 \u2014 thanks!"


def release(chance, repository, age, tag, author):
    api, web = f"https://api.github.com/repos/{repository}", f"https://github.com/{repository}"
    number = 300_000_000 - age * 100_000 + chance.randrange(90_000)
    day = f"2024-{12 - age // 25:02}-{28 - age % 25:02}"
    return {
        "url": f"{api}/releases/{number}", "assets_url": f"{api}/releases/{number}/assets",
        "upload_url": f"https://uploads.github.com/repos/{repository}/releases/{number}/assets{{?name,label}}",
        "html_url": f"{web}/releases/tag/{tag}", "id": number, "author": author, "node_id": f"RE_kwDO{number:012x}",
        "tag_name": tag, "target_commitish": "main", "name": f"Release {tag}", "draft": False, "immutable": False,
        "prerelease": "-rc" in tag, "created_at": f"{day}T01:00:00Z", "updated_at": f"{day}T01:30:00Z",
        "published_at": f"{day}T02:00:00Z",
        "assets": [asset(chance, api, web, tag, index) for index in range(chance.randrange(4))],
        "tarball_url": f"{api}/tarball/{tag}", "zipball_url": f"{api}/zipball/{tag}", "body": notes(chance, web),
        "reactions": {"url": f"{api}/releases/{number}/reactions", "total_count": 9, "+1": 4, "heart": 5},
        "mentions_count": 1,
    }


def write(path, value):
    """The file and its packed form. Its time, of which nginx makes the ETag, follows from what is in it."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    time = 1_600_000_000 + zlib.crc32(text) % 10**8
    for file, data in ((path, text), (path + ".gz", gzip.compress(text, 6, mtime=0))):
        with open(file, "wb") as out:
            out.write(data)
        os.utime(file, (time, time))


def generate(folder):
    """`ten`, `thirty`: so many releases each; `news`: `ten` and one more on top."""
    for kind in ("ten", "thirty", "news"):
        os.makedirs(f"{folder}/{kind}", exist_ok=True)
    for number in range(REPOSITORIES):
        chance = random.Random(number)
        author = user(f"person{number}", 1000 + number)
        tags = [f"v{3 - age // 10}.{20 - age % 10}.{chance.randrange(10)}" for age in range(31)]
        tags = [tag + "-rc.1" if age % 8 == 3 else tag for age, tag in enumerate(tags)]
        releases = [release(chance, name(number), age, tag, author) for age, tag in enumerate(tags)]
        for kind, part in (("news", releases[:11]), ("ten", releases[1:11]), ("thirty", releases[1:])):
            write(f"{folder}/{kind}/{number:02}.json", part)
            write(f"{folder}/{kind}/{number:02}.latest.json", part[0])
