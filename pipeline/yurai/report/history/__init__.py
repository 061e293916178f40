"""Tell what became of one URL over time: every capture that trees have of it, and what changed from one to the next."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import cast

from yurai.report.history.changes import Told, told
from yurai.report.history.versions import versions_of
from yurai.report.safe_text import shown, shown_url
from yurai_manifests.canonical import Json
from yurai_manifests.lookup.lookup import Lookup

__all__ = ["History", "history"]


@dataclass(frozen=True, slots=True)
class History:
    """All captures of a URL, oldest first."""

    url: str
    captures: tuple[Told, ...]

    @property
    def texts(self) -> int:
        """How many different texts they have."""
        return len({one.version.page.text_sha256 for one in self.captures if one.version.page})

    @property
    def first_seen(self) -> str | None:
        """Date of the first capture; None where none has one."""
        return min(self._dates, default=None)

    @property
    def last_seen(self) -> str | None:
        """Date of the last one."""
        return max(self._dates, default=None)

    @property
    def _dates(self) -> list[str]:
        return [one.version.capture.capture_date for one in self.captures if one.version.capture.capture_date]

    def json(self) -> dict[str, Json]:
        """Return it as JSON: the fields of its classes by their names; texts are left empty."""
        captures = [asdict(_shown(one)) for one in self.captures]
        return {
            "url": shown_url(self.url),
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "texts": self.texts,
            "captures": cast("Json", captures),
        }


def _shown(told: Told) -> Told:
    """Return a capture without its text, its URL and title as they may be shown."""
    one = told.version
    page = one.page and replace(one.page, text="", title=shown(one.page.title))
    return replace(told, version=replace(one, capture=replace(one.capture, url=shown_url(one.capture.url)), page=page))


def history(lookups: Sequence[Lookup], url: str, *, diff: bool = False) -> History:
    """Return the captures of a URL in some trees, and what changed; `diff`: with lines, redacted.

    Raises:
        AuditError: an index is damaged. ShardError: a file is.
    """
    return History(url, tuple(told(versions_of(lookups, url), diff=diff)))
