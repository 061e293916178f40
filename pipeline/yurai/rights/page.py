"""Define a page as policies see it: what was said of it, where it lies, and what its host's robots.txt said."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from yurai.evidence.marks import RESERVED_IN_WORDS
from yurai.evidence.robots import RobotsView

NOT_AVAILABLE: Final = "evidence-not-available"
"""Flag of pages whose markup and headers were gone before anybody looked: WET."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that was said: a row of evidence, or what a robots.txt says; `place` as in `Reason`."""

    kind: str
    channel: str
    norm: str | None
    scope: str
    place: str

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries of `norm`, which commas part, in lower case but for those of licences; () if it has none."""
        if self.norm is None:
            return ()
        if self.kind == "licence_claim":
            return (self.norm,)
        return tuple(entry.strip().lower() for entry in self.norm.split(",") if entry.strip())


def statements(rows: Iterable[Mapping[str, object]]) -> tuple[Statement, ...]:
    """Return what the rows of evidence/ about one document say, in their order; see EVIDENCE of the schema."""
    return tuple(
        Statement(
            str(row["kind"]),
            str(row["channel"]),
            None if row["norm"] is None else str(row["norm"]),
            str(row["subject_scope"]),
            f"#{number}",
        )
        for number, row in enumerate(rows)
    )


@dataclass(frozen=True, slots=True)
class Page:
    """A document and what was said of it.

    `looked`: markup and headers were searched for statements. `robots`: what the captures that the policy reads say,
    the nearest or all together; None where nobody asked them.
    """

    url: str | None = None
    capture_date: str | None = None
    declared_spdx: str | None = None
    flags: tuple[str, ...] = ()
    truncated: bool = False
    text_sha256: str | None = None
    payload_sha256: str | None = None
    statements: tuple[Statement, ...] = ()
    robots: RobotsView | None = None
    looked: bool = True

    @property
    def seen(self) -> bool:
        """Whether all of the page was searched: of a record that was cut short, the end was not."""
        return self.looked and not self.truncated and NOT_AVAILABLE not in self.flags

    @property
    def robots_seen(self) -> bool:
        """Whether a capture says what robots.txt was, or that there was none."""
        return self.robots is not None and self.robots.status in ("rules", "none")


def robots_statements(view: RobotsView) -> Iterator[Statement]:
    """Yield what a robots.txt says of a page as statements, so that rules of a policy read it as they read a page.

    Kind robots, by channel: robots-txt says `disallow:AGENT` for each AI agent that may not fetch the page,
    robots-content-usage `train-ai=n`, robots-content-signal `ai-train=no`, robots-rsl `rsl=pointer`; robots-malformed
    could not be read. Beside robots.txt: tdm-file `tdm-reservation=1`, ai-txt `disallow:*`, http-402
    `payment-required`, each with a capture of its own. Kind notice: robots-notice, a reservation in words.
    """
    place = f"robots:{view.ref}"
    said = {
        "robots-txt": ",".join(f"disallow:{agent.lower()}" for agent in view.denied),
        "robots-content-usage": view.content_usage,
        "robots-content-signal": view.content_signal,
        "robots-rsl": "rsl=pointer" if view.licences else None,
    }
    for channel, norm in said.items():
        if norm:
            yield Statement("robots", channel, norm, "site", place)
    yield from (Statement("robots", channel, norm, "site", f"robots:{ref}") for channel, norm, ref in view.beside)
    if view.malformed:
        yield Statement("robots", "robots-malformed", None, "site", place)
    if view.notices:
        yield Statement("notice", "robots-notice", RESERVED_IN_WORDS, "site", place)
