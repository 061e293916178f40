"""Say the words of the page of a run in its language; the words themselves are those of `readers.said`.

The page is written bottom up, by functions that return HTML, so the language is a variable of the context: it is set
around the whole page, and a sentence is translated where it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from yurai.report.numbers import number, plural
from yurai.report.readers.said import Language, Said, in_language, say

OUTCOMES: Final = {"kept": say("kept"), "dropped": say("dropped"), "failed": say("failed")}
_LANGUAGE: ContextVar[Language] = ContextVar("language", default="en")


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Have all that is told within be told in `language`."""
    token = _LANGUAGE.set(language)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def told(sentence: str, **values: str | int) -> str:
    """Return a sentence in the language of the page, its {places} filled; raises KeyError as `in_language` does."""
    return in_language(sentence if isinstance(sentence, Said) else say(sentence, **values), _LANGUAGE.get())


def heads(*names: str) -> list[str]:
    """Return the heads of a table; one that begins with `#` keeps it, an empty one stays empty."""
    return [name and "#" * name.startswith("#") + told(name.removeprefix("#")) for name in names]


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun, which the word list has in the plural: `{count} pages`."""
    if _LANGUAGE.get() == "en":
        return plural(count, one, many)
    return told(f"{{count}} {many or one + 's'}", count=count)


def more(count: int, of: str) -> str:
    """Return how many further rows there are; Japanese does not say of what."""
    return plural(count, f"more {of}") if _LANGUAGE.get() == "en" else told("and {count} more", count=count)


def outcome(count: int, name: str) -> str:
    """Return a count with how so many ended: kept, dropped or failed."""
    return told("{count} {outcome}", count=number(count), outcome=OUTCOMES[name])
