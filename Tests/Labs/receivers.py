"""Runs receivers of signed webhooks that others wrote; see receivers.sh."""

import http.server
import json
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import processes

SECONDS_TO_START = 20


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(words, folder, name):
    with open(folder / f"{name}.log", "ab") as log:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True)
    (folder / f"{name}.pid").write_text(str(process.pid))


def wait_for(port):
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("receivers lab: a receiver does not answer")


def up(lab, secret):
    folder = lab / "receivers"
    folder.mkdir(exist_ok=True)
    down(lab, secret)
    rules = {"and": [
        {"match": {"type": "payload-hmac-sha256", "secret": secret,
                   "parameter": {"source": "header", "name": "X-Hub-Signature-256"}}},
        {"match": {"type": "value", "value": "release", "parameter": {"source": "payload", "name": "type"}}}]}
    hook = {"id": "releases", "execute-command": "/bin/echo", "include-command-output-in-response": True,
            "pass-arguments-to-command": [{"source": "payload", "name": "releases.0.tag"}], "trigger-rule": rules,
            "http-methods": ["POST"]}
    careless = dict(hook, id="careless")
    strict = dict(hook, id="strict") | {"trigger-rule-mismatch-http-response-code": 403}
    (folder / "hooks.json").write_text(json.dumps([careless, strict]))
    debian, python = free_port(), free_port()
    start([lab / "webhook/usr/bin/webhook", "-hooks", folder / "hooks.json", "-ip", "127.0.0.1", "-port", str(debian),
           "-verbose", "-nopanic"], folder, "webhook")
    start([sys.executable, __file__, "serve", str(lab), secret, str(python)], folder, "standard")
    wait_for(debian)
    wait_for(python)
    (folder / "lab.json").write_text(json.dumps({
        "careless": f"http://127.0.0.1:{debian}/hooks/careless", "strict": f"http://127.0.0.1:{debian}/hooks/strict",
        "standard": f"http://127.0.0.1:{python}/"}))


def down(lab, _):
    processes.end(lab / "receivers", ("webhook", "standard"))


def serve(_, secret, port):
    import standardwebhooks

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                message = standardwebhooks.Webhook(secret).verify(body, dict(self.headers))
                status, words = 200, f"verified {message['type']} {self.headers['webhook-id']}"
            except standardwebhooks.WebhookVerificationError as error:
                status, words = 401, str(error)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(words.encode())

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Receiver).serve_forever()


if __name__ == "__main__":
    command, lab, secret = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    if command == "serve":
        serve(lab, secret, sys.argv[4])
    else:
        {"up": up, "down": down}[command](lab, secret)
