"""Runs whose network is cut at seeded moments, for bench/chaos.py: run and servers in net namespaces of their own.

A pair of veth devices joins both. The server cuts it itself, at the n-th request it is sent: before it answers, or with
half of the answer sent.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import fsspec
from laboratory import RECIPE, SAMPLE, UNLIKE, Blows, Ended, Outcome, command, content

from s3_faults import with_files
from yurai_manifests.store import Store, open_store

INPUT: Final = "sample-03.warc.wet.gz"
BUCKET: Final = "corpus"
PORT: Final = 8123
HERE, THERE = "yurai-run", "yurai-far"
"""The namespaces, and the ends of the wire: of the run, and of its servers."""
ENDS: Final = {HERE: ("yurai0", "10.203.0.1"), THERE: ("yurai1", "10.203.0.2")}
SERVER: Final = f"http://{ENDS[THERE][1]}:{PORT}"


def _link(name: str) -> dict[str, list[str]]:
    return {to: ["ip", "-n", name, "link", "set", ENDS[name][0], to] for to in ("down", "up")}


_QUEUE = ["ip", "netns", "exec", THERE, "tc", "qdisc"]
CUTS: Final = {
    "link of the run": _link(HERE),
    "link of the servers": _link(THERE),
    "packets are lost": {
        # a queue that is too small for any packet
        "down": [*_QUEUE, *["add", "dev", "yurai1", "root", "tbf", "rate", "8bit", "burst", "1", "limit", "1"]],
        "up": [*_QUEUE, *["del", "dev", "yurai1", "root"]],
    },
}
"""The commands that cut and mend."""
KEYS: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
WAITS: Final = 2.0
"""Seconds for an answer, instead of a minute: of a web server, and of S3."""
IMPATIENT: Final = {"config_kwargs": {"read_timeout": WAITS, "connect_timeout": WAITS}}
YURAI: Final = (
    "import aiohttp; from yurai_manifests import web; "
    f"web._TIMES = aiohttp.ClientTimeout(total=None, sock_connect={WAITS}, sock_read={WAITS}); "
    "from yurai.cli import script; script()"
)
SHORT: Final = (0.5, 4.0)
"""Seconds that a cut lasts which comes to an end."""
PATIENCE: Final = 240.0
"""Seconds after which a run hangs."""


def ip(*words: str) -> None:
    """Call iproute2."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


def impossible() -> str:
    """Return why no namespace can be made here, "" where they can."""
    if not shutil.which("ip") or not shutil.which("tc"):
        return "needs ip and tc (iproute2)"
    trial = subprocess.run(["ip", "netns", "add", THERE], check=False, capture_output=True, text=True)
    if trial.returncode:
        return f"no net namespace can be made here ({trial.stderr.strip()})"
    ip("netns", "del", THERE)
    return ""


