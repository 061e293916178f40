"""Tell what a machine finds out about itself: `look` first, then `cross`, which reads what other machines wrote.

Both run on the machine that is asked, so they take and return plain values. Trouble is a fault in words, never an
exception: a machine with trouble is what the doctor is looking for.
"""

import functools
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from yurai.declare.stage import restored_use, stage_of
from yurai.run.doctor import code
from yurai.sources.fetch import open_remote
from yurai_manifests.canonical import Json, sha256
from yurai_manifests.errors import YuraiError
from yurai_manifests.store import LocalStore, Store, open_store, probe

HEAD_BYTES = 1 << 16
FREE_BYTES = 1 << 30
KEEPALIVE_MS = 30_000
KEEPALIVE = ("RAY_grpc_client_keepalive_time_ms", "RAY_grpc_client_keepalive_timeout_ms")
TOKEN_VARIABLE, TOKEN_PATH_VARIABLE, AUTH_VARIABLE = "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_AUTH_MODE"
DRIVER = "driver"


@dataclass(frozen=True, slots=True)
class Ask:
    """What machines are asked about; an empty field is not looked at.

    `stages` are uses as `StageUse.json` gives them, `source` the URL of the first input, `nonce` what the driver wrote.
    """

    stages: tuple[Mapping[str, Json], ...] = ()
    source: str = ""
    output: str = ""
    nonce: str = ""
    cluster: bool = False
    guarded: bool = False
    """Whether token authentication must be on: the cluster can be reached from other machines."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What was found; `fault` says in words what is wrong with it, and is empty when nothing is."""

    value: object
    fault: str = ""


def note_key(nonce: str, name: str) -> str:
    """Return where the machine `name` leaves its note in the output."""
    return f".work/doctor-{nonce}-{name}"


def look(ask: Ask, name: str, runs_tasks: bool) -> dict[str, Fact]:
    """Return {check: fact} of this machine, and leave a note in the output if it is the one that the driver sees.

    A machine that runs no tasks (a head without CPUs) needs neither data nor models.
    """
    facts = {
        "code": Fact(code.code()),
        "packages": Fact(code.packages()),
        "python": Fact(code.python()),
        "plugins": Fact(code.plugins()),
        "auth": _auth(ask),
    }
    if ask.cluster:
        facts["keepalive"] = _keepalive()
    if runs_tasks:
        facts["models"] = _guarded(lambda: _models(ask.stages))
        facts |= {"input": _guarded(lambda: _head(ask.source))} if ask.source else {}
        facts |= _output(ask, name) if ask.output else {}
        facts["disk"] = _disk(ask.output)
    return facts


def cross(ask: Ask, names: Iterable[str]) -> list[str]:
    """Return those of the machines `names` whose notes this machine cannot read."""
    store = open_store(ask.output)
    return [name for name in names if _guarded(functools.partial(store.read, note_key(ask.nonce, name))).fault]


def _guarded(find: Callable[[], object]) -> Fact:
    try:
        return Fact(find())
    except (YuraiError, OSError, ImportError, ValueError) as error:
        return Fact(None, f"{error}")


def _models(stages: tuple[Mapping[str, Json], ...]) -> dict[str, str]:
    uses = map(restored_use, stages)
    return {name: digest for use in uses for name, digest in stage_of(use).models(use.settings).items()}


def _head(url: str) -> str:
    with open_remote(url) as file:
        data = file.read(HEAD_BYTES)
    return f"{len(data):,} bytes of {url}, sha256 {sha256(data)[:12]}"


def _output(ask: Ask, name: str) -> dict[str, Fact]:
    """Look for the driver's note before anything is written: else a private folder of that path would be made."""
    store = open_store(ask.output)
    seen = _guarded(lambda: store.read(note_key(ask.nonce, DRIVER)))
    if seen.fault:
        return {"output": Fact(None, f"cannot see what the driver wrote to {store.url}: not the same storage here")}
    written = _guarded(lambda: store.put(note_key(ask.nonce, name), ask.nonce.encode()))
    return {
        "output": Fact(f"sees {store.url}", written.fault),
        "put-if-absent": Fact("honoured", _guarded(lambda: probe(store)).fault),
    }


def _disk(output: str) -> Fact:
    store: Store | None = open_store(output) if output else None
    folders = [Path(tempfile.gettempdir()), *([store.root] if isinstance(store, LocalStore) else [])]
    free = {str(folder): shutil.disk_usage(_existing(folder)).free for folder in folders}
    short = [folder for folder, size in free.items() if size < FREE_BYTES]
    spaces = ", ".join(f"{size / 1e9:,.0f} GB free at {folder}" for folder, size in free.items())
    return Fact(spaces, f"less than {FREE_BYTES / 1e9:.0f} GB free at {' and '.join(short)}" if short else "")


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def token_file() -> Path | None:
    """Return where Ray reads the token from, None when it is in a variable of the environment."""
    if os.environ.get(TOKEN_VARIABLE):
        return None
    return Path(os.environ.get(TOKEN_PATH_VARIABLE) or Path.home() / ".ray" / "auth_token")


def _auth(ask: Ask) -> Fact:
    mode, path = os.environ.get(AUTH_VARIABLE, "unset"), token_file()
    has_file = path is not None and path.is_file()
    bits = stat.S_IMODE(path.stat().st_mode) if path is not None and has_file else 0
    described = f"{AUTH_VARIABLE} {mode}" + (f", {path} mode {bits:04o}" if has_file else "")
    if bits & 0o077:
        return Fact(
            described, f"{path} can be read by others (mode {bits:04o}), and whoever has the token can run code"
        )
    if ask.guarded and mode != "token":
        return Fact(described, f"{AUTH_VARIABLE} is {mode}: whoever reaches this node can run code on it")
    return Fact(described)


def _keepalive() -> Fact:
    given = {name: os.environ.get(name, "unset") for name in KEEPALIVE}
    wrong = [name for name, text in given.items() if not text.isdecimal() or int(text) > KEEPALIVE_MS]
    described = ", ".join(f"{name}={text}" for name, text in given.items())
    return Fact(described, f"{' and '.join(wrong)} not set: a node that falls silent keeps its tasks for 7 minutes"
                if wrong else "")  # fmt: skip
