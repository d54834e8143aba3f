#!/usr/bin/env python3
"""Sends mails by real SMTP servers, and reads them with a reader that others wrote.

    scripts/python Tests/mail-servers.py [PROGRAM]

PROGRAM is .build/debug/watcher by default. Servers are aiosmtpd's, on loopback and, for TLS that is required, on an
address of this machine that is none of loopback. With --postfix HOST:PORT:MAILBOX a running Postfix gets one too.
Prints a line for each thing that was shown; ends with 1 when anything is wrong.
"""

import contextlib
import email
import email.policy
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

ROOT = pathlib.Path(__file__).resolve().parent.parent
USER, PASSWORD = "releases", "correct horse ✓"


class Handler:
    """Keeps what it takes; an address tells how it is treated."""

    def __init__(self):
        self.mails, self.logins, self.encrypted = [], [], []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("bad"):
            return "550 5.1.1 no such user"
        if address.startswith("grey"):
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.rcpt_tos, envelope.content))
        self.encrypted.append(session.ssl is not None)
        return "250 2.0.0 queued"

    def authenticate(self, server, session, envelope, mechanism, data):
        self.logins.append(data.login)
        is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        # Not handled: the server answers by itself.
        return AuthResult(success=is_right, handled=False)


class Server(Controller):
    """`smtps`: TLS from the first byte. `options` are aiosmtpd's."""

    def __init__(self, host="127.0.0.1", smtps=None, **options):
        with socket.socket() as free:
            free.bind((host, 0))
            port = free.getsockname()[1]
        self.options = options
        super().__init__(Handler(), hostname=host, port=port, ssl_context=smtps)

    def factory(self):
        if "auth_required" in self.options:
            self.options.setdefault("authenticator", self.handler.authenticate)
        return SMTP(self.handler, **self.options)


