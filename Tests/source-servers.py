#!/usr/bin/env python3
"""Reads releases from real servers: git's own http-backend, and Debian's docker-registry.

    scripts/python Tests/source-servers.py [PROGRAM]

PROGRAM is .build/debug/watcher by default. Prints a line for each thing that was shown; ends with 1 when anything is
wrong.
"""

import hashlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/debug/watcher").resolve())
TAGS = 100_000
failures = 0


def show(what, is_shown, detail=""):
    global failures
    failures += not is_shown
    print(("ok    " if is_shown else "FAIL  ") + what + (f": {detail}" if detail and not is_shown else ""), flush=True)


def git(*arguments, cwd=None, **options):
    names = {"GIT_CONFIG_GLOBAL": "/dev/null"}
    for role in ("AUTHOR", "COMMITTER"):
        names |= {f"GIT_{role}_NAME": "somebody", f"GIT_{role}_EMAIL": "somebody@example.org"}
    return subprocess.run(
        ["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True, env=os.environ | names, **options).stdout.strip()


class Backend(http.server.BaseHTTPRequestHandler):
    """Calls git's http-backend as a web server does. Paths below /old never speak version 2."""

    protocol_version = "HTTP/1.1"
    root = ""
    requests = []

    def answer(self):
        path, _, query = self.path.partition("?")
        Backend.requests.append((self.command, path, query))
        is_old = path.startswith("/old/")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        environment = {
            "GIT_PROJECT_ROOT": Backend.root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path.removeprefix("/old"),
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "127.0.0.1", "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        }
        if not is_old and "Git-Protocol" in self.headers:
            environment["GIT_PROTOCOL"] = self.headers["Git-Protocol"]
        output = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True).stdout
        head, _, content = output.partition(b"\r\n\r\n")
        fields = [line.decode().split(": ", 1) for line in head.split(b"\r\n") if line]
        status = next((value for name, value in fields if name == "Status"), "200 OK")
        self.send_response(int(status.split()[0]))
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer

    def log_message(self, *arguments):
        pass


def watcher(*arguments, config=None, status=0, env=None):
    command = [PROGRAM, *arguments] + (["--config", config] if config else [])
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=os.environ | (env or {}))
    if done.returncode != status:
        show(" ".join(arguments), False, f"{done.returncode}: {done.stdout[-500:]} {done.stderr[-500:]}")
    return done


def explained(source):
    done = watcher("explain", source, "--json")
    return json.loads(done.stdout) if done.returncode == 0 else {"candidates": []}


def tags(document):
    return [candidate["tag"] for candidate in document["candidates"]]


def repository(folder, name, *options):
    work = folder / ("work-" + name)
    git("init", "-q", *options, str(work))
    git("commit", "-q", "--allow-empty", "-m", "one", cwd=work)
    git("tag", "v1.0.0", cwd=work)
    git("tag", "-a", "-m", "annotated", "v1.1.0", cwd=work)
    git("commit", "-q", "--allow-empty", "-m", "two", cwd=work)
    git("tag", "v1.2.0-rc1", cwd=work)
    git("clone", "-q", "--bare", str(work), str(folder / name))
    return work


def reads_git(folder):
    repositories = folder / "git"
    repositories.mkdir()
    work = repository(repositories, "app.git")
    repository(repositories, "sha256.git", "--object-format=sha256")
    Backend.root = str(repositories)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"

    found = explained(f"git:{address}/app.git")
    show("tags are read by version 2 of the protocol", tags(found) == ["v1.2.0-rc1", "v1.1.0", "v1.0.0"], found)
    show("with one request", Backend.requests == [("POST", "/app.git/git-upload-pack", "")], Backend.requests)
    show("a server of an older version is asked for what it advertises",
         tags(explained(f"git:{address}/old/app.git")) == ["v1.2.0-rc1", "v1.1.0", "v1.0.0"])
    show("a repository of SHA-256 is read", tags(explained(f"git:{address}/sha256.git"))[-1:] == ["v1.0.0"])
    missing = watcher("explain", f"git:{address}/nothing.git", status=1)
    show("a repository that is not there is said in words", "404" in missing.stderr and "hint: " in missing.stderr)

    config, state = folder / "git.json", folder / "git-state.json"
    config.write_text(json.dumps({
        "stateFile": str(state), "upstreams": {"app": {"git": f"{address}/app.git"}}}))
    watcher("once", config=str(config))
    seen = json.loads(state.read_text())["upstreams"]["app"]
    show("the highest release is the baseline", seen["lastSeen"]["tag"] == "v1.1.0", seen)
    git("tag", "-f", "v1.1.0", cwd=work)
    git("tag", "v1.2.0", cwd=work)
    git("push", "-q", "-f", "--tags", str(repositories / "app.git"), cwd=work)
    news = watcher("once", config=str(config))
    show("a new tag is a release", "app v1.2.0 is new" in news.stdout + news.stderr, news.stdout + news.stderr)
    show("a tag that was moved needs attention",
         "now stands for another object" in news.stdout + news.stderr, news.stdout + news.stderr)
    quiet = watcher("once", config=str(config))
    show("and is reported once", quiet.stdout + quiet.stderr == "", quiet.stdout + quiet.stderr)

    head = git("rev-parse", "HEAD", cwd=work)
    with open(repositories / "app.git" / "packed-refs", "a") as refs:
        refs.writelines(f"{head} refs/tags/v9.{number // 1000:03}.{number % 1000:03}\n" for number in range(TAGS))
    begun = time.monotonic()
    many = watcher("explain", f"git:{address}/app.git", "--json")
    count = len(json.loads(many.stdout)["candidates"]) if many.returncode == 0 else 0
    show(f"{count} tags are read within the limit of a body ({time.monotonic() - begun:.1f} s)", count >= TAGS)
    server.shutdown()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Registry:
    def __init__(self, folder):
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        settings = folder / "registry.yml"
        settings.write_text(
            f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {folder}/registry\n"
            f"http:\n  addr: {self.address}\nlog:\n  level: error\n")
        self.process = subprocess.Popen(
            ["docker-registry", "serve", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                urllib.request.urlopen(f"http://{self.address}/v2/").read()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise

    def put(self, path, body, kind):
        request = urllib.request.Request(
            f"http://{self.address}/v2/{path}", data=body, method="PUT", headers={"Content-Type": kind})
        return urllib.request.urlopen(request).headers.get("Docker-Content-Digest")

    def blob(self, name, body):
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        begin = urllib.request.Request(f"http://{self.address}/v2/{name}/blobs/uploads/", data=b"", method="POST")
        place = urllib.request.urlopen(begin).headers["Location"]
        place = place.split(self.address, 1)[-1].removeprefix("/v2/")
        self.put(place + ("&" if "?" in place else "?") + "digest=" + digest, body, "application/octet-stream")
        return {"mediaType": "application/octet-stream", "digest": digest, "size": len(body)}

    def push(self, name, tag, content):
        """An index of one platform, as a base image is."""
        config = self.blob(name, json.dumps({"os": "linux", "architecture": "arm", "x": content}).encode())
        config["mediaType"] = "application/vnd.oci.image.config.v1+json"
        layer = self.blob(name, content.encode())
        layer["mediaType"] = "application/vnd.oci.image.layer.v1.tar"
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
            "layers": [layer]}).encode()
        digest = self.put(f"{name}/manifests/sha256:{hashlib.sha256(manifest).hexdigest()}", manifest,
                          "application/vnd.oci.image.manifest.v1+json")
        index = json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [{
                "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": len(manifest),
                "platform": {"os": "linux", "architecture": "arm", "variant": "v7"}}]}).encode()
        return self.put(f"{name}/manifests/{tag}", index, "application/vnd.oci.image.index.v1+json")