class Partitions:
    """Two namespaces, the server in one, and runs in the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.recipe, pages = folder, folder / "far.toml", folder / "far"
        pages.mkdir(parents=True, exist_ok=True)
        shutil.copy(SAMPLE / INPUT, pages)
        self.recipe.write_text(RECIPE)
        for name in ENDS:
            ip("netns", "add", name)
        ip("link", "add", ENDS[HERE][0], "netns", HERE, "type", "veth", "peer", ENDS[THERE][0], "netns", THERE)
        for name, (device, address) in ENDS.items():
            ip("-n", name, "address", "add", f"{address}/24", "dev", device)
            for one in ("lo", device):
                ip("-n", name, "link", "set", one, "up")
        self._server = subprocess.Popen(
            ["ip", "netns", "exec", THERE, sys.executable, __file__, pages],
            env=os.environ | KEYS | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{PORT}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.requests: dict[bool, int] = {}
        self.expected: dict[bool, dict[str, str]] = {}
        for far in (True, False):
            self.requests[far] = -self._ask("asked")
            ended = self._run("alone", far=far)
            if ended.code:
                raise SystemExit(f"the run fails without a cut: {ended.err}")
            self.requests[far] += self._ask("asked")
            self.expected[far] = self._content("alone", far=far)

    def close(self) -> None:
        """End the server and remove the namespaces, with what is in them."""
        self._server.communicate()
        for name in ENDS:
            ip("netns", "del", name)

    def tried(self, name: str, rng: random.Random) -> Blows:
        """Make a run whose network is cut, mend it and, where it was refused, make it again."""
        far = rng.random() < 0.8
        lasts = rng.choice((None, rng.uniform(*SHORT)))
        how = rng.choice(list(CUTS))
        self._ask("cut", how, rng.randint(1, self.requests[far]), rng.random() < 0.5, lasts)
        ended = self._run(name, far=far)
        struck = self._ask("mend")
        kind = f"{how}, {'for good' if lasts is None else 'for a while'}"
        return [(kind, self._outcome(name, ended, far=far) if struck else Outcome("not reached"))]

    def _outcome(self, name: str, ended: Ended, *, far: bool) -> Outcome:
        if ended.wrong:
            return Outcome("wrong", ended.wrong)
        if ended.code and (again := self._run(name, far=far)).code:
            return Outcome("wrong", f"does not resume, exit {again.code}: {again.err[-2_000:]}")
        made, expected = self._content(name, far=far), self.expected[far]
        unlike = sorted(key for key in made.keys() | expected.keys() if made.get(key) != expected.get(key))
        if unlike:
            return Outcome("wrong", f"differs: {unlike[:5]}")
        return Outcome("told" if ended.code else "at once")

    def _run(self, name: str, *, far: bool) -> Ended:
        out = f"s3://{BUCKET}/{name}" if far else self.folder / name
        words = command(self.recipe, [f"{SERVER}/web/{INPUT}"], out, "--runner", "local", "--workers", 1)
        call = ["ip", "netns", "exec", HERE, sys.executable, "-c", YURAI, *words]
        aws = KEYS | {"AWS_ENDPOINT_URL": SERVER, "FSSPEC_S3": json.dumps(IMPATIENT)}
        try:
            ran = subprocess.run(
                call, env=os.environ | aws, capture_output=True, text=True, check=False, timeout=PATIENCE
            )
        except subprocess.TimeoutExpired as error:
            return Ended(1, "", f"hangs for {PATIENCE:.0f} s: {error.stderr}")
        return Ended(ran.returncode, ran.stdout, ran.stderr)

    def _content(self, name: str, *, far: bool) -> dict[str, str]:
        if far:
            found: dict[str, str] = self._ask("content", name)
            return found
        return {key: hashlib.sha256(data).hexdigest() for key, data in content(self.folder / name).items()}

    def _ask(self, *words: object) -> Any:  # noqa: ANN401 - as JSON is
        assert self._server.stdin
        assert self._server.stdout
        print(json.dumps(words), file=self._server.stdin, flush=True)
        return json.loads(self._server.stdout.readline())


class Wire:
    """Wraps the server, in its namespace: counts requests, and cuts the wire at one of them."""

    def __init__(self, application: Any) -> None:  # noqa: ANN401 - any WSGI application
        self._application, self._lock = application, threading.RLock()
        self.asked, self._at, self._middle = 0, 0, False
        self._how, self._is_cut = "", False
        self._later = threading.Timer(0, self._switch)

    def cut(self, how: str, number: int, middle: bool, lasts: float | None) -> bool:
        """Cut at the request `number` from now, before or in the middle of its answer."""
        with self._lock:
            self._how, self._middle, self._at = how, middle, self.asked + number
            self._later = threading.Timer(threading.TIMEOUT_MAX if lasts is None else lasts, self._switch, ("up",))
        return True

    def mend(self) -> bool:
        """Mend what is cut; return whether a cut was asked for and made."""
        with self._lock:
            struck = 0 < self._at <= self.asked
            self._at = 0
            self._later.cancel()
            self._switch("up")
        return struck

    def _switch(self, to: str) -> None:
        with self._lock:
            if self._is_cut == (to == "down"):
                return
            self._is_cut = to == "down"
            subprocess.run(CUTS[self._how][to], check=True)

    def __call__(self, environ: dict[str, Any], respond: Callable[..., Any]) -> Iterator[bytes]:
        """Answer a request."""
        with self._lock:
            self.asked += 1
            strikes = self.asked == self._at
        if strikes and not self._middle:
            self._strike()
        body = b"".join(self._application(environ, respond))
        yield body[: len(body) // 2]
        if strikes and self._middle:
            self._strike()
        yield body[len(body) // 2 :]

    def _strike(self) -> None:
        self._switch("down")
        self._later.start()


def serve(pages: Path) -> None:
    """Serve files and buckets, and answer each line of standard input, which holds a question as JSON."""
    from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415 - of this kind alone
    from werkzeug.serving import make_server  # noqa: PLC0415

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    wire = Wire(with_files(pages, DomainDispatcherApplication(create_backend_app)))
    server = make_server("0.0.0.0", PORT, wire, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    fsspec.filesystem("s3").mkdir(BUCKET)
    for line in sys.stdin:
        match json.loads(line):
            case ["content", name]:
                answer: object = _digests(open_store(f"s3://{BUCKET}/{name}"))
            case ["cut", how, number, middle, lasts]:
                answer = wire.cut(how, number, middle, lasts)
            case ["mend"]:
                answer = wire.mend()
            case _:
                answer = wire.asked
        print(json.dumps(answer), flush=True)


def _digests(store: Store) -> dict[str, str]:
    keys = [key for key, _ in store.list("") if not key.startswith(UNLIKE)]
    return {key: hashlib.sha256(store.read(key)).hexdigest() for key in keys}


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
