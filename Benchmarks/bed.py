"""The bed: a server on loopback that looks like GitHub, authorities of its own, and the small programs in C.

Needs nginx, openssl, a C compiler and libcurl's headers; no root. All is made below one folder, and ends with the
process that made it.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time

import data

HERE = os.path.dirname(os.path.abspath(__file__))
SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Bed:
    """`with Bed(folder) as bed:` has a server under way."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.port, self.slow_port = free_port(), free_port()
        self.nginx = None
        os.makedirs(self.folder, exist_ok=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def __enter__(self):
        if not os.path.exists(self.path("www", "news", "99.json.gz")):
            data.generate(self.path("www"))
        self.build("measure", "-O2", "-static")
        self.build("floor", "-O2", libraries=["-lcurl"])
        self.make_authorities()
        self.start()
        return self

    def __exit__(self, *_):
        if self.nginx:
            self.nginx.stdin.close()
            self.nginx.wait()

    def build(self, name, *flags, libraries=()):
        source = os.path.join(HERE, name + ".c")
        program = self.path(name)
        if os.path.exists(program) and os.path.getmtime(program) > os.path.getmtime(source):
            return
        compiler = shutil.which("cc") or shutil.which("clang") or "cc"
        subprocess.run([compiler, *flags, "-Wall", "-Wextra", "-o", program, source, *libraries], check=True)

    def make_authorities(self):
        """`bundle.pem` and `authorities/`: those of this machine and ours, as one file and as a hashed folder."""
        script = """set -eu
            key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }
            key ca; openssl req -x509 -new -key ca.key -days 3650 -subj '/CN=watcher benchmark' -out ca.pem \\
                -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
            key server; openssl req -new -key server.key -subj /CN=localhost -out server.csr
            echo 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:api.localhost' > server.ext
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 -extfile server.ext \\
                -out server.pem
            cat "$1" ca.pem > bundle.pem
            rm -rf authorities; mkdir authorities
            awk '/BEGIN CERT/ { number++ } number { print > ("authorities/" number ".pem") }' bundle.pem
            openssl rehash authorities"""
        if os.path.exists(self.path("authorities")):
            return
        bundle = SYSTEM_BUNDLE if os.path.exists(SYSTEM_BUNDLE) else "/dev/null"
        subprocess.run(
            ["sh", "-c", script, "sh", bundle], cwd=self.folder, check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def start(self):
        cores = os.cpu_count() or 1
        values = {
            "user": "user root;" if os.geteuid() == 0 else "", "port": self.port, "slow_port": self.slow_port,
            # One worker on the last core, so that the program has most of the others to itself.
            "affinity": f"worker_cpu_affinity {'1' + '0' * (cores - 1)};" if cores > 1 else "",
        }
        with open(os.path.join(HERE, "nginx.conf")) as template, open(self.path("nginx.conf"), "w") as out:
            text = template.read()
            for key, value in values.items():
                text = text.replace(f"@{key}@", str(value))
            out.write(text)
        shutil.copy(os.path.join(HERE, "answer.conf"), self.folder)
        open(self.path("access.log"), "w").close()
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if not program:
            raise SystemExit("error: there is no nginx on this machine\nhint: install it (Debian's nginx-light)")
        # It lives as long as its input is open: also when this process is killed, it goes.
        leash = '"$0" -p . -e error.log -c nginx.conf & nginx=$!; cat; kill $nginx; wait $nginx'
        self.nginx = subprocess.Popen(["sh", "-c", leash, program], stdin=subprocess.PIPE, cwd=self.folder)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.nginx.poll() is not None:
                break
            time.sleep(0.05)
        raise SystemExit("error: nginx does not begin; see " + self.path("error.log"))

    def base(self, kind="ten", slow=False):
        return f"https://127.0.0.1:{self.slow_port if slow else self.port}/{kind}"

    def environment(self, more=()):
        """Little, and the same for all: the tools that read a bundle get one, watcher its folder."""
        kept = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG")}
        return {**kept, "HOME": self.folder, **dict(more)}

    def measure(self, command, environment, seconds=120):
        """One run: what `measure` writes, and what the server saw. A status that is not 0 ends the benchmark."""
        result, start = self.path("measured.json"), os.path.getsize(self.path("access.log"))
        with open(self.path("last.log"), "w") as log:
            subprocess.run(
                [self.path("measure"), result, str(seconds), *command], env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd=self.folder, check=True)
        with open(result) as file:
            measured = json.load(file)
        if measured["status"] != 0:
            with open(self.path("last.log")) as log:
                raise SystemExit(f"error: status {measured['status']} of {' '.join(command)}\n{log.read()[-1000:]}")
        seen = self.seen_since(start)
        measured["requests"] = len(seen)
        measured["connections"] = len({line[3] for line in seen})
        return measured

    def seen_since(self, start):
        """The access log's lines from a place in it on, as words: see `nginx.conf`."""
        time.sleep(0.01)
        with open(self.path("access.log")) as log:
            log.seek(start)
            return [line.split() for line in log]


def stop(process):
    """Ends a process that we started, and waits for it."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
