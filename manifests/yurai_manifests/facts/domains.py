"""Rank registrable domains by the bytes of their kept texts, and by those of the pages that these were made of."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from yurai_manifests.clean import clean
from yurai_manifests.facts.sums import DOMAIN, Sums

TOP: Final = 0.1
"""Share of all domains that the template of Art. 53(1)(d) asks for, section 2.3."""
SMALL_TOP: Final = 0.05
SMALL_MOST: Final = 1000
"""Of a provider that is a small or medium company: the top 5 % or the top 1,000, footnote 16."""
COLUMNS: Final = ("rank_text", "rank_payload", "domain", "documents", "text_bytes", "payload_bytes")


class Domain(NamedTuple):
    """One domain, and its ranks from 1; documents without a domain are the one called "", of rank 0."""

    rank_text: int
    rank_payload: int
    name: str
    documents: int
    text_bytes: int
    payload_bytes: int


@dataclass(frozen=True, slots=True)
class Domains:
    """The ranks of a tree, streamed from its sums."""

    sums: Sums

    @property
    def count(self) -> int:
        """How many domains there are."""
        found = self.sums.database.execute(
            "SELECT count(*) FROM sums WHERE what = ? AND name <> ''", [DOMAIN]
        ).fetchone()
        return int(found[0]) if found else 0

    @property
    def top(self) -> int:
        """How many are in the top 10 %: rounded up, so that a corpus with a domain names one."""
        return math.ceil(self.count * TOP)

    @property
    def small_top(self) -> int:
        """How many a small or medium company has to name."""
        return min(math.ceil(self.count * SMALL_TOP), SMALL_MOST)

    def ranked(self, by: str = "rank_text", most: int | None = None) -> Iterator[Domain]:
        """Yield domains by a rank, the greatest first; equal ones in the order of their names, the one without last."""
        limit = "" if most is None else f"LIMIT {most}"
        found = self.sums.database.cursor().execute(
            f"""SELECT * FROM (SELECT
                row_number() OVER (ORDER BY text_bytes DESC, name) AS rank_text,
                row_number() OVER (ORDER BY payload_bytes DESC, name) AS rank_payload,
                name, documents, text_bytes, payload_bytes FROM sums WHERE what = ? AND name <> '')
            ORDER BY {by} {limit}""",  # noqa: S608 - `by` is a name of COLUMNS
            [DOMAIN],
        )
        while rows := found.fetchmany(1024):
            for row in rows:
                yield Domain(row[0], row[1], clean(row[2]), *row[3:])

    def nameless(self) -> Domain | None:
        """Return what documents without a domain have, None where each has one."""
        row = self.sums.database.execute(
            "SELECT documents, text_bytes, payload_bytes FROM sums WHERE what = ? AND name = ''", [DOMAIN]
        ).fetchone()
        return Domain(0, 0, "", *row) if row else None

    def csv(self) -> Iterator[str]:
        """Yield the rank file, a line at a time: CSV with a header (RFC 4180). No name of a domain needs quotes."""
        yield ",".join(COLUMNS) + "\r\n"
        for domain in self.ranked():
            yield ",".join(map(str, domain)) + "\r\n"
        if last := self.nameless():
            yield ",".join(map(str, last)) + "\r\n"

    def csv_sha256(self) -> str:
        """Return the hex sha256 of the rank file."""
        digest = hashlib.sha256()
        for line in self.csv():
            digest.update(line.encode())
        return digest.hexdigest()
