"""Rank documents by keep order, one number each: of two duplicates the lower one stays.

The lower number stays; documents with equal numbers are ordered by doc_id, so the order is total, and it depends on the
documents alone: not on workers, shards, or the order of inputs. Documents of earlier runs (ranks below NEW) precede all
new ones. A document that lacks what the order asks for comes last.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yurai.declare.scores import is_number, score_column, scores
from yurai.exchange.row_types import NEW, NODE, Rows
from yurai.rights.licences import LicenceClass, class_of

Keep: TypeAlias = Literal["newest", "oldest", "longest", "best-quality", "most-permissive-licence"]
Ranks: TypeAlias = npt.NDArray[np.int64]
LAST = 2**32 - 2
"""The highest key, of a document that lacks what the order asks for; ranks are NEW + key."""
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
DAY = 86_400
DAYS_BEFORE_1970 = 719_162
"""From 0001-01-01 on."""
CLASS_RANKS: dict[LicenceClass, int] = {
    "public-domain": 0,
    "attribution": 1,
    "share-alike": 2,
    "non-commercial": 3,
    "no-derivatives": 3,
    "non-commercial-no-derivatives": 3,
    "other": 4,
}
COLUMNS = {
    "newest": ["capture_date"],
    "oldest": ["capture_date"],
    "longest": ["char_count", "text"],
    "most-permissive-licence": ["concluded_spdx", "declared_spdx"],
}


def check_order(keep: Keep, quality: str | None) -> None:
    """Raise ValueError unless `keep` and `quality` go together."""
    if keep != "best-quality":
        if quality is not None:
            raise ValueError(f'quality is read by keep = "best-quality" alone, not by {keep!r}; remove it')
        return
    if quality is None:
        raise ValueError('keep = "best-quality" needs quality = "...", the name of a score or of a column of numbers')
    if not is_number(quality):
        raise ValueError(f"quality = {quality!r} is not a column of numbers; name one of docs/schema.md")


def columns(keep: Keep, quality: str | None) -> list[str]:
    """Return the columns of DOCUMENT that `nodes` reads, `doc_id` first."""
    read = COLUMNS.get(keep) or [score_column(cast("str", quality))]
    return ["doc_id", *read]


def nodes(batch: pa.RecordBatch, keep: Keep, quality: str | None, shard: int, start: int, *, older: bool) -> Rows:
    """Return the NODE of each row of `batch`, whose first row is row `start` of shard number `shard`.

    Reads `columns(keep, quality)`. Documents of an earlier run (`older`) have rank 0, all others at least NEW.
    """
    rows = np.zeros(batch.num_rows, NODE)
    ids = bytes.fromhex("".join(cast("list[str]", batch.column("doc_id").to_pylist())))
    rows["id_high"], rows["id_low"] = np.frombuffer(ids, ">u8").reshape(-1, 2).T
    rows["shard"], rows["row"] = shard, np.arange(start, start + batch.num_rows)
    if not older:
        rows["rank"] = ranks(batch, keep, quality) + NEW
    return rows


def ranks(batch: pa.RecordBatch, keep: Keep, quality: str | None) -> Ranks:
    """Return a key in [0, 2^32 - 2] for each row: the lower stays.

    newest, oldest: `capture_date`, to the second from 1970 to 2106 (to the day before). longest: `char_count`, or the
    characters of `text` where it is null. best-quality: the column or named score `quality`, rounded to 1e-4, as
    float32. most-permissive-licence: the class of `concluded_spdx`, or of `declared_spdx` where that is null: public
    domain, attribution, share-alike, non-commercial or no derivatives, unknown or none.
    """
    if keep == "most-permissive-licence":
        return _licences(batch)
    if keep == "best-quality":
        return _scores(batch, cast("str", quality))
    if keep == "longest":
        text: Any = batch.column("text")
        return _or_last(pc.coalesce(batch.column("char_count"), pc.utf8_length(text)), descending=True)
    return _or_last(_moments(batch.column("capture_date")), descending=keep == "newest")


def _or_last(values: Any, *, descending: bool) -> Ranks:  # noqa: ANN401 - integers of any width
    """Return keys of integers, cut to what fits; null comes last."""
    missing = values.is_null().to_numpy(zero_copy_only=False)
    known = np.clip(values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False), 0, LAST - 1)
    return np.where(missing, LAST, LAST - 1 - known if descending else known)


def _moments(dates: Any) -> Any:  # noqa: ANN401 - Arrow has no types here
    """Return RFC 3339 moments as integers in order: days before 1970, seconds after."""
    moments: Any = pc.strptime(dates, MOMENT, "s", error_is_null=True)
    seconds = moments.cast(pa.int64())
    days = pc.floor(pc.divide(seconds.cast(pa.float64()), pa.scalar(float(DAY)))).cast(pa.int64())
    since = pc.if_else(pc.less(seconds, pa.scalar(0)), days, seconds)
    return pc.add(since, pa.scalar(DAYS_BEFORE_1970))


def _scores(batch: pa.RecordBatch, quality: str) -> Ranks:
    """Return keys of scores, the highest first: the bits of a float32, turned so that they order as numbers do."""
    exact = scores(batch, quality).astype(np.float32) + np.float32(0)
    bits = exact.view(np.uint32).astype(np.int64)
    rising = np.where(bits < 1 << 31, bits + (1 << 31), (1 << 32) - 1 - bits)
    return np.where(np.isnan(exact), LAST, np.clip(LAST - rising, 0, LAST - 1))


def _licences(batch: pa.RecordBatch) -> Ranks:
    both: Any = pc.coalesce(batch.column("concluded_spdx"), batch.column("declared_spdx"))
    names: Any = both.fill_null("").dictionary_encode()
    ranks_of = np.array([CLASS_RANKS[class_of(name)] for name in names.dictionary.to_pylist()], np.int64)
    return np.asarray(ranks_of[names.indices.to_numpy(zero_copy_only=False)], np.int64)
