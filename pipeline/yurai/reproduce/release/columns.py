"""Decide what of a row goes out: by the tier of its columns, its verdict, and what its URL holds.

tier auditor or internal    never
words of the page           where the verdict on redistribution is `allow`; unknown and no verdict are none
the URL                     with the words, else where display is not denied and it holds no personal data
the rest                    always: places, digests, measures, verdicts
"""

from collections.abc import Iterable, Sequence
from typing import Final, cast
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from yurai.report.safe_text import shown_url
from yurai.reproduce.release.cuts import KEPT_LINES, KIND, Cut
from yurai_filters.run_rule import AnyArray
from yurai_manifests.merkle.rows import row_digests
from yurai_manifests.schema import DOCUMENT, SCHEMA_VERSION, _column

WORDS: Final = ("title", "text", "other_text", "attribution", "contamination")
"""Columns that hold words of the page, which go with its text alone."""
PLACES: Final = ("url", "surt", "registrable_domain")
"""Columns that tell where the page stands on the web."""
UNSAID: Final = {"dropped": ("detail", "kept_url")}
"""Columns of other folders that may hold words of a page, or tell of a page by another one's row."""
LEFT_OUT: Final = ("extracted",)
"""Folders that stay: whatever is in extracted/ and not in documents/ was not judged, and has its place in dropped/."""
GIVEN, ROW_SHA256 = "given", "row_sha256"


def public(schema: pa.Schema, but: Iterable[str] = ()) -> pa.Schema:
    """Return the columns of a schema that may leave the house, without those in `but`."""
    gone = [field.name for field in schema if (field.metadata or {}).get(b"tier") != b"public"]
    for name in (*gone, *but):
        schema = schema.remove(schema.get_field_index(name))
    return schema


DOCUMENTS: Final = pa.schema(
    [
        *(field.with_nullable(field.nullable or field.name in WORDS) for field in public(DOCUMENT)),
        _column(GIVEN, pa.bool_(), "whether the words of the page are here", nullable=False),
        _column(
            ROW_SHA256,
            pa.string(),
            "sha256 of the whole row as the run has it, without its text: canonical JSON (RFC 8785) of all columns",
            nullable=False,
        ),
        _column(
            KEPT_LINES,
            KIND,
            "where the recipe has line-dedup, of a text that is not as it was extracted: lines of the extracted text "
            "that it is made of, by number from 0; null where it is no part of it",
        ),
    ],
    metadata={"schema_version": SCHEMA_VERSION},
)
"""Rows of documents/ of a release."""


def documents(batch: pa.RecordBatch, kept: Sequence[Cut | None]) -> pa.RecordBatch:
    """Return rows of documents/ as they go out, columns as DOCUMENTS; `kept` are their column KEPT_LINES."""
    allowed = [verdict == "allow" for verdict in batch.column("redistribute_verdict").to_pylist()]
    given, urls = pa.array(allowed, pa.bool_()), _shown(batch, allowed)
    digests, lines = pa.array(row_digests(batch), pa.string()), pa.array(kept, KIND)
    held: dict[str, AnyArray] = {GIVEN: given, ROW_SHA256: digests, KEPT_LINES: lines}
    columns: list[AnyArray] = []
    for field in DOCUMENTS:
        column = held[field.name] if field.name in held else batch.column(field.name)
        mask = given if field.name in WORDS else urls if field.name in PLACES else None
        gone = pa.nulls(batch.num_rows, field.type)
        columns.append(column if mask is None else _where(mask, column, gone))
    return pa.RecordBatch.from_arrays(columns, schema=DOCUMENTS)


def _where(mask: pa.BooleanArray, column: AnyArray, gone: AnyArray) -> AnyArray:
    return cast("AnyArray", pc.if_else(mask, column, gone))


def others(folder: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return rows of another folder as they go out; of what was dropped, URLs where they may be shown."""
    if folder != "dropped":
        return batch
    denied = [str(reason).startswith("rights:display") for reason in batch.column("reason").to_pylist()]
    urls = cast("list[str | None]", batch.column("url").to_pylist())
    shown = [None if no or not may_show(url) else url for no, url in zip(denied, urls, strict=True)]
    return batch.set_column(
        batch.schema.get_field_index("url"), batch.schema.field("url"), pa.array(shown, pa.string())
    )


def _shown(batch: pa.RecordBatch, given: list[bool]) -> pa.BooleanArray:
    """Tell of which rows the URL is shown; a licence wants it told, so with the words only user info keeps it back."""
    verdicts, urls = (batch.column(name).to_pylist() for name in ("search_verdict", "url"))
    return pa.array(
        [
            not _has_user(url) if with_words else verdict != "deny" and may_show(url)
            for with_words, verdict, url in zip(given, verdicts, urls, strict=True)
        ],
        pa.bool_(),
    )


def may_show(url: str | None) -> bool:
    """Whether a URL may be shown as it is: no user info, no personal data, nothing that a terminal would obey."""
    return url is None or (not _has_user(url) and shown_url(url) == url)


def _has_user(url: str | None) -> bool:
    try:
        return "@" in urlsplit(url or "").netloc
    except ValueError:
        return True
