"""Count what pages, hosts and archives say of licences and of use, and what a policy concluded from it.

mark       name kind, channel, norm; rows: marks, documents: pages that carry it
verdict    name policy, use, verdict; rows: kept pages, size: bytes of text, tokens
reason     name of a reason without place and page; likewise
concluded  name status, licence; likewise
credit     name of what is known to credit: any, name, url, title; rows: kept pages
capture    name of the outcome of a robots.txt capture; rows: captures
host       name scheme, host, port; rows: captures, documents: of these with rules, size: that shut an AI agent out
agent      name of an AI agent, or `*`; rows: captures that shut it out, documents: that keep it from a part
usage      name header or line, value, in robots.txt; rows: captures
crawler    name software, what it calls itself, how it treats robots.txt, crawl; rows: warcinfo records
crawled    name of a day; rows: warcinfo records
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yurai.report.count_sources import Tokens
from yurai.report.tallies import named, tally

USES = (("train", "train_verdict"), ("display", "search_verdict"), ("redistribute", "redistribute_verdict"))
OF_DOCUMENTS = ("policy_id", *(column for _, column in USES), "verdict_reasons", "concluded_status", "concluded_spdx")
OF_EVIDENCE = ("doc_id", "kind", "channel", "norm")
OF_ROBOTS = (
    *("scheme", "host", "port", "outcome", "agents_denied", "agents_restricted", "content_usage", "content_signal"),
)
OF_WARCINFO = ("capture_date", "software", "user_agent", "robots", "is_part_of")
PLACED = r"^(\S+ \S+: \S+)(?: at .*)? by (.*?)(?: of [0-9a-f]{32})?$"
"""A reason as column `verdict_reasons` has it (docs/rights.md): signal, place, rule, page that said it."""
CREDITS = ("name", "url", "title")


def marks(table: pa.Table) -> pa.Table:
    """Count the rows of evidence/; a page's rows lie in one file."""
    joined = named(table["kind"], table["channel"], table["norm"])
    grouped = table.append_column("mark", joined).group_by("mark")
    sums = grouped.aggregate([("doc_id", "count"), ("doc_id", "count_distinct")])
    return tally("mark", sums["mark"], rows=sums["doc_id_count"], documents=sums["doc_id_count_distinct"])


def verdicts(batch: pa.RecordBatch, tokens: Tokens) -> Iterator[pa.Table]:
    """Count what was concluded of kept pages, whose tokens these are."""
    judged = batch.append_column("tokens", pa.array(tokens)).filter(pc.is_valid(batch.column("policy_id")))
    sizes = {"size": judged.column("text_bytes"), "tokens": judged.column("tokens")}
    for use, column in USES:
        names = named(judged.column("policy_id"), pa.array([use] * judged.num_rows, pa.string()), judged.column(column))
        yield tally("verdict", names, **sizes)
    yield tally("concluded", named(judged.column("concluded_status"), judged.column("concluded_spdx")), **sizes)
    yield _reasons(judged)


def _reasons(judged: pa.RecordBatch) -> pa.Table:
    """A reason counts once for each page, wherever on it and on its copies it was said."""
    lists = judged.column("verdict_reasons")
    pages, lines = pc.list_parent_indices(lists), pc.list_flatten(lists)
    names = pc.replace_substring_regex(lines, PLACED, r"\1 by \2")
    once = pa.table({"page": pages, "name": names}).group_by(["page", "name"]).aggregate([])
    sizes = {name: judged.column(of).take(once["page"]) for name, of in (("size", "text_bytes"), ("tokens", "tokens"))}
    return tally("reason", once["name"], **sizes)


def credits_of(batch: pa.RecordBatch) -> Iterator[pa.Table]:
    """Count the pages that say whom to credit."""
    told = batch.column("attribution").drop_null()
    known = {name: pc.is_valid(pc.struct_field(told, name)) for name in CREDITS}
    counts = {"any": len(told), **{name: int(pc.sum(there).as_py() or 0) for name, there in known.items()}}
    names = [name for name, count in counts.items() if count]
    yield tally("credit", pa.array(names, pa.string()), rows=np.array([counts[one] for one in names], np.int64))


def robots(batch: pa.RecordBatch) -> Iterator[pa.Table]:
    """Count captures of robots.txt."""
    yield tally("capture", batch.column("outcome"))
    there = pc.equal(batch.column("outcome"), pa.scalar("rules")).cast(pa.int64())
    lengths = pc.fill_null(pc.list_value_length(batch.column("agents_denied")), 0)
    shut = pc.greater(lengths, pa.scalar(0)).cast(pa.int64())
    host = named(batch.column("scheme"), batch.column("host"), batch.column("port"))
    yield tally("host", host, documents=there, size=shut)
    yield tally("agent", pc.list_flatten(batch.column("agents_denied")))
    some = pc.list_flatten(batch.column("agents_restricted"))
    yield tally("agent", some, rows=np.zeros(len(some), np.int64), documents=np.ones(len(some), np.int64))
    for line, column in (("Content-Usage", "content_usage"), ("Content-Signal", "content_signal")):
        said = batch.column(column).drop_null()
        yield tally("usage", named(pa.array([line] * len(said), pa.string()), said))


def warcinfo(batch: pa.RecordBatch) -> Iterator[pa.Table]:
    """Count what web archives say of the crawl that they come from."""
    yield tally("crawler", named(*(batch.column(name) for name in OF_WARCINFO[1:])))
    yield tally("crawled", pc.utf8_slice_codeunits(batch.column("capture_date").drop_null(), 0, 10))
