"""Hold what robots.txt says of one page, and join what several captures say: the most restrictive of each kind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from yurai.evidence.robots.preferences import combined
from yurai.evidence.signals import MALFORMED

Said: TypeAlias = tuple[str, str, str]
"""Channel, norm, and the capture that says it."""


@dataclass(frozen=True, slots=True)
class RobotsView:
    """What robots.txt says of one page.

    `status`: `rules` (a file was read), `none` (there was none, or no rules in it: everything is allowed), `unknown`
    (the server failed, or a redirect leads out of what was captured), `absent` (no capture at all). `denied` names the
    agents that may not fetch the page, in the order they were asked about. `content_usage` (`train-ai=n,search=y`) and
    `content_signal` (`search=yes,ai-train=no`) are the most restrictive of what is said to those agents and to `*`.
    """

    ref: str | None
    """Capture that decided, `source@offset`; the first that denies something, where several were asked."""
    denied: tuple[str, ...]
    content_usage: str | None
    content_signal: str | None
    status: str
    licences: tuple[str, ...] = ()
    """Addresses of RSL licences (`License:` lines)."""
    notices: tuple[str, ...] = ()
    """Reservations in words, in comments: at most 1,024 bytes each, personal data redacted."""
    malformed: tuple[str, ...] = ()
    """Content-Usage and Content-Signal values that mean nothing as they are written, as found."""
    age_seconds: int | None = None
    """Seconds from the capture to the page: negative where the robots.txt was captured later."""
    refs: tuple[str, ...] = ()
    """All captures that say something restrictive."""
    beside: tuple[Said, ...] = ()
    """What tdmrep.json, ai.txt and answers with status 402 say of the page: (channel, norm, capture)."""

    @property
    def reserves(self) -> bool:
        """Whether an agent is denied, or use for training is (`train-ai=n`, `ai-train=no` and older words for them).

        A preference that breaks the rules of its form and would forbid if it kept them counts as it does in a header.
        """
        said = {*(self.content_usage or "").split(","), *(self.content_signal or "").split(",")}
        return bool(self.denied or said & _RESERVED or any(reserving(norm) for _, norm, _ in self.beside))


def reserving(norm: str) -> bool:
    """Whether a norm of tdmrep.json or ai.txt reserves use; an offer to sell does not."""
    return norm == MALFORMED or norm.startswith(("tdm-reservation=1", "tdm-policy=", "disallow:"))


_NO: Final = ("=n", "=no", "=immediate", "=reference")
_RESERVED: Final = frozenset(
    ("train-ai=n", "train-genai=n", "ai=n", "genai=n", "tdm=n", "bots=n", "ai-train=no", MALFORMED)
)
ABSENT: Final = RobotsView(None, (), None, None, "absent")
"""The view of a page of a host without a capture."""


def restricts(view: RobotsView) -> bool:
    """Whether it holds anything that some use may not go without: a denial, a no, a licence to ask for, words."""
    said = f"{view.content_usage},{view.content_signal}".split(",")
    return bool(
        view.denied or view.licences or view.notices or any(entry.endswith(_NO) or entry == MALFORMED for entry in said)
    )


def together(views: Sequence[RobotsView], agents: Sequence[str]) -> RobotsView:
    """Return the most restrictive of all views, each kind of statement on its own."""
    if not views:
        return ABSENT
    denied = {agent for view in views for agent in view.denied}
    statuses = [view.status for view in views]
    deciding = next((view for test in _TESTS for view in views if test(view)), views[0])
    return RobotsView(
        deciding.ref,
        tuple(agent for agent in agents if agent in denied),
        combined(*(view.content_usage for view in views)),
        combined(*(view.content_signal for view in views)),
        next((status for status in ("rules", "none", "unknown") if status in statuses), "absent"),
        _each_once(one for view in views for one in view.licences),
        _each_once(one for view in views for one in view.notices),
        _each_once(one for view in views for one in view.malformed),
        None,
        _each_once(ref for view in views for ref in view.refs),
    )


_TESTS: Final = (lambda view: view.reserves, restricts, lambda view: view.status == "rules")


def _each_once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
