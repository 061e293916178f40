"""Keep the account of the processes of one machine in a small file under a lock.

Each place of a request in flight is a file of its own: the kernel gives locks of a killed worker back. Its monotonic
clock is the same in all processes.
"""

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from yurai_manifests.web_budget import Account, Answer, Limits, Pause, Refusal
from yurai_manifests.web_gate import Entry, Gate, StoppedAskingError, install, installed

MOST = 1000
"""Places of a run at most, each a file: a larger limit is kept as this one."""


class FileGate(Gate):
    """The gate of the processes of one machine, in a folder of its own that a driver makes and removes."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder, self.limits = folder, limits

    def begin(self) -> None:
        """Make the files, as the driver does: a request that outlives the run puts none into a folder that goes."""
        for name in ("account", *map(_place, self._places())):
            (self._folder / name).touch(0o600)

    def _places(self) -> range:
        return range(min(self.limits.in_flight or 0, MOST))

    async def answered(self) -> None:
        """Note that the request was answered."""
        with self._opened() as account:
            account.answer()

    async def refused(self, entry: Entry, refusal: Refusal) -> bool:
        """Note that it was refused; return whether to ask again."""
        with self._opened() as account:
            return account.refuse(self.limits, time.monotonic(), entry.turn, refusal)

    def account(self) -> Account:
        """Return the account as it is now."""
        with self._opened() as account:
            return account

    def pause(self) -> Pause:
        """Return for how long all requests wait now."""
        return self.account().pause(time.monotonic())

    async def _ask(self, turn: float) -> Answer:
        with self._opened() as account:
            return account.ask(self.limits, time.monotonic(), turn)

    async def _take(self) -> int:
        for number in self._places():
            with _running():
                descriptor = os.open(self._folder / _place(number), os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            return descriptor
        return -1

    def _give(self, place: int) -> None:
        os.close(place)

    @contextmanager
    def _opened(self) -> Iterator[Account]:
        """Hold the lock of the account, and write back what changed; what a killed process left empty begins anew."""
        with _running():
            file = (self._folder / "account").open("r+b")
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            before = file.read()
            value = json.loads(before or b"{}")
            account = Account(**value | {"said": Refusal(*value["said"]) if value.get("said") else None})
            yield account
            data = json.dumps(asdict(account)).encode("ascii")
            if data != before:  # who only looks needs no room on a full disk
                file.seek(0)
                file.truncate()
                file.write(data)


def _place(number: int) -> str:
    return f"place-{number}"


@contextmanager
def _running() -> Iterator[None]:
    """Refuse a request of a run that has ended: its driver removed the folder, and nobody waits for the answer."""
    try:
        yield
    except FileNotFoundError as error:
        raise StoppedAskingError("the run that this request belongs to has ended") from error


@contextmanager
def budget(limits: Limits) -> Iterator[None]:
    """Hold the requests of this process, and of workers that it starts inside, to one budget."""
    with tempfile.TemporaryDirectory(prefix="yurai-requests-") as folder:
        before, gate = installed(), FileGate(Path(folder), limits)
        gate.begin()
        install(gate)
        try:
            yield
        finally:
            install(before)
