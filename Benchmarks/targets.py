"""The rows of the table: what is run, which figure counts, and how much is allowed beside which yardstick."""

import os
import re
import shutil
import statistics
import subprocess
import time

import bed as beds
from programs import BundleFloor, Curl, Floor, Nvchecker, NvcheckerLatest, UnpackingFloor, Watcher, WatcherWithOutputs


class Figures:
    """The runs of several programs that took turns, by name; medians of them."""

    def __init__(self):
        self.runs = {}

    def add(self, name, measured):
        self.runs.setdefault(name, []).append(measured)

    def median(self, name, figure):
        runs = self.runs.get(name)
        return statistics.median(run[figure] for run in runs) if runs else None

    def spread(self, name, figure):
        values = sorted(run[figure] for run in self.runs[name])
        return values[0], values[-1]


def take_turns(programs, rounds, is_cold=False):
    """A B C, A B C, …: so that a slow minute of the machine is slow for all."""
    figures = Figures()
    for program in programs:
        if not is_cold:
            program.warm()
    for _ in range(rounds):
        for program in programs:
            if is_cold:
                program.forget()
            figures.add(type(program).__name__, program.run())
    return figures


def passes(bed, rounds, peers):
    """Passes over 1 000 upstreams and over two: CPU, wall time and memory beside the floor and the peers."""
    few = [NvcheckerLatest] if peers else []
    warm = take_turns([kind(bed, 1000) for kind in [BundleFloor, Floor, Curl, *few, Watcher]], rounds)
    yield Row(
        "1 000 upstreams, nothing new: CPU", warm, "cpu", [("BundleFloor", 1.3), ("Floor", 1.3), ("Curl", 1.0)])
    written = take_turns([kind(bed, 1000) for kind in [Watcher, WatcherWithOutputs]], rounds * 2)
    yield Row(
        "the same with page, metrics and feed: CPU", written, "cpu", [("Watcher", 1.05)], name="WatcherWithOutputs")
    slow = take_turns([kind(bed, 1000, slow=True) for kind in [Floor, Curl, Watcher]], max(5, rounds // 2))
    yield Row("the same with 100 ms latency, 100 in flight: wall", slow, "wall", [("Floor", 1.05)])
    many = [Nvchecker] if peers else []
    cold = take_turns([kind(bed, 1000) for kind in [UnpackingFloor, *many, Watcher]], max(5, rounds // 2), is_cold=True)
    yield Row("1 000 upstreams, first time: CPU", cold, "cpu", [("UnpackingFloor", 3), ("Nvchecker", 0.25)])
    yield Row("1 000 upstreams, nothing new: peak resident memory", warm, "peak", [], limit=28)
    yield Row("1 000 upstreams, first time: peak resident memory", cold, "peak", [], limit=28)
    two = take_turns([kind(bed, 2) for kind in [Floor, Curl, Watcher]], rounds * 2)
    yield Row("2 upstreams, nothing new: wall of the whole process", two, "wall", [("Curl", 0.8)])


class Row:
    """One line of the table. `yardsticks`: names and how many times their figure is allowed; `limit`: an absolute one."""

    UNITS = {"cpu": ("ms", 1000), "wall": ("ms", 1000), "peak": ("MB", 1), "count": ("", 1), "size": ("MB", 1)}

    def __init__(self, title, figures, figure, yardsticks, limit=None, name="Watcher"):
        self.title, self.figures, self.figure, self.name = title, figures, figure, name
        self.yardsticks, self.limit = yardsticks, limit

    def show(self, value):
        unit, factor = self.UNITS[self.figure]
        number = value * factor
        return f"{number:.0f} {unit}".strip() if number >= 100 or unit == "" else f"{number:.3g} {unit}"

    def own(self):
        return self.figures.median(self.name, self.figure)

    def targets(self):
        """Each target in words, and whether it is met; nothing for a yardstick that is not on this machine."""
        if self.limit is not None:
            unit, factor = self.UNITS[self.figure]
            yield f"≤ {self.limit} {unit}".strip(), self.own() * factor <= self.limit
        for name, factor in self.yardsticks:
            other = self.figures.median(name, self.figure)
            if other:
                ratio = self.own() / other
                yield f"{ratio:.2f} × {plain(name)}, ≤ {factor}", ratio <= factor

    def line(self):
        others = [name for name in self.figures.runs if name != self.name]
        beside = ", ".join(f"{plain(name)} {self.show(self.figures.median(name, self.figure))}" for name in others)
        low, high = self.figures.spread(self.name, self.figure)
        spread = f" ({self.show(low)} to {self.show(high)})" if low < high else ""
        words = "; ".join(f"{text}: {'met' if is_met else '**not met**'}" for text, is_met in self.targets())
        return f"| {self.title} | {self.show(self.own())}{spread} | {beside or '—'} | {words or '—'} |"


def plain(name):
    return {"Floor": "floor", "Disk": "the disk alone", "BundleFloor": "floor with bundle", "UnpackingFloor": "floor", "Curl": "curl -Z", "Nvchecker": "nvchecker",
            "NvcheckerLatest": "nvchecker (latest only)", "Watcher": "watcher without"}.get(name, name)


def single(title, figure, value, limit):
    figures = Figures()
    figures.add("Watcher", {figure: value})
    return Row(title, figures, figure, [], limit)


def trace(command, environment, *options):
    """System calls of a run by name, by strace; nil where there is none."""
    if not shutil.which("strace"):
        return None
    done = subprocess.run(
        ["strace", "-f", "-qq", *options, *command], env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return done.stderr


def counts(bed):
    """What does not depend on the machine: connections, requests and saves of one pass."""
    watcher = Watcher(bed, 1000).warm()
    measured = watcher.run()
    yield single("1 000 upstreams, nothing new: connections", "count", measured["connections"], 1)
    yield single("1 000 upstreams, nothing new: requests", "count", measured["requests"], 1000)
    text = trace(watcher.command(), watcher.environment(), "-e", "trace=rename,renameat,renameat2")
    if text is not None:
        saves = len(re.findall(r"rename\w*\(.*state\.json", text))
        yield single("1 000 upstreams, nothing new: saves of the state file", "count", saves, 1)


def size(bed):
    stripped = bed.path("stripped")
    subprocess.run(["strip", "-o", stripped, Watcher.program], check=True)
    yield single("release binary, stripped", "size", os.path.getsize(stripped) / 1e6, 25)


def state(bed, rounds):
    """The file for 1 000 upstreams with 30 releases seen each. What it costs to read and to write it is what a pass over
    two upstreams costs more when the file holds 998 others."""
    large = Watcher(bed, 1000, kind="thirty").warm().path("state.json")
    title = "state file, 1 000 upstreams with 30 releases seen each"
    yield single(title, "size", os.path.getsize(large) / 1e6, 1)
    few, many = Watcher(bed, 2, kind="thirty").warm(), Remembering(bed, 2, kind="thirty")
    shutil.copy(large, many.path("state.json"))
    runs = [(few.run(), many.run()) for _ in range(rounds * 2)]
    more = statistics.median(other["cpu"] for _, other in runs) - statistics.median(one["cpu"] for one, _ in runs)
    yield single("the same, read and written: CPU", "cpu", more, 15)


def sync(path):
    """What the disk alone takes for a save: the same bytes written, synced, renamed, and the folder synced."""
    with open(path, "rb") as file:
        text = file.read()
    begun = time.monotonic()
    with open(path + ".copy", "wb", buffering=0) as out:
        out.write(text)
        os.fsync(out.fileno())
    os.rename(path + ".copy", path + ".copied")
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return time.monotonic() - begun


class Remembering(Watcher):
    """With the state of many more upstreams than are configured."""


class Reacting(Watcher):
    """With an action, so that there is something to do when there is news."""

    more = {"actions": {"build": {"upstreams": ["project-00000"], "workflowDispatch": {
        "repository": "owner/images", "workflow": "build.yaml", "ref": "main",
        "inputs": {"version": "{{project-00000.tag}}", "job": "{{job.id}}"}}}}}


def reaction(bed, rounds):
    """From the end of the answer that brings the news to the arrival of the dispatch, by the server's clock (1 ms)."""
    figures = Figures()
    for _ in range(rounds):
        watcher = Reacting(bed, 1)
        watcher.warm()
        with open(watcher.config) as file:
            text = file.read().replace(bed.base("ten"), bed.base("news"))
        watcher.file("config.json", text)
        start = os.path.getsize(bed.path("access.log"))
        watcher.run()
        seen = bed.seen_since(start)
        news = next(float(line[0]) for line in seen if line[7].endswith("news/00.json"))
        begun = next(float(line[0]) - float(line[1]) for line in seen if line[6] == "POST")
        figures.add("Watcher", {"wall": begun - news})
        figures.add("Disk", {"wall": sync(watcher.path("state.json"))})
    yield Row("a release's answer sent → dispatch arrives", figures, "wall", [], limit=10)


def daemon(bed, seconds):
    """At rest: memory and system calls of the daemon with two upstreams."""
    watcher = Watcher(bed, 2).warm()
    with open(bed.path("daemon.log"), "w") as log:
        process = subprocess.Popen(
            [Watcher.program, "run", "--config", watcher.config], env=watcher.environment(), stdout=log, stderr=log,
            stdin=subprocess.DEVNULL)
        try:
            time.sleep(8)
            with open(f"/proc/{process.pid}/status") as status:
                kilobytes = dict(re.findall(r"(VmRSS|RssAnon):\s+(\d+) kB", status.read()))
            if shutil.which("strace"):
                calls = bed.path("calls")
                tracer = subprocess.Popen(
                    ["strace", "-f", "-qq", "-ttt", "-o", calls, "-p", str(process.pid)], stderr=subprocess.DEVNULL)
                time.sleep(1)
                # Those that it was in the middle of when strace came are no news.
                begin = time.time()
                time.sleep(seconds)
                end = time.time()
                beds.stop(tracer)
                with open(calls) as lines:
                    made = sum(begin < float(line.split()[1]) < end for line in lines)
        finally:
            beds.stop(process)
    yield single("daemon, 2 upstreams, at rest: resident", "peak", int(kilobytes["VmRSS"]) / 1024, 26)
    yield single("daemon, 2 upstreams, at rest: its own (RssAnon)", "peak", int(kilobytes["RssAnon"]) / 1024, 3)
    if shutil.which("strace"):
        yield single("daemon at rest: system calls a minute", "count", made * 60 / seconds, 9)


def growth(bed, rounds, numbers):
    """Passes over more and more upstreams: one table of its own."""
    for number in numbers:
        watcher = Watcher(bed, number)
        figures = Figures()
        for _ in range(rounds):
            watcher.forget()
            figures.add("first", watcher.run())
        watcher.warm()
        for _ in range(rounds):
            figures.add("again", watcher.run())
        megabytes = os.path.getsize(watcher.path("state.json")) / 1e6
        yield number, figures, megabytes
