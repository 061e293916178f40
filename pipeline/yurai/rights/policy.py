"""Define a policy: versioned data that says which signals mean what for which use.

A policy has no code of its own. `yurai.rights.judge` reads it over the statements about a page; `yurai.rights.load`
reads it from TOML and says what is wrong there.
"""

import fnmatch
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from yurai.rights.licences import LicenceClass
from yurai.rights.page import Statement
from yurai.rights.verdicts import USES, Verdicts
from yurai_manifests.canonical import Json, fingerprint

RobotsMode = Literal["off", "asof", "strictest"]
ROBOTS: Final[tuple[RobotsMode, ...]] = ("off", "asof", "strictest")
RegistryKind = Literal["domains", "url-prefixes", "text-sha256", "payload-sha256"]
REGISTRIES: Final[tuple[RegistryKind, ...]] = ("domains", "url-prefixes", "text-sha256", "payload-sha256")
KINDS: Final = ("optout_signal", "search_signal", "notice", "robots")
"""Kinds of statements that rules read; licence claims are read by the classes of their licences."""
SCOPES: Final = ("page", "main_text", "site", "unknown")
"""What a statement may speak of to be heard, unless a rule says otherwise: pictures and data sets are not the text."""
UNREADABLE: Final = "unreadable"
"""Pattern of a statement whose words could not be read: something was meant."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One rule: statements of these kinds, channels and scopes that say one of `says`, and what they mean.

    `says` are patterns over entries of `norm`, `*` for anything; "unreadable" is a statement that could not be
    read. Channels are patterns too; () are all.
    """

    id: str
    says: tuple[str, ...]
    verdicts: Verdicts
    kinds: tuple[str, ...] = KINDS
    channels: tuple[str, ...] = ()
    scopes: tuple[str, ...] = SCOPES
    unless: tuple[str, ...] = ()
    """Patterns of entries that `says` does not mean."""

    def hears(self, said: Statement) -> str | None:
        """Return the entries of a statement that this rule is about, joined by commas; None where there are none."""
        if said.kind not in self.kinds or said.scope not in self.scopes:
            return None
        if self.channels and not any(_like(said.channel, pattern) for pattern in self.channels):
            return None
        if said.norm is None:
            return UNREADABLE if UNREADABLE in self.says else None
        heard = [entry for entry in said.entries if _any(entry, self.says) and not _any(entry, self.unless)]
        return ",".join(heard) or None


@dataclass(frozen=True, slots=True)
class Registry:
    """A list of works or places whose owners have opted out, somewhere else than on the page."""

    name: str
    kind: RegistryKind
    path: str
    sha256: str
    verdicts: Verdicts


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy, all of it; the verdicts that a table leaves out are no verdicts: nothing is said of that use.

    `silent`: where all was searched and nothing said. `unseen`: where not all was. `conflict`: of licences that
    contradict. `licences`: by class of a licence that is granted. `first`: channels in their order of precedence: of
    these the first that speaks is heard alone. `open`: classes of licences that need no care.
    """

    name: str
    version: int
    about: str
    named_for: str
    silent: Verdicts
    unseen: Verdicts
    conflict: Verdicts
    licences: Mapping[LicenceClass, Verdicts]
    signals: tuple[Signal, ...]
    registries: tuple[Registry, ...] = ()
    robots: RobotsMode = "off"
    text_scopes: tuple[str, ...] = ("page", "main_text")
    site_licence: bool = True
    counter_notices: tuple[str, ...] = ("all-rights-reserved",)
    min_confidence: float = 0.0
    open: tuple[LicenceClass, ...] = ("public-domain", "attribution", "share-alike")
    copies: bool = True
    first: tuple[str, ...] = field(default=())

    def json(self) -> dict[str, Json]:
        """Return the policy as canonical JSON takes it, a registry without the place that it lies at."""
        return {
            "name": self.name,
            "version": self.version,
            "about": self.about,
            "named_for": self.named_for,
            "robots": self.robots,
            "text_scopes": [*self.text_scopes],
            "site_licence": self.site_licence,
            "counter_notices": [*self.counter_notices],
            "min_confidence": self.min_confidence,
            "open": [*self.open],
            "copies": self.copies,
            "first": [*self.first],
            "silent": _table(self.silent),
            "unseen": _table(self.unseen),
            "conflict": _table(self.conflict),
            "licence": {name: _table(verdicts) for name, verdicts in self.licences.items()},
            "signal": [_signal(one) for one in self.signals],
            "registry": [
                {"name": one.name, "kind": one.kind, "sha256": one.sha256, **_table(one.verdicts)}
                for one in self.registries
            ],
        }

    @property
    def sha256(self) -> str:
        """The digest of what the policy says, wherever it lies and whatever it builds on."""
        return fingerprint(self.json())

    @property
    def id(self) -> str:
        """Column `policy_id`: name, version and the beginning of the digest."""
        return f"{self.name}@{self.version}+{self.sha256[:12]}"


def _table(verdicts: Verdicts) -> dict[str, Json]:
    return {use: verdicts[use] for use in USES if use in verdicts}


def _signal(one: Signal) -> dict[str, Json]:
    lists = {name: [*getattr(one, name)] for name in ("says", "unless", "kinds", "channels", "scopes")}
    return {"id": one.id, **lists, **_table(one.verdicts)}


def _any(entry: str, patterns: tuple[str, ...]) -> bool:
    return any(_like(entry, pattern) for pattern in patterns)


def _like(text: str, pattern: str) -> bool:
    return _pattern(pattern).match(text) is not None


@functools.lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))
