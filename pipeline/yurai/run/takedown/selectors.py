"""Select rows by what an operator names: a URL, a part of the web, a digest, a doc_id, a text or a quotation."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

import pyarrow as pa

from yurai.stages.blocklist.places import surts
from yurai_filters.hosts import host_name, host_of
from yurai_manifests.errors import RecipeError
from yurai_manifests.normal_text import normal_text, normalise
from yurai_manifests.takedown.keyed import Kind
from yurai_manifests.urls import normal_url

OF_TEXT: Final = ("text", "contains")
DIGESTS: Final = ("text_sha256", "payload_sha256")
LEAST_QUOTE: Final = 16
"""Characters of the shortest quotation: less is in pages that quote nobody."""


@dataclass(frozen=True, slots=True)
class Selector:
    """One thing that was named; of a text `value` is in its normal form (`yurai_manifests.normal_text`).

    url        the URL, equal by `normal_url`
    surt       prefix of the URL with its host turned around, `org,example)/blog`; `www.` may be left out
    domain     the host itself, and all below it
    sha256     of a text in UTF-8, or of the body as it was served
    doc_id     the id
    text       a whole text, equal but for white space and Unicode composition
    contains   a text that this is in, compared likewise
    """

    kind: Kind
    value: str

    def matches(self, rows: pa.RecordBatch) -> Iterable[bool]:
        """Return whether each row is meant; a column that a folder lacks matches nothing."""
        names = rows.schema.names
        if self.kind in OF_TEXT:
            columns = [name for name in ("text", "other_text") if name in names]
            found = [self._in_texts(normal_texts(rows, name)) for name in columns]
        elif self.kind == "sha256":
            found = [[one == self.value for one in rows.column(name).to_pylist()] for name in DIGESTS if name in names]
        elif self.kind == "doc_id":
            found = [[one == self.value for one in rows.column("doc_id").to_pylist()]]
        else:
            found = [[one is not None and self._of_url(str(one)) for one in rows.column("url").to_pylist()]]
        return [any(row) for row in zip(*found, strict=True)] if found else [False] * rows.num_rows

    def _in_texts(self, texts: list[str | None]) -> list[bool]:
        if self.kind == "text":
            return [one == self.value for one in texts]
        return [one is not None and self.value in one for one in texts]

    def _of_url(self, url: str) -> bool:
        if self.kind == "url":
            return normal_url(url) == self.value
        if self.kind == "surt":
            return any(one.startswith(self.value) for one in surts(url))
        host = host_of(url)
        return host is not None and (host == self.value or host.endswith(f".{self.value}"))


def selector(kind: Kind, value: str) -> Selector:
    """Return a selector, its value in the form that rows are compared in.

    Raises:
        RecipeError: it could select nothing, or what nobody means.
    """
    made: str | None = value.strip()
    if kind == "url":
        made = normal_url(value.strip())
    elif kind == "domain":
        made = host_name(value.strip().removeprefix("*.").removeprefix("."))
    elif kind in OF_TEXT:
        made = normal_text(value)
    elif kind in ("sha256", "doc_id"):
        length, made = (64 if kind == "sha256" else 32), value.strip().lower()
        made = made if len(made) == length and not set(made) - set("0123456789abcdef") else None
    if not made or (kind == "contains" and len(made) < LEAST_QUOTE):
        least = f" of {LEAST_QUOTE} characters or more" if kind == "contains" else ""
        raise RecipeError(f"--{'text-file' if kind == 'text' else kind}: {value[:80]!r} is no {kind}{least}; mend it")
    return Selector(kind, made)


def normal_texts(rows: pa.RecordBatch, column: str) -> list[str | None]:
    """Return a column of texts in their normal form."""
    return cast("list[str | None]", normalise(rows.column(column)).to_pylist())
