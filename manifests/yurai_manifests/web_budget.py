"""Account for the web requests of a run: when the next may be sent, how long all wait, and when the run stops asking.

Arithmetic alone. A gate (`web_gate.py`, and an actor on Ray) keeps one account for all processes of a run. Requests are
spaced evenly, 1/rate apart (GCRA, a token bucket of one token: ITU-T I.371), so no second sees more than the rate.
What an origin refuses makes everybody wait: for as long as `Retry-After` says, else for a random part of a span that
doubles (full jitter: M. Brooker, Exponential Backoff And Jitter, AWS 2015). No output depends on any of it.
"""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

from yurai_manifests.words import plural

FORBIDDEN = HTTPStatus.FORBIDDEN
"""What Common Crawl says to who asks too often; and anybody, to who may not read."""
STRANGER = 8
"""Refusals in a row after which a run stops that was never answered: a minute's, since a person waits for its begin."""
SPREAD = 5.0
"""Seconds at most over which requests come back after a pause, where no rate spaces them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run allows itself; all times in seconds.

    `per_second` requests (None: any), `in_flight` at a time, bodies included (None: any). After `refusals` in a row the
    run stops asking. A pause without `Retry-After` is a part of `base`, doubled each time up to `longest`; an origin
    that asks for more than `asked` stops the run at once.
    """

    per_second: float | None = None
    in_flight: int | None = None
    refusals: int = 20
    base: float = 1.0
    longest: float = 120.0
    asked: float = 600.0


class Refusal(NamedTuple):
    """What an origin said instead of a file; `phrase` and `retry_after` are its own words, escaped and short."""

    origin: str
    status: int
    phrase: str
    retry_after: str

    def __str__(self) -> str:
        asked = f", Retry-After: {self.retry_after}" if self.retry_after else ""
        return f"{self.origin} says {self.status} {self.phrase}".rstrip() + asked


class Answer(NamedTuple):
    """What a request is told: the turn that it has, the seconds until then (0: go), and why nobody asks any more."""

    turn: float
    wait: float
    stopped: str = ""


class Pause(NamedTuple):
    """For how many seconds nobody asks (0: requests go), and what an origin said; None where the run asks no more."""

    left: float
    said: Refusal | None


@dataclass(slots=True)
class Account:
    """The state of one run's budget; times are of one clock that never goes back.

    `due`: when the next request may go. `paused`: until when nobody asks. `since`: when that pause began. `rounds`:
    pauses in a row without any answer between them.
    """

    due: float = 0.0
    paused: float = 0.0
    since: float = 0.0
    rounds: int = 0
    sent: int = 0
    answered: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    """Refusals by status."""
    said: Refusal | None = None
    """The last refusal."""
    stopped: str = ""

    def ask(self, limits: Limits, now: float, turn: float) -> Answer:
        """Give a request its turn, or a later one if a pause began since `turn` was given (0: none was)."""
        if self.stopped:
            return Answer(turn, 0.0, self.stopped)
        known = max(now, self.due, self.paused + SPREAD)  # a later turn is of an account that was lost with its node
        if not turn or turn < self.paused or turn > known:
            turn = max(now, self.due)
            if turn < self.paused:
                spread = 0.0 if limits.per_second else min(self.paused - self.since, SPREAD)
                turn = self.paused + spread * random.random()  # noqa: S311 - no secret
            if limits.per_second:
                self.due = turn + 1.0 / limits.per_second
        if turn <= now:
            self.sent += 1
        return Answer(turn, max(0.0, turn - now))

    def answer(self) -> None:
        """Note that an origin answered: what was refused before was no ban."""
        self.answered += 1
        self.rounds = 0

    def refuse(self, limits: Limits, now: float, turn: float, refusal: Refusal) -> bool:
        """Note a refusal of the request that went at `turn`; return whether to ask again.

        Requests of one burst count once. Who was never let in and is forbidden is not throttled: that is a matter of
        rights.
        """
        self.refused[str(refusal.status)] = self.refused.get(str(refusal.status), 0) + 1
        self.said = refusal
        if refusal.status == FORBIDDEN and not self.answered:
            return False
        asked = seconds(refusal.retry_after)
        if asked is not None:
            self.paused = max(self.paused, now + asked)
        if turn >= self.since:
            self.rounds, self.since = self.rounds + 1, now
            span = min(limits.base * 2.0 ** min(self.rounds - 1, 30), limits.longest)
            pause = span * random.random()  # noqa: S311 - no secret
            self.paused = max(self.paused, now + (pause if asked is None else 0.0))
        if self.rounds >= (limits.refusals if self.answered else min(STRANGER, limits.refusals)):
            self.stopped = f"{refusal}, {plural(self.rounds, 'time')} in a row; {_remedy(asked)}"
        elif asked is not None and asked > limits.asked:
            self.stopped = f"{refusal}, which is longer than this run waits; {_remedy(asked)}"
        return True

    def pause(self, now: float) -> Pause:
        """Return for how long all requests wait."""
        return Pause(0.0, None) if self.stopped else Pause(max(0.0, self.paused - now), self.said)

    def carried(self) -> "Account":
        """Return its counts as the begin of another account, whose clock may be another one."""
        return Account(sent=self.sent, answered=self.answered, refused=self.refused, said=self.said)

    def json(self) -> dict[str, object]:
        """Return what the journal says of it."""
        said = self.said._asdict() if self.said else None
        return {"sent": self.sent, "answered": self.answered, "refused": self.refused, "said": said}


def _remedy(asked: float | None) -> str:
    wait = f"wait {asked:,.0f} s" if asked else "wait (Common Crawl: up to a day)"
    return f"this run stopped asking: {wait}, set --requests-per-second lower, then run the same command to resume"


def seconds(retry_after: str) -> float | None:
    """Return the seconds that a `Retry-After` asks for (RFC 9110, 10.2.3: a number or a date), None if it says none."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - who reads local files is never refused

    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:12])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


_spent: dict[str, float] = {}


def count(name: str, amount: float = 1) -> None:
    """Count something of this process's requests: `requests`, `retries`, `refused-503` ..., `waited` (seconds)."""
    _spent[name] = _spent.get(name, 0) + amount


def taken() -> Mapping[str, float]:
    """Return what was counted since the last call, and begin anew: what one task did."""
    spent = {name: round(amount, 3) for name, amount in sorted(_spent.items())}
    _spent.clear()
    return spent
