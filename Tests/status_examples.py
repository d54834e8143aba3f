"""States of watcher as files, for the programs that judge its outputs: one with all that a page can show, one in which
nothing has happened yet, one whose texts mean harm, and one with many upstreams.

All times are relative to now: the outputs tell ages.
"""

import datetime
import json
import pathlib

#: What a text from upstream may hold. None of it may become an element, an attribute or an address that is followed.
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\" onmouseover=\"alert(1)\" ' onfocus='x' ]]> --> &amp;lt; "
    "</title></svg></style> javascript:alert(1) \u2028\u2029\u202e\u0000\u0007\u001b[31m\u009b\ufffe\r\n\tend"
)


def when(days=0, hours=0, minutes=0, seconds=0):
    """So long ago; negative numbers are ahead."""
    age = datetime.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return (datetime.datetime.now(datetime.timezone.utc) - age).strftime("%Y-%m-%dT%H:%M:%SZ")


def release(repository, tag, published):
    return {
        "prerelease": False, "publishedAt": published, "tag": tag,
        "url": f"https://github.com/{repository}/releases/tag/{tag}"}


def upstream(repository, tag, published, checked=None, **more):
    checked = checked or when(minutes=1)
    return {
        "firstCheck": when(days=60), "lastCheck": checked, "lastGoodCheck": checked, "lastSweep": when(hours=5),
        "lastSeen": release(repository, tag, published), "repository": repository, "repositoryID": 7,
        "seen": {"taken": f"{tag}#7"}, "usualGap": 120} | more


def waiting(repository, tag, published, missing=(), until=None, stalled=False):
    item = {
        "deadline": when(hours=-1), "id": 99, "isFarDown": False, "isStalled": stalled, "missing": list(missing),
        "release": release(repository, tag, published)}
    return item | ({"until": until} if until else {})


def job(name, action, causes, phase, created, ended=None, **more):
    document = {
        "id": f"w-{name:0<12}", "action": action, "causes": causes, "created": created, "firstNews": created,
        "generation": 0, "attempts": 1, "isSettled": False, "mayHaveStarted": False, "phase": {phase: {}}}
    if phase == "following":
        document["phase"] = {"following": {"looks": 3}}
    if ended:
        document |= {"phase": {"ended": {"_0": phase}}, "endedAt": ended, "begunAt": created}
    return document | more


