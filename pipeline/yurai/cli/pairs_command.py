"""Have people judge removals of duplicates: the part of `yurai sample` that draws pairs and reads marks back."""

import json
from typing import TYPE_CHECKING

from yurai.cli.text_file import refuse_drawn, write_private
from yurai.terminal import Table, put_json, put_table, say, tell
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from yurai.report.pairs.judge import Judged


def draw_pairs(out: str, output: str, count: int, seed: int) -> None:
    """Write a file of up to `count` removals of each step of similarity, and beside it a page to read them on."""
    from yurai.api.tree import open as open_tree

    page = f"{output.removesuffix('.csv')}.html"
    for name in (output, page):
        refuse_drawn(name)
    drawn = open_tree(out).draw_pairs(count, seed=seed)
    write_private(output, drawn.csv)
    write_private(page, drawn.html)
    tell(f"{plural(drawn.pairs, 'pair')} of {drawn.removals:,} removals; {page} shows them side by side")
    tell(f"next: write lost or fine into column mark, then  yurai sample {out} --pairs --read {output}")


def read_pairs(out: str, path: str, form: str) -> None:
    """Print what the marks in a file say of the removals of the tree that it was drawn from."""
    from yurai.api.tree import open as open_tree

    judged = open_tree(out).read_pairs(path)
    if form == "json":
        put_json(json.dumps(judged.json(), ensure_ascii=False, indent=2))
        return
    put_table(_table(judged))
    if (found := judged.overall) is not None:
        share, low, high, covered = (f"{100 * one:.1f} %" for one in found)
        say(f"of all removals of other texts, each similarity by its size: {share} lose something ({low} to {high})")
        say(f"similarities with marks hold {covered} of them")


def _table(judged: "Judged") -> Table:
    table = Table(title="removals that lose something, Wilson 95 % intervals")
    for name in ("similarity", "lose", "from", "to", "marked", "unmarked", "removed"):
        table.column(name, "left" if name == "similarity" else "right")
    for one in judged.strata:
        known = ("-", "-", "-")
        if one.share is not None:
            low, high = one.interval
            known = (f"{one.share:.3f}", f"{low:.3f}", f"{high:.3f}")
        table.row(one.similarity, *known, f"{one.lost + one.fine:,}", f"{one.unmarked:,}", f"{one.removals:,}")
    return table