def reads_images(folder):
    if not shutil.which("docker-registry"):
        show("docker-registry is installed (scripts/deps test)", False)
        return
    registry = Registry(folder)
    try:
        for tag in ("1.9.0", "1.10.0", "latest", "1.11.0-rc1"):
            registry.push("team/app", tag, tag)
        found = tags(explained(f"image:{registry.address}/team/app"))
        show("the tags of an image are read, by version", found[:3] == ["1.11.0-rc1", "1.10.0", "1.9.0"], found)

        first = registry.push("team/base", "latest", "one")
        config, state, log = folder / "image.json", folder / "image-state.json", folder / "built"
        config.write_text(json.dumps({
            "stateFile": str(state),
            "upstreams": {"base": {"image": f"{registry.address}/team/base:latest"}},
            "actions": {"rebuild": {"upstreams": ["base"], "command": {
                "argv": ["/bin/sh", "-c", 'echo "$1" "$2" >> "$3"', "sh", "{{base.tag}}", "{{base.digest}}",
                         str(log)]}}}}))
        watcher("once", config=str(config))
        seen = json.loads(state.read_text())["upstreams"]["base"]["lastSeen"]
        show("the digest behind a tag is the baseline", (seen["tag"], seen["digest"]) == ("latest", first), seen)
        second = registry.push("team/base", "latest", "two")
        news = watcher("once", "--wait", config=str(config))
        built = log.read_text().split() if log.exists() else []
        show("a base image that was pushed anew starts the build", built == ["latest", second],
             f"{built} {news.stdout}{news.stderr}")
        registry.push("team/base", "latest", "one")
        back = watcher("once", "--wait", config=str(config))
        show("a tag that points back is not new", len(log.read_text().split()) == 2, back.stdout + back.stderr)
        third = registry.push("team/base", "latest", "three")
        watcher("once", "--wait", config=str(config))
        show("and the next one is", log.read_text().split()[2:] == ["latest", third], log.read_text())
        missing = watcher("explain", f"image:{registry.address}/team/nothing", status=1)
        show("an image that is not there is said in words", "404" in missing.stderr, missing.stderr)
    except (OSError, ValueError, KeyError) as error:
        show("images", False, repr(error))
    finally:
        registry.process.terminate()
        registry.process.wait()


with tempfile.TemporaryDirectory() as name:
    os.environ.update(HOME=name, XDG_CONFIG_HOME=name + "/none", NO_COLOR="1")
    reads_git(pathlib.Path(name))
    reads_images(pathlib.Path(name))
sys.exit(1 if failures else 0)
