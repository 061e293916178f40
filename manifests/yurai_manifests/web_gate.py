"""Let the requests of all processes of a run through one gate; whoever installs none is not held up.

What keeps the account is another matter: a file on one machine (`web_file_gate.py`), an actor on Ray.
"""

import time
from abc import ABC, abstractmethod
from contextvars import ContextVar
from typing import NamedTuple

from yurai_manifests.web_budget import Account, Answer, Limits, Pause, Refusal, count

POLL = 0.03
"""Seconds between two looks for a free place among the requests in flight."""


class StoppedAskingError(OSError):
    """This run asks no more: an origin refused too often, or for too long. Its words say what it said."""


class Entry(NamedTuple):
    """A request that was let through: its turn, and the place that it holds (-1: places are not counted)."""

    turn: float
    place: int


class Gate(ABC):
    """One budget, seen from one process. Its coroutines run in the event loop of the requests."""

    limits: Limits

    async def enter(self) -> Entry:
        """Wait until a request may be sent.

        Raises:
            StoppedAskingError: this run asks no more.
        """
        began = time.monotonic()
        place = -1 if self.limits.in_flight is None else await self._placed()
        try:
            turn = await self._reached()
        except BaseException:
            self.leave(Entry(0.0, place))
            raise
        count("waited", time.monotonic() - began)
        return Entry(turn, place)

    async def _reached(self) -> float:
        from asyncio import sleep  # noqa: PLC0415 - as in `_placed`

        turn = 0.0
        while True:
            turn, wait, stopped = await self._ask(turn)
            if stopped:
                raise StoppedAskingError(stopped)
            if not wait:
                return turn
            await sleep(wait)

    async def _placed(self) -> int:
        from asyncio import sleep  # noqa: PLC0415 - whoever asks nothing need not pay for it

        while (place := await self._take()) < 0:  # noqa: ASYNC110 - other processes hold places, too
            await sleep(POLL)
        return place

    def leave(self, entry: Entry) -> None:
        """Give back the place of a request whose answer was read, or will not be."""
        if entry.place >= 0:
            self._give(entry.place)

    @abstractmethod
    async def answered(self) -> None:
        """Note that the request was answered."""

    @abstractmethod
    async def refused(self, entry: Entry, refusal: Refusal) -> bool:
        """Note that it was refused; return whether to ask again."""

    @abstractmethod
    def account(self) -> Account:
        """Return the account as it is now."""

    @abstractmethod
    def pause(self) -> Pause:
        """Return for how long all requests wait now."""

    @abstractmethod
    async def _ask(self, turn: float) -> Answer: ...

    @abstractmethod
    async def _take(self) -> int:
        """Return a place among those in flight, -1 while none is free."""

    @abstractmethod
    def _give(self, place: int) -> None: ...


class _Installed:
    gate: Gate | None = None


_KEPT: ContextVar[Gate | None] = ContextVar("gate")
"""The gate of a thread that keeps one. Requests are made in an event loop, which runs each in its caller's context."""


def installed() -> Gate | None:
    """Return the gate of this process's requests, or the one that this thread keeps; None where none is held up."""
    return _KEPT.get(_Installed.gate)


def keep(gate: Gate | None) -> None:
    """Have the requests of this thread pass `gate`, whatever is installed later: it may outlive its run."""
    _KEPT.set(gate)


def install(gate: Gate | None) -> None:
    """Have the requests of this process pass `gate` from now on."""
    _Installed.gate = gate
