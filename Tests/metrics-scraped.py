#!/usr/bin/env python3
"""The metrics as those who use them get them: written by a pass, read by node_exporter's textfile collector, scraped and
queried by Prometheus, judged by the alert rules, shown by the dashboard.

    scripts/python Tests/metrics-scraped.py [PROGRAM]

PROGRAM is .build/debug/watcher by default; Debian's prometheus and prometheus-node-exporter are started on loopback.
Prints a line for each thing that was shown; ends with 1 when anything is wrong.
"""

import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/debug/watcher").resolve())
SOURCE = ROOT / "Sources/WatcherCore/Status/PrometheusText.swift"
RULES = ROOT / "deploy/prometheus/watcher.rules.yml"
DASHBOARD = ROOT / "deploy/prometheus/watcher.dashboard.json"
NAME = re.compile(r"\bwatcher_[a-z_]+[a-z]\b")
PATIENCE = 60
failures = 0


def show(what, is_shown, detail=""):
    global failures
    failures += not is_shown
    print(("ok    " if is_shown else "FAIL  ") + what + (f": {detail}" if detail and not is_shown else ""), flush=True)


def promtool(*arguments):
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=120)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def expressions():
    """Those of the dashboard, as they are with every instance selected."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return {panel["title"]: [target["expr"].replace("$instance", ".*") for target in panel["targets"]] for panel in panels}


def names():
    known = set(NAME.findall(SOURCE.read_text()))
    show(f"the program has {len(known)} names of metrics", len(known) > 15, known)
    told = set(re.findall(r"`(watcher_[a-z_]+)`", (ROOT / "docs/outputs.md").read_text()))
    families = {re.sub(r"_(sum|count)$", "", name) for name in known}
    show("docs/outputs.md tells all of them and no others", told == families, told ^ families)
    for path, least in ((RULES, 5), (DASHBOARD, 10)):
        used = {name for name in NAME.findall(path.read_text())} - {"watcher_releases"}
        show(f"{path.name} uses {len(used)} of them and no others", len(used) >= least and used <= known, used - known)
    problem = promtool("check", "rules", RULES)
    show("promtool finds nothing to object to in the rules", not problem, problem)
    problem = promtool("test", "rules", ROOT / "Tests/watcher.rules.test.yml")
    show("the rules alert when they should, and not before", not problem, problem)


class Versions(http.server.BaseHTTPRequestHandler):
    version = "1.0.0"

    def do_GET(self):
        body = json.dumps({"version": Versions.version}).encode()
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def passes(folder, address):
    """Two passes with a release and a job between them, and an upstream that is not there."""
    config = folder / "config.json"
    config.write_text(json.dumps({
        "stateFile": str(folder / "state.json"),
        "upstreams": {"app": {"json": {"url": f"{address}/app", "at": "/version"}},
                      "gone": {"json": {"url": f"{address}/gone", "at": "/version"}}},
        "actions": {"install": {"upstreams": ["app"], "command": {"argv": ["/bin/true"]}}},
        "outputs": {"metrics": str(folder / "textfile" / "watcher.prom")}}))
    for version in ("1.0.0", "1.1.0"):
        Versions.version = version
        subprocess.run([PROGRAM, "once", "--wait", "--config", str(config)], capture_output=True, timeout=120)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(program, *arguments, folder):
    log = open(folder / f"{program}.log", "wb")
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    return subprocess.Popen([program, *arguments], stdout=log, stderr=log, env=os.environ | {"PATH": path})


def query(address, expression):
    words = urllib.parse.urlencode({"query": expression})
    try:
        with urllib.request.urlopen(f"{address}/api/v1/query?{words}", timeout=10) as answer:
            return json.load(answer)["data"]["result"]
    except urllib.error.HTTPError as error:
        return error.read().decode()
    except OSError:
        return []


def eventually(address, expression):
    deadline = time.monotonic() + PATIENCE
    while not (found := query(address, expression)) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def scraped(folder, processes):
    (folder / "textfile").mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Versions)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    passes(folder, f"http://127.0.0.1:{server.server_port}")
    exporter, prometheus = free_port(), free_port()
    processes.append(started(
        "prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{exporter}", "--collector.disable-defaults",
        "--collector.textfile", f"--collector.textfile.directory={folder}/textfile", folder=folder))
    (folder / "prometheus.yml").write_text(json.dumps({
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": [str(RULES)],
        "scrape_configs": [{"job_name": "node", "static_configs": [{"targets": [f"127.0.0.1:{exporter}"]}]}]}))
    processes.append(started(
        "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{prometheus}", folder=folder))
    address = f"http://127.0.0.1:{prometheus}"

    show("node_exporter's collector has read the file", bool(eventually(address, "node_textfile_scrape_error == 0")))
    expected = {
        'watcher_upstream_info{upstream="app",source="json",version="1.1.0"}': "1",
        'watcher_checks_total{result="news"}': "1", 'watcher_checks_total{result="failed"}': "2",
        'watcher_jobs_total{action="install",status="succeeded"}': "1",
        'watcher_jobs_total{action="install",status="failed"}': "0",
        'watcher_job_duration_seconds_count{action="install"}': "1", 'watcher_upstream_failed_checks{upstream="gone"}': "2",
        "watcher_outbox_messages": "0",
        # What is answered with 404 needs a person at once.
        "watcher_action_required": "1",
        "watcher_last_write_timestamp_seconds > bool (time() - 300)": "1"}
    for expression, value in expected.items():
        found = eventually(address, expression)
        values = [item["value"][1] for item in found] if isinstance(found, list) else found
        show(f"{expression} is {value}", values == [value], found)
    deadline = time.monotonic() + PATIENCE
    while True:
        rules = json.load(urllib.request.urlopen(f"{address}/api/v1/rules", timeout=10))["data"]["groups"][0]["rules"]
        health = {rule["name"]: rule["health"] for rule in rules}
        if "unknown" not in health.values() or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    show("Prometheus evaluates the five rules", list(health.values()) == ["ok"] * 5, rules)
    for title, asked in expressions().items():
        for expression in asked:
            show(f"dashboard, {title}", isinstance(query(address, expression), list), query(address, expression))
    table = query(address, expressions()["Releases"][0])
    show("dashboard: a release has its version and age",
         [item["metric"].get("version") for item in table] == ["1.1.0"] and float(table[0]["value"][1]) < 600, table)
    server.shutdown()


names()
processes = []
with tempfile.TemporaryDirectory() as folder:
    try:
        scraped(pathlib.Path(folder), processes)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
sys.exit(1 if failures else 0)
