"""Hold an output tree, so that one driver at a time writes to it; two would delete each other's spools.

A lease is an object `.work/lease/<number>.json`; the highest number counts. Whoever may take the place of a dead holder
puts the next number *if absent*, which one alone can do, and removes what the dead one left half-written. A holder that
lives renews its object every 15 seconds. Dead is who says so by its process, on this machine, or by 60 seconds without
a beat, on any other. A driver that was suspended and lost its lease notices before its next task, and stops. Where two
clocks disagree and both drivers run, the commit protocol still gives one result.
"""

import json
import os
import platform
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from yurai_manifests.canonical import canonical
from yurai_manifests.errors import LeaseError, ShardError
from yurai_manifests.store import Store, put_own

FOLDER: Final = ".work/lease"
BEAT: Final = 15.0
DEAD: Final = 60.0
"""Seconds without a beat after which a holder on another machine is taken for dead."""


@dataclass(frozen=True)
class Holder:
    """Who holds a tree: host and process, since when, and the last beat, in seconds of its clock."""

    host: str
    pid: int
    place: str
    """The kernel's boot and process namespace, within which a process id means one process."""
    started: str
    """When the process began, in the kernel's ticks: process ids are used again."""
    since: float
    beat: float
    token: str

    @classmethod
    def this(cls) -> Self:
        """Return this process as a holder."""
        now = time.time()
        pid = os.getpid()
        return cls(platform.node(), pid, _place(), _start_of(pid), now, now, uuid.uuid4().hex)

    @classmethod
    def of(cls, data: bytes) -> Self | None:
        """Return what `json` wrote; None for anything else, which nobody holds a tree by."""
        try:
            return cls(**json.loads(data))
        except (ValueError, TypeError):
            return None

    def json(self) -> bytes:
        """Return the bytes of its object."""
        return canonical(asdict(self))

    def lives(self) -> bool:
        """Tell whether it still works, as far as this process can tell."""
        if self.place and (self.host, self.place) == (platform.node(), _place()):
            return self.started != "" and _start_of(self.pid) == self.started
        return time.time() - self.beat < DEAD

    def __str__(self) -> str:
        since = datetime.fromtimestamp(self.since, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"process {self.pid} on {self.host}, since {since}"


def _place() -> str:
    try:
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""  # no such kernel: then beats alone tell


def _start_of(pid: int) -> str:
    """Return when a process began; "" where there is none, or none that is not ending."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in {"Z", "X"} else fields[19]  # state and start time: proc(5)


class Lease:
    """A tree that is held; it is renewed by a thread of its own until `release`."""

    def __init__(self, store: Store, number: int, holder: Holder, *, after_a_death: bool) -> None:
        self.after_a_death = after_a_death
        """An earlier holder died, and may have left what nobody needs."""
        self.lost_workers = False
        """So did a worker of this one."""
        self._store, self._number, self._holder = store, number, holder
        self._fault: Exception | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Go on only while the tree is held.

        Raises:
            LeaseError: another driver has taken over.
            ShardError: the lease could not be renewed for so long that another one may have.
        """
        if isinstance(self._fault, LeaseError):
            raise self._fault
        if self._fault is not None and time.time() - self._holder.beat > DEAD:
            raise self._fault

    def release(self, *, whole: bool) -> None:
        """Give the tree back; unless its work is `whole`, as who died on it: what is half-written has to be removed."""
        self._ended.set()
        self._thread.join()
        try:
            if whole:
                self._store.remove(_key(self._number))
            else:
                self._store.put(_key(self._number), replace(self._holder, started="", beat=0.0).json())
        except (OSError, ShardError):
            return  # the lease of a process that has ended holds nobody up

    def _renew(self) -> None:
        while not self._ended.wait(BEAT):
            try:
                last, other = _current(self._store)
                if last > self._number:
                    self._fault = LeaseError(f"{self._store.url} was taken over by {other}; this driver stops")
                    return
                beaten = replace(self._holder, beat=time.time())
                self._store.put(_key(self._number), beaten.json())
                self._holder, self._fault = beaten, None
            except (OSError, ShardError) as fault:
                self._fault = fault


@contextmanager
def held(store: Store) -> Iterator[Lease]:
    """Hold the tree of `store` as long as the context lasts.

    Raises:
        LeaseError: another driver holds it, and lives.
        ShardError: storage failed.
    """
    lease = _taken(store)
    try:
        yield lease
    except BaseException:
        lease.release(whole=False)
        raise
    lease.release(whole=True)


def _taken(store: Store) -> Lease:
    me = Holder.this()
    while True:  # as often as others are faster
        last, holder = _current(store)
        if holder is not None and holder.lives():
            raise LeaseError(
                f"{store.url} is being written by {holder}; wait for it or end it, then run the same command again"
            )
        if put_own(store, _key(last + 1), me.json()):
            for number in _numbers(store):
                if number <= last:
                    store.remove(_key(number))
            return Lease(store, last + 1, me, after_a_death=last >= 0)


def holder_of(store: Store) -> Holder | None:
    """Return who holds the tree, or held it and died; None where nobody does."""
    return _current(store)[1]


def _numbers(store: Store) -> list[int]:
    names = (name.rpartition("/")[2].removesuffix(".json") for name in store.names(FOLDER))
    return sorted(int(name) for name in names if name.isdecimal())


def _current(store: Store) -> tuple[int, Holder | None]:
    """Return the highest number and its holder; (-1, None) where nobody holds the tree."""
    numbers = _numbers(store)
    if not numbers:
        return -1, None
    try:
        return numbers[-1], Holder.of(store.read(_key(numbers[-1])))
    except FileNotFoundError:
        return numbers[-1], None  # released since


def _key(number: int) -> str:
    return f"{FOLDER}/{number:08}.json"
