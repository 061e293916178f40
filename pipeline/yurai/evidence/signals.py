"""Read the signals that reserve use, in the forms that headers and `<meta>` share.

Sources: the robots directives of the large search engines, with `noai` and `noimageai` as DeviantArt introduced them
and `noml` as Mojeek did; TDM Reservation Protocol (W3C Community Group, 2024); draft-ietf-aipref-attach and -vocab
(RFC 9651 dictionaries); Content Signals (Cloudflare, 2025).
"""

import re
from dataclasses import dataclass
from typing import Final

from yurai.evidence.agents import is_ai_agent

MALFORMED: Final = "malformed_intent"
"""Entry of a norm: what was said breaks the rules of its form, and would forbid use if it kept them."""
_TRAINING: Final = frozenset(("noai", "noimageai", "noml", "nollm"))
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
            agents, name = (name,), rest
        for word in (entry.replace("-", "") for entry in name.split()):
            for agent in agents:
                feeds = agent is not None and is_ai_agent(agent)
                if word in _TRAINING or word in _SEARCH or (feeds and word == "nofollow"):
                    rule = f"{agent}:{word}" if agent else word
                    rules[word in _TRAINING or (feeds and word in _SEARCH)].append(rule)
    return Robots(_joined(rules[True]), _joined(rules[False]))


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


def tdm(name: str, value: str) -> str | None:
    """Norm of a TDM reservation (0 or 1) or policy (an address); `malformed_intent` for a yes in other words."""
    value = value.strip().strip("\"'")
    if name == "tdm-reservation" and value not in ("0", "1"):
        return MALFORMED if value.lower() in _YES else None
    return f"{name}={value[:_VALUE_SHOWN]}" if value else None
