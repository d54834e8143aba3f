"""Runs a Matrix homeserver and a proxy in front of it; see matrix.sh."""

import http.client
import http.server
import json
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import processes

SECONDS_TO_START = 60
CONFIG = """\
server_name: localhost
pid_file: {folder}/homeserver.pid
listeners: [{{port: {port}, bind_addresses: ["127.0.0.1"], type: http, tls: false,
  resources: [{{names: [client], compress: false}}]}}]
database: {{name: sqlite3, args: {{database: "{folder}/homeserver.db"}}}}
log_config: {folder}/localhost.log.config
media_store_path: {folder}/media
signing_key_path: {folder}/localhost.signing.key
registration_shared_secret: test-only
macaroon_secret_key: test-only
form_secret: test-only
report_stats: false
trusted_key_servers: []
suppress_key_server_warning: true
federation_domain_whitelist: []
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def call(base, method, path, body=None, token=None):
    request = urllib.request.Request(base + path, method=method, data=json.dumps(body).encode() if body else None)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def start(words, folder, name):
    """A process of its own session, whose output nobody has to read."""
    with open(folder / f"{name}.log", "ab") as log:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True)
    (folder / f"{name}.pid").write_text(str(process.pid))


def wait_for(question, what):
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        try:
            return question()
        except (OSError, ValueError, http.client.HTTPException):
            time.sleep(0.1)
    sys.exit(f"matrix lab: {what} does not answer")


def up(folder):
    down(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    python, tools = sys.executable, pathlib.Path(sys.executable).parent
    synapse = [python, "-m", "synapse.app.homeserver"]
    subprocess.run(
        [*synapse, "--server-name", "localhost", "--config-path", folder / "generated.yaml", "--generate-config",
         "--report-stats=no", "--data-directory", folder], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    port = free_port()
    (folder / "homeserver.yaml").write_text(CONFIG.format(folder=folder, port=port))
    start([*synapse, "--config-path", folder / "homeserver.yaml"], folder, "synapse")
    base = f"http://127.0.0.1:{port}"
    wait_for(lambda: urllib.request.urlopen(base + "/health", timeout=5).status, "the homeserver")
    subprocess.run(
        [tools / "register_new_matrix_user", "-c", folder / "homeserver.yaml", "-u", "bot", "-p", "botpass",
         "--no-admin", base], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    login = call(base, "POST", "/_matrix/client/v3/login", {
        "type": "m.login.password", "identifier": {"type": "m.id.user", "user": "bot"}, "password": "botpass",
        "device_id": "WATCHER"})
    room = call(base, "POST", "/_matrix/client/v3/createRoom", {"name": "releases", "preset": "private_chat"},
                login["access_token"])
    start([python, __file__, "proxy", str(folder), base], folder, "proxy")
    proxy = wait_for(lambda: int((folder / "proxy.port").read_text()), "the proxy")
    (folder / "lab.json").write_text(json.dumps({
        "homeserver": base, "proxy": f"http://127.0.0.1:{proxy}", "token": login["access_token"],
        "room": room["room_id"]}))


def down(folder):
    processes.end(folder, ("proxy", "synapse"))


def messages(folder):
    lab = json.loads((folder / "lab.json").read_text())
    room, start, found = urllib.parse.quote(lab["room"], safe=""), "", []
    while True:
        page = call(lab["homeserver"], "GET",
                    f"/_matrix/client/v3/rooms/{room}/messages?dir=f&limit=100{start}", token=lab["token"])
        found += [event for event in page["chunk"] if event["type"] == "m.room.message"]
        if not page.get("end") or not page["chunk"]:
            break
        start = "&from=" + urllib.parse.quote(page["end"], safe="")
    print(json.dumps([{"id": event["event_id"], "body": event["content"]["body"]} for event in found]))


class Proxy(http.server.BaseHTTPRequestHandler):
    """Hands on what comes, and writes a line for each answer of the homeserver. While the file `hold` is there, the
    first answer for each address is never given: the client finds out that it is gone when it is gone itself."""

    protocol_version = "HTTP/1.1"
    folder = base = None
    seen = set()
    lock = threading.Lock()

    def do_PUT(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = urllib.parse.urlsplit(self.base)
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=30)
        headers = {name: self.headers[name] for name in ("Content-Type", "Authorization")}
        connection.request("PUT", self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        with self.lock:
            is_held = answer.status == 200 and self.path not in self.seen and (self.folder / "hold").exists()
            self.seen.add(self.path)
            with open(self.folder / "answers", "a") as answers:
                answers.write(f"{answer.status} {'held' if is_held else 'given'} {self.path.rsplit('/', 1)[1]}\n")
        if is_held:
            select.select([self.connection], [], [], 60)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name in ("Content-Type", "Retry-After"):
            if answer.headers[name]:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def proxy(folder, base):
    Proxy.folder, Proxy.base = folder, base
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    (folder / "proxy.part").write_text(str(server.server_port))
    (folder / "proxy.part").rename(folder / "proxy.port")
    server.serve_forever()


if __name__ == "__main__":
    command, place = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "proxy":
        proxy(place, sys.argv[3])
    else:
        {"up": up, "down": down, "messages": messages}[command](place)
