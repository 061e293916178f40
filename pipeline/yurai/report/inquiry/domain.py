"""Count and list what became of all candidates of a domain, or of one host."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai.report.inquiry.answer import Domain, Listed
from yurai.report.inquiry.work import Outcome
from yurai_filters.hosts import host_of
from yurai_manifests.errors import RecipeError
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.lookup.rows import open_parquet
from yurai_manifests.lookup.tokens import tokens_count

Cell: TypeAlias = str | None
_COLUMNS: Final = {
    "documents": ["doc_id", "url", "capture_date"],
    "dropped": ["doc_id", "url", "capture_date", "outcome", "stage", "reason", "kept_doc_id"],
}


def named(domain: str) -> str:
    """Return a domain as hosts are compared: lower case, ASCII; raises RecipeError for what is none."""
    host = host_of(f"https://{domain.strip().strip('.')}/")
    if host is None or "/" in domain:
        raise RecipeError(f"--domain wants a domain or a host, such as example.org, not {domain!r}")
    return host


def domain_of(
    lookup: Lookup, domain: str, first: int, each: Callable[[Listed], None] | None = None
) -> tuple[Domain, list[str]]:
    """Return the counts of a domain, the first of its candidates, and the kept_doc_ids of its copies.

    A host is of a domain if it is the domain or ends with a dot and it. `each` is called with all candidates.
    """
    ends, reasons, listed, stays = Counter[str](), Counter[str](), list[Listed](), list[str]()
    kept: list[str] = []
    for file, row, cells in _rows(lookup, named(domain)):
        one = _listed(file, row, cells)
        ends[one.outcome] += 1
        if one.reason:
            reasons[one.reason] += 1
        if stay := cells.get("kept_doc_id"):
            stays.append(stay)
        if one.outcome == "kept":
            kept.append(one.doc_id)
        if len(listed) < first:
            listed.append(one)
        if each:
            each(one)
    sums = Domain(
        kept=ends["kept"],
        dropped=ends["dropped"],
        failed=ends["failed"],
        tokens=tokens_count(lookup, kept),
        reasons=dict(sorted(reasons.items(), key=lambda one: (-one[1], one[0]))),
        copies_in=len(stays),
        listed=tuple(listed),
    )
    return sums, list(dict.fromkeys(stays))


def _rows(lookup: Lookup, domain: str) -> Iterator[tuple[str, int, dict[str, Cell]]]:
    for folder, columns in _COLUMNS.items():
        lookup.scanned.add(folder)
        for file in lookup.run.files(folder):
            start = 0
            with open_parquet(lookup.store, file) as parquet:
                for batch in parquet.iter_batches(columns=columns, use_threads=False):
                    for number in of_domain(cast("pa.StringArray", batch.column("url")), domain):
                        yield file.name, start + number, cast("dict[str, Cell]", batch.slice(number, 1).to_pylist()[0])
                    start += batch.num_rows


def of_domain(urls: pa.StringArray, domain: str) -> Iterator[int]:
    """Yield the places of URLs of a domain; hosts are taken out of those alone that may be of it."""
    may = None if "xn--" in domain else pc.match_substring(urls, domain, ignore_case=True).to_pylist()
    for number, url in enumerate(urls.to_pylist()):
        if url is not None and (may is None or may[number] or not url.isascii() or "%" in url):
            host = host_of(url)
            if host is not None and (host == domain or host.endswith(f".{domain}")):
                yield number


def _listed(file: str, row: int, cells: dict[str, Cell]) -> Listed:
    return Listed(
        outcome=cast("Outcome", cells.get("outcome") or "kept"),
        doc_id=str(cells["doc_id"]),
        url=cells["url"],
        capture_date=cells["capture_date"],
        reason=f"{cells['stage']}: {cells['reason']}" if "stage" in cells else None,
        file=file,
        row=row,
    )
