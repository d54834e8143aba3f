#!/usr/bin/env python3
"""Measures watcher beside the least that libcurl costs and beside other programs, on a server on loopback.

    Benchmarks/bench.py [--watcher PROGRAM] [--full] [--folder FOLDER] [--rounds N]

Without --full: a table in under five minutes. --full takes more rounds, adds the growth to 10 000 upstreams, and installs
nvchecker in an environment of its own to be measured beside. `make bench` and `make bench-full` build first.
"""

import argparse
import os
import platform
import subprocess
import sys
import time

import targets
from bed import Bed
from programs import Nvchecker, Watcher, find_nvchecker

HERE = os.path.dirname(os.path.abspath(__file__))


def machine():
    """What it ran on: a figure without that says little."""
    name = "unknown processor"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    version = subprocess.run(["curl", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores of {name}, Linux {platform.release()}, {version}; load {load:.1f} at the start"


def print_growth(bed, rounds, numbers):
    print("\n| upstreams | first pass: CPU | peak | nothing new: CPU | wall | peak | state file |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for number, figures, megabytes in targets.growth(bed, rounds, numbers):
        first = [figures.median("first", figure) for figure in ("cpu", "peak")]
        again = [figures.median("again", figure) for figure in ("cpu", "wall", "peak")]
        print(
            f"| {number} | {first[0]:.3f} s | {first[1]:.0f} MB | {again[0]:.3f} s | {again[1]:.3f} s "
            f"| {again[2]:.0f} MB | {megabytes:.3f} MB |", flush=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--watcher", default=os.path.join(HERE, "..", ".build", "release", "watcher"))
    parser.add_argument("--folder", default=os.path.join(HERE, "..", ".build", "bench"))
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args()
    Watcher.program = os.path.abspath(options.watcher)
    if not os.access(Watcher.program, os.X_OK):
        sys.exit(f"error: there is no {Watcher.program}\nhint: make build")
    rounds = options.rounds or (15 if options.full else 9)
    Nvchecker.program = find_nvchecker(os.path.abspath(options.folder), install=options.full)
    begun = time.time()
    print(machine(), end="\n\n")
    print("| what | watcher | beside | target |\n|---|---|---|---|", flush=True)
    missed = 0
    with Bed(options.folder) as bed:
        for rows in (
            targets.passes(bed, rounds, peers=Nvchecker.program is not None), targets.counts(bed), targets.size(bed),
            targets.state(bed, rounds), targets.reaction(bed, rounds), targets.daemon(bed, 60),
        ):
            for row in rows:
                print(row.line(), flush=True)
                missed += sum(not is_met for _, is_met in row.targets())
        print_growth(bed, 5 if options.full else 3, [2, 100, 1000] + ([10_000] if options.full else []))
    print(f"\nMedians of {rounds} runs that took turns. {missed} not met. {time.time() - begun:.0f} s.")


main()
