"""Read the pages of drawn pairs, fit to be shown."""

from __future__ import annotations

from typing import Final, NamedTuple, cast

from yurai.declare.batches import strings
from yurai.report.pairs.strata import Losses, ids_of
from yurai.report.pairs.texts import lines_shown
from yurai.report.safe_text import shown_url
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

NO_TEXT: Final = "(its text is not in this tree)"


class Page(NamedTuple):
    """URL and text of a page, redacted and fit to be shown."""

    url: str
    text: str


def pages_of(store: Store, run: RunRecord, losses: Losses) -> dict[str, Page]:
    """Return {doc_id: page} of the drawn pairs; what lies in an earlier tree is not in it.

    Raises:
        ShardError: a file of extracted/ cannot be read.
    """
    names = ids_of(one for rows in losses.drawn.values() for one in rows)
    pages: dict[str, Page] = {}
    for file in run.files("extracted"):
        with store.open(file.name) as handle:
            for batch in read_rows(handle, ["doc_id", "url", "text"]):
                for at in (at for at, name in enumerate(strings(batch, "doc_id")) if name in names):
                    name, url, text = (cast("str | None", batch.column(number)[at].as_py()) for number in range(3))
                    pages[str(name)] = Page(shown_url(url or ""), " ".join(lines_shown(text).split()))
    return pages