def write(folder, config, state):
    """Writes both, and returns the path of the configuration."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    outputs = {"page": "page.html", "metrics": "watcher.prom", "feed": "feed.atom"}
    config = {
        "stateFile": str(folder / "state.json"), "poll": {"every": "2m"},
        "outputs": {key: str(folder / name) for key, name in outputs.items()}} | config
    path = folder / "config.json"
    path.write_text(json.dumps(config, indent=2))
    if state is not None:
        (folder / "state.json").write_text(json.dumps({"version": 1} | state))
        (folder / "state.json").chmod(0o600)
    return path


BUILD = {"workflowDispatch": {"repository": "example/images", "workflow": "build-image.yaml", "ref": "main"}}
RUN = {"url": "https://github.com/example/images/actions/runs/17000000001", "id": 17000000001}


def full(folder):
    """Everything at once: nobody's watcher is so badly off."""
    names = {
        "elabftw": "elabftw/elabftw", "s6-overlay": "just-containers/s6-overlay", "forgejo": "forgejo/forgejo",
        "vaultwarden": "dani-garcia/vaultwarden", "home-assistant-core": "home-assistant/core",
        "paperless-ngx": "paperless-ngx/paperless-ngx", "caddy": "caddyserver/caddy", "restic": "restic/restic",
        "nginx": "nginx/nginx"}
    config = {
        "upstreams": {name: {"github": repository} for name, repository in names.items()} | {
            "s6-overlay": {"github": names["s6-overlay"], "requiredAssets": [
                f"s6-overlay-{part}.tar.xz" for part in ("noarch", "x86_64", "aarch64", "arm")]}},
        "actions": {
            "build-image": {"upstreams": ["elabftw", "s6-overlay"], **BUILD},
            "build-vaultwarden": {"upstreams": ["vaultwarden"], **BUILD},
            "deploy": {"upstreams": ["forgejo"], "approval": True, "command": {"argv": ["/bin/true"]}},
            "mirror": {"upstreams": ["caddy"], **BUILD}},
        "notifiers": {
            "team-chat": {"slack": {"url": "https://hooks.slack.com/services/T0/B0/example"}},
            "ops": {"webhook": {"url": "https://hooks.example.org/watcher"}},
            "phone": {"ntfy": {"topic": "example"}}}}

    def reference(name, tag, published):
        return {name: release(names[name], tag, published)}

    platforms = [{"platform": name, "digest": "sha256:" + "0" * 64}
                 for name in ("linux/amd64", "linux/arm64", "linux/arm/v7")]
    upstreams = {
        "elabftw": upstream(names["elabftw"], "5.6.13", when(minutes=22)),
        "s6-overlay": upstream(
            names["s6-overlay"], "v3.2.3.1", when(days=16),
            waiting=[waiting(names["s6-overlay"], "v3.2.3.2", when(hours=3),
                             ["s6-overlay-aarch64.tar.xz", "s6-overlay-arm.tar.xz"], stalled=True)]),
        "forgejo": upstream(names["forgejo"], "v14.0.2", when(hours=2)),
        "vaultwarden": upstream(names["vaultwarden"], "1.36.1", when(days=3)),
        "home-assistant-core": upstream(
            names["home-assistant-core"], "2026.7.4", when(days=9), when(hours=7), failures=12, lastCheck=when(minutes=1),
            lastError="GitHub answered 404: Not Found"),
        "paperless-ngx": upstream(
            names["paperless-ngx"], "v2.20.1", when(days=20),
            waiting=[waiting(names["paperless-ngx"], "v2.20.2", when(hours=5), until=when(hours=-19))]),
        "caddy": upstream(names["caddy"], "v2.11.0", when(days=6)),
        "restic": upstream(names["restic"], "v0.19.0", when(days=170)),
    }
    recent = {
        "elabftw": [("5.6.13", when(minutes=22), "taken"), ("5.6.12", when(days=8), "taken"),
                    ("5.7.0-beta1", when(days=12), "prerelease"), ("5.6.11", when(days=19), "taken")],
        "s6-overlay": [("v3.2.3.1", when(days=16), "firstSight")],
        "forgejo": [("v14.0.2", when(hours=2), "taken"), ("v11.0.9", when(hours=3), "otherLine"),
                    ("v14.0.1", when(days=14), "taken")],
        "vaultwarden": [("1.36.1", when(days=3), "taken"), ("1.36.0", when(days=17), "taken")],
        "home-assistant-core": [("2026.7.4", when(days=9), "taken"), ("2026.8.0b1", when(days=10), "prerelease"),
                                ("2026.8.0b0", when(days=11), "prerelease"), ("2026.7.3", when(days=15), "taken")],
        "paperless-ngx": [("v2.20.1", when(days=20), "taken")],
        "caddy": [("v2.11.0", when(days=6), "taken"), ("v2.11.0-rc.1", when(days=13), "prerelease")]}
    state = {
        "generation": 0, "upstreams": upstreams, "recent": sorted(
            f"{published} {name} {reason} {tag}" for name, items in recent.items() for tag, published, reason in items),
        "jobs": [
            job("build5613", "build-image", reference("elabftw", "5.6.13", when(minutes=22)), "following",
                when(minutes=20), begunAt=when(minutes=20), run=RUN),
            job("forgejo1402", "deploy", reference("forgejo", "v14.0.2", when(hours=2)), "pending",
                when(hours=1, minutes=58), approval="waiting", attempts=0)],
        "history": [
            job("build5611", "build-image", reference("elabftw", "5.6.11", when(days=19)), "succeeded",
                when(days=19), when(days=18, hours=22), run=RUN, platforms=platforms, isSettled=True),
            job("forgejo1401", "deploy", reference("forgejo", "v14.0.1", when(days=14)), "succeeded",
                when(days=14), when(days=13, hours=23), isSettled=True),
            job("build5612", "build-image", reference("elabftw", "5.6.12", when(days=8)), "succeeded",
                when(days=8), when(days=7, hours=23), run=RUN, platforms=platforms, isSettled=True),
            job("caddy2110", "mirror", reference("caddy", "v2.11.0", when(days=6)), "succeeded",
                when(days=6), when(days=5, hours=23), run=RUN, isSettled=True),
            job("vault1361", "build-vaultwarden", reference("vaultwarden", "1.36.1", when(days=3)), "failed",
                when(days=3), when(days=2, hours=21), run=RUN,
                reason="the run ended with failure, in the job build (linux/arm/v7)"),
        ],
        "outbox": {
            "ended": [
                {"about": "elabftw", "at": when(minutes=19), "id": "m-delivered000", "notifier": "team-chat",
                 "succeeded": True, "type": "started"},
                {"about": "forgejo", "at": when(hours=2), "id": "m-delivered001", "notifier": "phone",
                 "succeeded": True, "type": "approval"}],
            "messages": [{
                "expires": when(days=-3), "notifiers": ["ops"], "message": {
                    "id": f"m-waiting0000{number}", "releases": [], "repository": names["elabftw"], "time": when(minutes=22),
                    "type": "release", "upstream": "elabftw"}} for number in range(3)],
            "receivers": {"ops": {"failures": 4, "notBefore": when(minutes=-6), "reason": "answered 503"}},
            "sequence": 9},
        "quotas": {
            "github": {"limit": 5000, "remaining": 4312, "resetsAt": when(minutes=-31), "strikes": 0},
            "action:mirror": {"limit": 1000, "remaining": 0, "resetsAt": when(minutes=-12), "strikes": 1, "pauseLength": 720,
                              "pausedUntil": when(minutes=-12),
                              "pauseReason": "GitHub answered 403: API rate limit exceeded"}},
        "told": {}, "counters": {"checks": {"unchanged": 51230, "news": 12, "failed": 12},
                                 "jobs": {"build-image": {"succeeded": 2}}, "durations": {}, "deliveries": {}},
        "events": {"id": "examplefeed0", "begun": when(days=60), "entries": [
            {"id": "m-delivered000", "type": "started", "time": when(minutes=19), "upstream": "elabftw",
             "title": "build-image started for elabftw 5.6.13", "text": "One line\nand another", "url": RUN["url"]}]}}
    return write(folder, config, state)


