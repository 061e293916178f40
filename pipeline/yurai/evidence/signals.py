"""Read the signals that reserve use, in the forms that headers and `<meta>` share.

Sources: the robots directives of the large search engines, with `noai` and `noimageai` as DeviantArt introduced them
and `noml` as Mojeek did; TDM Reservation Protocol (W3C Community Group, 2024); draft-ietf-aipref-attach and -vocab
(RFC 9651 dictionaries); Content Signals (Cloudflare, 2025).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from yurai.evidence.agents import is_ai_agent

MALFORMED: Final = "malformed_intent"
"""Entry of a norm: what was said breaks the rules of its form, and would forbid use if it kept them."""
_TRAINING: Final = frozenset(("noai", "noimageai", "noml", "nollm", "disallowaitraining"))
_ALL: Final = "robots"
_SEARCH: Final = frozenset(("noindex", "none", "noarchive", "nocache", "nosnippet", "noimageindex"))
_WITH_VALUE: Final = frozenset(
    ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview", "indexifembedded")
)
_AGENT: Final = re.compile(r"[a-z][a-z0-9 _./*-]{1,40}")
_OTHERS: Final = "baiduspider slurp teoma yandex sogou spider googlebot bingbot duckduckbot applebot"
_OTHER_AGENTS: Final = frozenset(_OTHERS.split())
_KEY: Final = re.compile(r"[a-z*][a-z0-9_*.-]*")
_FORBIDS: Final = re.compile(
    r"(?<![a-z])(?:train|ai|gen-?ai|tdm|bots)[a-z-]*\s*[=:]\s*[\"']?"
    r"(?:n|no|not|none|0|\?0|false|deny|denied|disallow(?:ed)?)(?![a-z])",
    re.IGNORECASE,
)
_YES: Final = frozenset(("true", "yes", "y", "on", "reserved", "?1"))
_VALUE_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Robots:
    """Restricting directives, `[agent:]directive` joined by commas: of use by AI, and of search alone."""

    reserves: str | None
    search: str | None


def robots(value: str, agents: tuple[str | None, ...] = (None,)) -> Robots:
    """Restricting directives of an X-Robots-Tag or robots meta that speaks to `agents` (None: to all).

    `noai` and its kin are said of use by AI, and so is whatever is said to an agent of AI alone; `noindex` and its
    kin are else said of search. `index, follow` and limits of previews restrict no use and leave no mark.
    """
    rules: dict[bool, list[str]] = {True: [], False: []}
    for part in re.split("[,;]", value.lower()):
        head, colon, rest = part.strip().partition(":")
        name = head.strip()
        if name in _WITH_VALUE:
            continue
        if colon and _AGENT.fullmatch(name):
            agents, name = ((None if name == _ALL else name),), rest
        for word in (_directive(entry) for entry in name.split()):
            for agent in agents:
                feeds = agent is not None and is_ai_agent(agent)
                if word in _TRAINING or word in _SEARCH or (feeds and word == "nofollow"):
                    rule = f"{agent}:{word}" if agent else word
                    rules[word in _TRAINING or (feeds and word in _SEARCH)].append(rule)
    return Robots(_joined(rules[True]), _joined(rules[False]))


def _directive(entry: str) -> str:
    """Directive without hyphens; one that is given a yes (`noai=true`) is that directive."""
    name, _, value = entry.partition("=")
    return name.replace("-", "") if value.strip("\"'") in ("", "1", *_YES) else entry


def _joined(rules: list[str]) -> str | None:
    return ",".join(dict.fromkeys(rules)) or None


def spoken_to(name: str) -> tuple[str | None, ...]:
    """Crawlers that a `<meta>` of this name speaks to, in lower case, None for all of them; none for another name."""
    found: list[str | None] = []
    for part in re.split("[,;|]", name.lower()):
        whole = part.strip()
        for one in [whole] if _is_agent(whole) else whole.split():
            if one == "robots":
                found.append(None)
            elif _is_agent(one):
                found.append(one)
    return tuple(dict.fromkeys(found))


def _is_agent(name: str) -> bool:
    if is_ai_agent(name) or name in _OTHER_AGENTS:
        return True
    return not any(map(str.isspace, name)) and (name.endswith("bot") or name.startswith("googlebot-"))


def content_usage(value: str) -> str | None:
    """Entries `key=y|n` of a Content-Usage dictionary, joined by commas; None where it says nothing.

    One malformed key spoils the whole field (RFC 9651 section 4.2), and a value that is not the token `y` or `n` has no
    meaning. Where such a value would forbid, `malformed_intent` is among the entries.
    """
    entries: dict[str, str] = {}
    for part in value.split(","):
        key, equals, usage = part.strip().partition("=")
        if not _KEY.fullmatch(key):
            return MALFORMED if _FORBIDS.search(value) else None
        usage = usage.partition(";")[0].strip()
        entries.pop(key, None)
        if equals and usage in ("y", "n"):
            entries[key] = f"{key}={usage}"
        elif _FORBIDS.search(part):
            entries[key] = MALFORMED
    return _joined(list(entries.values()))


def content_signal(value: str) -> str | None:
    """Entries of a Content-Signal list (`search=yes, ai-train=no, use=reference`), joined by commas; None: it has none.

    Keys are search, ai-input and ai-train with yes or no, and use; other values that forbid are `malformed_intent`.
    """
    entries: list[str] = []
    for part in re.split(r"[,;]", value.lower()):
        key, _, said = (one.strip() for one in part.partition("="))
        if said in ("yes", "no") or (key == "use" and said in ("immediate", "reference", "full")):
            entries.append(f"{key[:40]}={said}")
        elif _FORBIDS.search(part):
            entries.append(MALFORMED)
    return _joined(entries)


def tdm(name: str, value: str) -> Iterator[str | None]:
    """Norms of a TDM reservation (0 or 1) or policy (an address); `malformed_intent` for a yes in other words.

    Repeated headers may have been joined by commas, and a policy may stand behind a reservation as its parameter.
    """
    if name == "tdm-reservation":
        said, *parameters = (part.strip() for part in value.split(";"))
        values = {part.strip().strip("\"'") for part in said.split(",")}
        yield f"{name}=1" if "1" in values else f"{name}=0" if values == {"0"} else _meant(values)
        for key, _, policy in (parameter.partition("=") for parameter in parameters):
            if key.strip().lower() == "tdm-policy":
                yield from tdm("tdm-policy", policy)
    else:
        address = value.strip().strip("\"'")[:_VALUE_SHOWN]
        yield f"{name}={address}" if address else None


def _meant(values: set[str]) -> str | None:
    plain = {normalize("NFKC", value).lower() for value in values}
    return None if plain.isdisjoint((*_YES, "1")) else MALFORMED
