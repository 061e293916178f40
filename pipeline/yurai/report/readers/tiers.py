"""Say what of a crawl's words leaves the house.

public    names of stages, rules, licences and registrable domains; no URL, path, title, text, file name or path
auditor   also hosts, names of input files, and URLs without their query
internal  also whole URLs, titles and the beginnings of texts

Whatever is shown is redacted (`yurai.report.safe_text`) in every tier.
"""

from __future__ import annotations

import fnmatch
import functools
import re
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit

from yurai.report.readers.figures import Name
from yurai.report.readers.said import Said, say
from yurai.report.safe_text import excerpt, shown, shown_url
from yurai.rights import class_of, load_policy, shipped

Tier: TypeAlias = Literal["public", "auditor", "internal"]
WORDS: Final[dict[Tier, Said]] = {
    "public": say("Public: no URL, title, text, file name or path is in it."),
    "auditor": say("For auditors: hosts, names of input files and URLs without their query are in it."),
    "internal": say("Internal: URLs, titles and beginnings of texts are in it. It must not leave the house."),
}
WITHHELD: Final = say("not shown in this tier")
_LICENCE: Final = re.compile(r"[A-Za-z0-9.+-]{1,48}")
_PREFIX: Final = re.compile(r"(blocked|no-handler|scheme):.*", re.DOTALL)
_ADDRESS: Final = re.compile(r"(https?://[^\s/?#,]*)[^\s,]*")


def licence(spdx: str | None, tier: Tier) -> Name | Said:
    """Return a licence: in public only one of a known family."""
    if spdx is None:
        return say("not said")
    known = _LICENCE.fullmatch(spdx) and (class_of(spdx) != "other" or spdx in ("NONE", "NOASSERTION"))
    return Name(shown(spdx)) if known or tier != "public" else say("another licence")


def norm(kind: str, said: str | None, tier: Tier) -> Name | Said:
    """Return what a mark says: in public only entries that a policy of Yurai knows, else its pattern."""
    if said is None:
        return say("could not be read")
    if tier == "internal":
        return Name(shown(said))
    if tier == "auditor":
        return Name(shown(_ADDRESS.sub(r"\1/…", said)))
    if kind == "licence_claim":
        return licence(said, tier)
    entries = [_known(one.strip().lower()) for one in said.split(",")]
    return WITHHELD if None in entries else Name(",".join(filter(None, entries)))


def _known(entry: str) -> str | None:
    exact, patterns = _patterns()
    if entry in exact:
        return entry
    return next((pattern for pattern in patterns if fnmatch.fnmatchcase(entry, pattern)), None)


@functools.cache
def _patterns() -> tuple[frozenset[str], tuple[str, ...]]:
    """What signals of the shipped policies hear: words as they are, and patterns that begin with a word."""
    says = {pattern for name in shipped() for signal in load_policy(name).signals for pattern in signal.says}
    exact = frozenset(one for one in says if "*" not in one)
    return exact, tuple(sorted((one for one in says if "*" in one and one[0] != "*"), key=lambda one: (-len(one), one)))


def rule(name: str, tier: Tier) -> Name | Said:
    """Return the rule of a policy that decided: in public only one that comes with Yurai."""
    own = {signal.id for policy in shipped() for signal in load_policy(policy).signals}
    known = name in own or name.startswith("licence.") or name in ("licence-conflict", "domain-rule")
    return Name(shown(name)) if known or tier != "public" else say("a rule of the publisher")


def reason(name: str, tier: Tier) -> Name:
    """Return why a page ended: in public without the part that a crawl wrote, or the case of a takedown."""
    return Name(shown(_PREFIX.sub(r"\1", name) if tier == "public" else name))


def domain(name: str | None) -> Name | Said:
    """Return the registrable domain of a page; a host without one may be an address or a machine of the house."""
    return Name(shown(name)) if name else say("no registrable domain")


def source(name: str, sha256: str, table: str | None, tier: Tier) -> Name | Said:
    """Return an input file: by name, or in public as its publisher calls it, else by the start of its digest."""
    if tier != "public":
        return Name(shown(name))
    if table:
        return Name(shown(table))
    return Name(f"sha256:{sha256[:16]}") if sha256 else WITHHELD


def address(url: str | None, tier: Tier) -> Name | Said:
    """Return the URL of a page: whole for the house, without its query for auditors."""
    if tier == "public":
        return WITHHELD
    if tier == "internal":
        return Name(shown_url(url))
    try:
        parts = urlsplit(url or "")
        plain = f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
    except ValueError:
        return say("could not be read")
    return Name(shown_url(plain))


def words(text: str | None, tier: Tier) -> Name | Said:
    """Return a title or the beginning of a text, for the house alone."""
    return Name(excerpt(text)) if tier == "internal" else WITHHELD
