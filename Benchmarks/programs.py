"""What is measured side by side: the floor, watcher, and the peers that are here."""

import json
import os
import shutil
import subprocess

import data


class Program:
    """One program with its files for one number of repositories."""

    def __init__(self, bed, count, kind="ten", slow=False):
        self.bed, self.count, self.kind, self.slow = bed, count, kind, slow
        self.folder = bed.path("runs", f"{type(self).__name__}-{count}-{kind}{'-slow' if slow else ''}")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.repositories = [data.name(number) for number in range(count)]
        self.write()

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, text):
        with open(self.path(name), "w") as out:
            out.write(text)
        return self.path(name)

    def write(self):
        """Makes the files that it is configured by."""

    def environment(self):
        return self.bed.environment()

    def forget(self):
        """Removes what it remembers: the next run is its first."""

    def run(self):
        return self.bed.measure(self.command(), self.environment())

    def warm(self):
        """Runs it until a run brings nothing new."""
        self.run()
        return self

    def urls(self):
        base = self.bed.base(self.kind, self.slow)
        return [f"{base}/repos/{name}/releases?per_page=10" for name in self.repositories]


class Floor(Program):
    """With hashed authorities, as watcher takes them where there are any: the least that there is."""

    flags = ()
    authorities = ("-a", "authorities")

    def write(self):
        self.file("urls", "".join(url + "\n" for url in self.urls()))

    def forget(self):
        if os.path.exists(self.path("tags")):
            os.remove(self.path("tags"))

    def command(self):
        option, name = self.authorities
        return [self.bed.path("floor"), *self.flags, option, self.bed.path(name), "-t", self.path("tags"),
                self.path("urls")]


class UnpackingFloor(Floor):
    flags = ("-u",)


class BundleFloor(Floor):
    """With the authorities in one file, as libcurl and the `curl` command take them by themselves."""

    authorities = ("-b", "bundle.pem")


class Watcher(Program):
    program = ""
    more = {}

    def write(self):
        text = json.dumps({
            "stateFile": self.path("state.json"), "poll": {"every": "1h"},
            "github": {
                "apiURL": self.bed.base(self.kind, self.slow), "token": {"env": "GITHUB_TOKEN"}, "concurrency": 100,
                "requestsPerMinute": 1_000_000,
            },
            "upstreams": {name.split("/")[1]: {"github": name} for name in self.repositories}, **self.more,
        })
        self.config = self.file("config.json", text)

    def environment(self):
        return self.bed.environment({"GITHUB_TOKEN": "token", "SSL_CERT_DIR": self.bed.path("authorities")})

    def forget(self):
        for name in ("state.json", "state.json.lock"):
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))

    def command(self):
        return [self.program, "once", "--config", self.config]

    def warm(self):
        # The first look reads all pages, the second brings the first page's ETag.
        self.run()
        self.run()
        return self


class WatcherWithOutputs(Watcher):
    """With a page, metrics and a feed, which are written at the end of each pass."""

    def write(self):
        names = {"page": "page.html", "metrics": "watcher.prom", "feed": "feed.atom"}
        self.more = {"outputs": {key: self.path(name) for key, name in names.items()}}
        super().write()


class Curl(Program):
    """`curl -Z`, which does not read what it gets. Its ETags are those that a run of the floor has found."""

    def write(self):
        self.ask([""] * self.count)

    def ask(self, tags):
        parts = []
        for url, tag in zip(self.urls(), tags):
            parts.append(f'url = "{url}"\noutput = /dev/null\nhttp2\ncompressed\nsilent\nshow-error\n')
            if tag:
                parts[-1] += 'header = "If-None-Match: %s"\n' % tag.replace('"', '\\"')
        self.file("curl", "next\n".join(parts))

    def environment(self):
        return self.bed.environment({"CURL_CA_BUNDLE": self.bed.path("bundle.pem")})

    def forget(self):
        self.write()

    def warm(self):
        floor = Floor(self.bed, self.count, self.kind, self.slow)
        floor.run()
        with open(floor.path("tags")) as tags:
            self.ask(tags.read().splitlines())
        return self

    def command(self):
        return ["curl", "--parallel", "--parallel-max", "100", "--config", self.path("curl")]


class Nvchecker(Program):
    """With the whole list, as watcher reads it, and with its own 20 requests in flight: more cost it more."""

    program = None
    key = "use_max_release"

    def write(self):
        port = self.bed.slow_port if self.slow else self.bed.port
        text = '[__config__]\noldver = "old.json"\nnewver = "new.json"\n'
        for name in self.repositories:
            text += f'["{name}"]\nsource = "github"\ngithub = "{name}"\nhost = "localhost:{port}"\n{self.key} = true\n'
        self.config = self.file("nvchecker.toml", text)

    def environment(self):
        return self.bed.environment({"SSL_CERT_FILE": self.bed.path("bundle.pem")})

    def command(self):
        return [self.program, "-c", self.config]


class NvcheckerLatest(Nvchecker):
    """With the latest release alone: the least that it can be told to do."""

    key = "use_latest_release"


def find_nvchecker(folder, install):
    """Where nvchecker is: on the PATH, or in an environment of our own, which `install` makes. None without."""
    found = shutil.which("nvchecker")
    own = os.path.join(folder, "nvchecker", "bin", "nvchecker")
    if not found and not os.path.exists(own) and install:
        print("installing nvchecker, to be measured beside", flush=True)
        steps = [["python3", "-m", "venv", os.path.join(folder, "nvchecker")],
                 [own.replace("bin/nvchecker", "bin/pip"), "install", "--quiet", "nvchecker", "pycurl"]]
        for step in steps:
            if subprocess.run(step, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
                return None
    return found or (own if os.path.exists(own) else None)