@contextlib.contextmanager
def serving(**options):
    server = Server(**options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def certificate(folder, host):
    """A CA, and a certificate of it for the host."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, cwd=folder, capture_output=True)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test CA")
    openssl("req", *key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=mail")
    (folder / "names").write_text(f"subjectAltName=IP:{host},IP:127.0.0.1")
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "cert.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def own_address():
    """An address of this machine beyond loopback; None without one. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return probe.getsockname()[0]
        except OSError:
            return None


class Watcher:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def notify(self, url, *arguments, to=("ada@example.org",), login=False, ca=False, password=PASSWORD):
        settings = {"server": url, "from": "watcher@example.org", "to": list(to)}
        if login:
            settings |= {"user": USER, "password": {"env": "MAIL_PASSWORD"}}
        config = {"stateFile": str(self.folder / "state.json"), "upstreams": {"app": {"github": "owner/app"}},
                  "notifiers": {"mail": {"email": settings}}}
        if ca:
            config["network"] = {"caFile": str(self.folder / "ca.pem")}
        path = self.folder / "config.json"
        path.write_text(json.dumps(config))
        environment = os.environ | {"MAIL_PASSWORD": password}
        result = subprocess.run([self.program, "notify", "mail", *arguments, "--config", path], env=environment,
                                capture_output=True, text=True, timeout=60)
        assert password not in result.stdout + result.stderr, "the password is shown"
        return result


def read(raw):
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for part in mail.walk():
        assert not part.defects, part.defects
    return mail


def plain(watcher):
    with serving() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        result = watcher.notify(url, "--event", "all")
        assert result.returncode == 0, result.stderr
        mails = [read(raw) for _, raw in server.handler.mails]
        assert len(mails) > 8 and len({mail["Message-ID"] for mail in mails}) == len(mails)
        for mail in mails:
            assert mail.get_body(("plain",)).get_content() and "<strong>" in mail.get_body(("html",)).get_content()
        threads = {mail["References"] for mail in mails if mail["References"]}
        assert len(threads) == 1, threads
        return f"{len(mails)} events are {len(mails)} mails without a defect, those of the job one thread"


def recipients(watcher):
    with serving() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        to = ["ada@example.org", "bad@example.org", "grace@example.org"]
        result = watcher.notify(url, to=to)
        assert server.handler.mails[0][0] == ["ada@example.org", "grace@example.org"]
        expected = "delivered to 2 of 3; bad@example.org answered 550: 5.1.1 no such user"
        assert result.returncode == 1 and f"error: refused: {expected}" in result.stderr, result.stderr
        result = watcher.notify(url, to=["grey@example.org"])
        assert "not delivered: grey@example.org answered 451: 4.7.1 greylisted" in result.stderr, result.stderr
        return "one bad recipient of three: the others have the mail; 550 is refused, 451 is retried"


def login(watcher):
    with serving(auth_required=True, auth_require_tls=False) as server:
        url = f"smtp://127.0.0.1:{server.port}"
        assert watcher.notify(url, login=True).returncode == 0 and server.handler.logins == [USER.encode()]
        wrong = watcher.notify(url, login=True, password="wrong password")
        assert "refused: answered 535" in wrong.stderr, wrong.stderr
        none = watcher.notify(url)
        assert "refused: answered 530" in none.stderr, none.stderr
        assert len(server.handler.mails) == 1
        return "a login with a password beyond ASCII; a wrong one and none are refused"


def smtps(watcher):
    context = certificate(watcher.folder, "127.0.0.1")
    with serving(smtps=context, auth_required=True, auth_require_tls=False) as server:
        url = f"smtps://127.0.0.1:{server.port}"
        unknown = watcher.notify(url, login=True)
        assert "certificate" in unknown.stderr and not server.handler.logins, unknown.stderr
        result = watcher.notify(url, login=True, ca=True)
        assert result.returncode == 0 and server.handler.mails, result.stderr
        return "smtps with a CA of one's own; without it no password is sent"


def starttls(watcher):
    host = own_address()
    if host is None or host.startswith("127."):
        return "skipped: this machine has no address beyond loopback"
    context = certificate(watcher.folder, host)
    with serving(host=host, tls_context=context, require_starttls=True, auth_required=True) as server:
        url = f"smtp://{host}:{server.port}"
        unknown = watcher.notify(url, login=True)
        assert "certificate" in unknown.stderr and not server.handler.logins, unknown.stderr
        result = watcher.notify(url, login=True, ca=True)
        assert result.returncode == 0 and server.handler.encrypted == [True], result.stderr
    with serving(host=host, auth_required=True, auth_require_tls=False) as server:
        result = watcher.notify(f"smtp://{host}:{server.port}", login=True, ca=True)
        assert "does not offer STARTTLS" in result.stderr, result.stderr
        assert not server.handler.logins and not server.handler.mails
    with serving(tls_context=context, require_starttls=True) as server:
        result = watcher.notify(f"smtp://127.0.0.1:{server.port}")
        assert result.returncode == 0 and server.handler.encrypted == [True], result.stderr
    return "STARTTLS is required beyond loopback, and taken on it where it is offered"


def postfix(watcher, place):
    host, port, mailbox = place.split(":")
    before = pathlib.Path(mailbox).stat().st_size if pathlib.Path(mailbox).exists() else 0
    to = [f"{pathlib.Path(mailbox).name}@localhost", "nobody-there@localhost"]
    result = watcher.notify(f"smtp://{host}:{port}", to=to)
    assert "delivered to 1 of 2; nobody-there@localhost answered 550" in result.stderr, result.stderr
    for _ in range(100):
        if pathlib.Path(mailbox).exists() and pathlib.Path(mailbox).stat().st_size > before:
            break
        subprocess.run(["sleep", "0.1"], check=True)
    raw = pathlib.Path(mailbox).read_bytes()[before:].split(b"\n", 1)[1]
    assert read(raw)["Subject"] == "Test message from watcher"
    return "Postfix takes it for one of two, and puts it into a mailbox"


def main():
    arguments = sys.argv[1:]
    place = arguments.pop(arguments.index("--postfix") + 1) if "--postfix" in arguments else None
    program = pathlib.Path(next((word for word in arguments if word != "--postfix"), ROOT / ".build/debug/watcher"))
    failed = 0
    checks = [plain, recipients, login, smtps, starttls]
    with tempfile.TemporaryDirectory() as folder:
        watcher = Watcher(program.resolve(), pathlib.Path(folder))
        for check in checks + ([lambda watcher: postfix(watcher, place)] if place else []):
            try:
                print(f"ok: {check(watcher)}")
            except AssertionError as error:
                failed += 1
                print(f"failed: {check.__name__}: {error!r}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
