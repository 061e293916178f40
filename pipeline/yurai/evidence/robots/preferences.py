"""Join statements of preference of robots.txt, Content-Usage (IETF aipref) and Content-Signal (Cloudflare).

Sources: draft-ietf-aipref-attach and -vocab, 2026: of conflicting statements the most restrictive holds; a path before
the statement narrows it; https://contentsignals.org: `use` grows from immediate over reference to full.
"""

from collections.abc import Callable, Mapping
from typing import Final

from yurai.evidence.signals import MALFORMED, content_signal, content_usage

Reader = Callable[[str], str | None]
READERS: Final[Mapping[str, Reader]] = {"usage": content_usage, "signal": content_signal}
"""What makes entries `key=value,...` of a statement, by the field of its line."""
_STRICTNESS: Final = {
    value: rank for rank, value in enumerate(("n", "no", "immediate", "reference", "full", "y", "yes", ""))
}


def combined(*statements: str | None) -> str | None:
    """Join statements `key=value,...`; where several speak of a key, the most restrictive value holds."""
    said: dict[str, str] = {}
    for entry in (entry for statement in statements for entry in (statement or "").split(",") if entry):
        key, _, value = entry.partition("=")
        if key not in said or _STRICTNESS.get(value, len(_STRICTNESS)) < _STRICTNESS.get(said[key], len(_STRICTNESS)):
            said[key] = value
    return ",".join(f"{key}={value}" if value else key for key, value in said.items()) or None


def scoped(value: str) -> tuple[str, str]:
    """Return (path, statement) of a rule; the path is empty where the statement speaks of the whole host."""
    if value[:1] != "/":
        return "", value
    path, _, statement = value.replace("\t", " ").partition(" ")
    return path, statement.strip()


def is_malformed(name: str, value: str) -> bool:
    """Whether a rule means nothing as it is written, or something in it would forbid if it were written right."""
    said = READERS[name](scoped(value)[1])
    return said is None or MALFORMED in said.split(",")
