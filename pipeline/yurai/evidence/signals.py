"""Read the signals that reserve use, in the forms that headers and `<meta>` share.

Sources: the robots directives of the large search engines with `noai` and `noimageai` as DeviantArt introduced them;
TDM Reservation Protocol (W3C Community Group, 2024); draft-ietf-aipref-attach and -vocab (RFC 9651 dictionaries).
"""

import re
from typing import Final

_RESTRICTING: Final = frozenset(
    ("noai", "noimageai", "noml", "nollm", "noindex", "none", "noarchive", "nocache", "nosnippet", "noimageindex")
)
_WITH_VALUE: Final = frozenset(
    ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview", "indexifembedded")
)
_AGENT: Final = re.compile(r"[a-z][a-z0-9 _.*-]{1,40}")
_AGENTS: Final = "baiduspider bytespider google-extended applebot-extended anthropic-ai cohere-ai meta-externalagent"
_AGENT_NAMES: Final = frozenset(_AGENTS.split())
_KEY: Final = re.compile(r"[a-z*][a-z0-9_*.-]*")
_VALUE_SHOWN: Final = 200


def robots(value: str, agent: str | None = None) -> str | None:
    """Restricting directives of an X-Robots-Tag or robots meta, `[agent:]directive` joined by commas; None if none is.

    `index, follow` and limits of previews restrict no use and leave no mark.
    """
    rules: list[str] = []
    for part in value.lower().split(","):
        head, colon, rest = part.strip().partition(":")
        name = head.strip()
        if name in _WITH_VALUE:
            continue
        if colon and _AGENT.fullmatch(name):
            agent, name = name, rest.strip()
        rules += [f"{agent}:{word}" if agent else word for word in name.split() if word in _RESTRICTING]
    return ",".join(dict.fromkeys(rules)) or None


def is_robots_name(name: str) -> bool:
    """Whether a `<meta>` of this name speaks to crawlers."""
    return name == "robots" or name.endswith("bot") or name in _AGENT_NAMES or name.startswith("googlebot-")


def content_usage(value: str) -> str | None:
    """Entries `key=y|n` of a Content-Usage dictionary, joined by commas; None where it does not parse or says nothing.

    One malformed key spoils the whole field (RFC 9651 section 4.2), and a value that is not the token `y` or `n` has no
    meaning; the raw value is kept either way, as it shows what was meant.
    """
    entries: dict[str, str] = {}
    for part in value.split(","):
        key, equals, usage = part.strip().partition("=")
        if not _KEY.fullmatch(key):
            return None
        usage = usage.partition(";")[0].strip()
        entries.pop(key, None)
        if equals and usage in ("y", "n"):
            entries[key] = usage
    return ",".join(f"{key}={usage}" for key, usage in entries.items()) or None


def tdm(name: str, value: str) -> str | None:
    """Norm of a TDM reservation (0 or 1) or policy (an address); None for any other value."""
    value = value.strip()
    if name == "tdm-reservation" and value not in ("0", "1"):
        return None
    return f"{name}={value[:_VALUE_SHOWN]}" if value else None
