"""Hold the workers of a Ray cluster to one budget of web requests: an actor keeps the account and the places.

A place belongs to a request as long as its process says so every 15 seconds; those of a worker that died are free again
after 60. Should the actor die with its node, Ray starts it anew with an empty account, and places that are held are
told to it again.
"""

import asyncio
import itertools
import os
import time
import uuid
from collections.abc import Callable
from typing import Protocol, cast

import ray
from ray.exceptions import GetTimeoutError, RayError

from yurai.ray.head import Head
from yurai_manifests.errors import ShardError
from yurai_manifests.web_budget import Account, Answer, Limits, Pause, Refusal
from yurai_manifests.web_gate import Entry, Gate

BEAT = 15.0
DEAD = 60.0
ACCOUNT_SECONDS = 60.0
ANSWER_SECONDS = 10.0
"""How long who only shows a pause waits for word of it."""


class Method(Protocol):
    """A method of the actor, called from elsewhere."""

    def remote(self, *arguments: object) -> "ray.ObjectRef[object]":
        """Call it."""


class Handle(Protocol):
    """The methods of Budget; Ray's handles of actors have no types."""

    ask: Method
    answered: Method
    refused: Method
    account: Method
    pause: Method
    take: Method
    hold: Method
    give: Method


class Budget:
    """The account of one run, and who holds the places of requests in flight, until when."""

    def __init__(self, limits: Limits, account: Account) -> None:
        self._limits, self._account = limits, account
        self._held: dict[str, float] = {}

    def ask(self, turn: float) -> Answer:
        """Give a request its turn."""
        return self._account.ask(self._limits, time.monotonic(), turn)

    def answered(self) -> None:
        """Note that a request was answered."""
        self._account.answer()

    def refused(self, turn: float, refusal: Refusal) -> bool:
        """Note that one was refused; return whether to ask again."""
        return self._account.refuse(self._limits, time.monotonic(), turn, refusal)

    def account(self) -> Account:
        """Return the account as it is now."""
        return self._account

    @ray.method(max_task_retries=0)  # who only shows it asks again: Ray prints a line of each retry
    def pause(self) -> Pause:
        """Return for how long all requests wait, by the clock of this process."""
        return self._account.pause(time.monotonic())

    def take(self, name: str) -> bool:
        """Give a place to the request called `name`, if one is free."""
        now = time.monotonic()
        self._held = {one: until for one, until in self._held.items() if until > now}
        if len(self._held) >= (self._limits.in_flight or 0):
            return False
        self._held[name] = now + DEAD
        return True

    def hold(self, names: list[str]) -> None:
        """Note that the requests called `names` still hold their places."""
        self._held |= dict.fromkeys(names, time.monotonic() + DEAD)

    def give(self, name: str) -> None:
        """Free the place of a request."""
        self._held.pop(name, None)


class RayGate(Gate):
    """The gate of the processes of a cluster; it travels to workers as the handle of its actor."""

    def __init__(self, name: str, handle: Handle, limits: Limits) -> None:
        self._name, self._handle, self.limits = name, handle, limits
        self._process = f"{os.getpid()}-{uuid.uuid4().hex}"
        self._numbers = itertools.count()
        self._places: set[int] = set()
        self._beats: asyncio.Task[None] | None = None
        self.head = Head(None)
        """The head that the actor is found by, where the driver knows it."""

    def __reduce__(self) -> tuple[Callable[[str, Handle, Limits], "RayGate"], tuple[str, Handle, Limits]]:
        return _known, (self._name, self._handle, self.limits)

    async def answered(self) -> None:
        """Note that the request was answered."""
        await self._handle.answered.remote()

    async def refused(self, entry: Entry, refusal: Refusal) -> bool:
        """Note that it was refused; return whether to ask again."""
        return bool(await self._handle.refused.remote(entry.turn, refusal))

    def account(self) -> Account:
        """Return the account as it is now.

        Raises:
            ShardError: the head is gone, or the actor does not answer, as where every worker of its node is killed for
                want of memory.
        """
        if self.head.is_gone():
            raise ShardError(
                "the account of web requests is gone with the head of the cluster; start a head, then resume"
            )
        try:
            return cast("Account", ray.get(self._handle.account.remote(), timeout=ACCOUNT_SECONDS))
        except (RayError, GetTimeoutError) as error:
            raise ShardError(
                f"the account of web requests does not answer ({type(error).__name__}); look at the memory and logs of "
                "the nodes, then run the same command to resume"
            ) from error

    def pause(self) -> Pause:
        """Return for how long all requests wait now; 0 where the actor does not answer: its node may be gone."""
        try:
            return cast("Pause", ray.get(self._handle.pause.remote(), timeout=ANSWER_SECONDS))
        except (RayError, GetTimeoutError):
            return Pause(0.0, None)

    async def _ask(self, turn: float) -> Answer:
        return cast("Answer", await self._handle.ask.remote(turn))

    async def _take(self) -> int:
        number = next(self._numbers)
        if not await self._handle.take.remote(self._request(number)):
            return -1
        self._places.add(number)
        if self._beats is None or self._beats.done():
            self._beats = asyncio.create_task(self._beat())
        return number

    def _give(self, place: int) -> None:
        self._places.discard(place)
        self._handle.give.remote(self._request(place))

    def _request(self, place: int) -> str:
        return f"{self._process}-{place}"

    async def _beat(self) -> None:
        while self._places:
            await self._handle.hold.remote([self._request(place) for place in self._places])
            await asyncio.sleep(BEAT)


_GATES: dict[str, RayGate] = {}


def _known(name: str, handle: Handle, limits: Limits) -> RayGate:
    """Return the one gate of this process to an actor: it knows which places the process holds."""
    return _GATES.setdefault(name, RayGate(name, handle, limits))


def shared_gate(before: Gate) -> RayGate:
    """Start the actor of a run, which takes no CPU and ends with its driver; it counts on from the gate `before`."""
    name, limits = f"yurai-requests-{uuid.uuid4().hex[:8]}", before.limits
    actor = ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1)(Budget)
    handle = cast("Handle", actor.options(name=name).remote(limits, before.account().carried()))
    return _known(name, handle, limits)