def empty(folder):
    """Configured, and nothing has been checked yet."""
    return write(folder, {"poll": {"every": "15m"}, "upstreams": {"elabftw": {"github": "elabftw/elabftw"},
                                        "s6-overlay": {"github": "just-containers/s6-overlay"}},
                          "notifiers": {"phone": {"ntfy": {"topic": "example"}}}}, None)


def foreign(folder, text, address):
    """Every text that upstreams and servers may give is `text`, every address is `address`."""
    def reference(published):
        return {"app": {"prerelease": False, "publishedAt": published, "tag": text, "url": address}}

    state = {
        "upstreams": {
            "app": upstream("o/app", text, when(days=1), lastSeen=reference(when(days=1))["app"], waiting=[
                waiting("o/app", text, when(hours=1), [text], stalled=True) | {"name": text}]),
            "bad": upstream("o/bad", text, when(days=1), failures=5, lastCheck=when(minutes=1), lastError=text,
                            lastSeen=reference(when(days=1))["app"])},
        "recent": [f"{when(days=day)} app prerelease {text}" for day in range(1, 4)],
        "jobs": [job("running", "build", reference(when(days=1)), "following", when(hours=1), begunAt=when(hours=1),
                     run={"id": 1, "url": address}, reason=text),
                 job("asked", "deploy", reference(when(days=1)), "pending", when(hours=1), approval="waiting", reason=text)],
        "history": [job("failed", "build", reference(when(days=1)), "failed", when(days=1), when(hours=20), reason=text,
                        run={"id": 1, "url": address}, platforms=[{"platform": text, "digest": text}])],
        "outbox": {
            "ended": [{"about": text, "at": when(hours=1), "id": "m-one", "notifier": "hook", "succeeded": False,
                       "type": "release", "reason": text}],
            "messages": [{"expires": when(days=-3), "notifiers": ["hook"], "message": {
                "id": "m-two", "releases": [], "repository": text, "time": when(hours=1), "type": "release",
                "upstream": "app"}}],
            "receivers": {"hook": {"failures": 1, "notBefore": when(hours=-1), "reason": text}}, "sequence": 1},
        "quotas": {"github": {"limit": 10, "remaining": 0, "resetsAt": when(hours=-1), "strikes": 1, "pauseLength": 60,
                              "pausedUntil": when(hours=-1), "pauseReason": text}},
        "told": {}, "generation": 0, "outputFailures": {"page": text},
        "events": {"id": "foreign", "begun": when(days=2), "entries": [
            {"id": f"m-{kind}", "type": kind, "time": when(hours=9 - hours), "upstream": text, "title": text, "text": text,
             "url": address} for hours, kind in enumerate(("release", "failed", "attention"))]}}
    return write(folder, {
        "upstreams": {"app": {"github": "o/app"}, "bad": {"github": "o/bad"}},
        "actions": {"build": {"upstreams": ["app"], **BUILD},
                    "deploy": {"upstreams": ["app"], "approval": True, "command": {"argv": ["/bin/true"]}}},
        "notifiers": {"hook": {"webhook": {"url": "https://hooks.example.org/"}}}}, state)


def many(folder, count):
    """So many upstreams, as they are on most days: one in twenty fails, and all have had releases."""
    names = [f"project-number-{number}" for number in range(count)]
    upstreams = {
        name: upstream(f"organization/{name}", f"v1.{number}.3", when(days=number % 90)) | (
            {"failures": 4, "lastError": "could not connect to api.github.com: connection timed out"}
            if number % 20 == 0 else {})
        for number, name in enumerate(names)}
    recent = sorted(
        f"{when(days=day)} {name} {'taken' if day % 3 else 'prerelease'} v1.{number}.{day}"
        for number, name in enumerate(names) for day in range(number % 7, 28, 6))[-500:]
    history = [job(f"done{number}", "build", {name: release(f"organization/{name}", f"v1.{number}.3", when(days=2))},
                   "succeeded", when(days=number % 28, hours=2), when(days=number % 28), run=RUN,
                   platforms=[{"platform": "linux/amd64", "digest": "sha256:0"},
                              {"platform": "linux/arm64", "digest": "sha256:0"}], isSettled=True)
               for number, name in enumerate(names[:50])]
    return write(folder, {
        "upstreams": {name: {"github": f"organization/{name}"} for name in names},
        "actions": {"build": {"upstreams": names, **BUILD}}}, {
            "upstreams": upstreams, "recent": recent, "jobs": [], "history": history, "generation": 0,
            "outbox": {"ended": [], "messages": [], "receivers": {}, "sequence": 1}, "quotas": {}, "told": {}})
