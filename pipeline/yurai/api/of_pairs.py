"""Define what a finished tree gives people to judge of its removed duplicates: methods of `Tree`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yurai.api.given import Where, place
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

if TYPE_CHECKING:
    from yurai.report.pairs.judge import Judged

EACH = 50


@dataclass(frozen=True, slots=True)
class DrawnPairs:
    """Pairs to judge: `csv` is the file to mark, `html` a page to read them on, side by side."""

    pairs: int
    removals: int
    csv: str
    html: str


class OfPairs:
    """A part of `yurai.Tree`."""

    _store: Store
    _run: RunRecord

    def draw_pairs(self, count: int = EACH, *, seed: int = 0) -> DrawnPairs:
        """Draw up to `count` removed duplicates of each step of similarity, the same ones each time; redacted.

        Raises:
            RecipeError: nothing was removed for another text, or `count` or `seed` is no such number.
            ShardError: a delivered file cannot be read.
        """
        from yurai.report.pairs.judge import as_csv, drawn
        from yurai.report.pairs.pages import pages_of
        from yurai.report.pairs.side_by_side import as_html

        if count < 1 or seed < 0:
            raise RecipeError(f"draw_pairs takes a count from 1 and a seed from 0, not {count} and {seed}")
        losses = drawn(self._store, self._run, count, seed)
        pages = pages_of(self._store, self._run, losses)
        removals = sum(one.removals for one in losses.strata.values())
        pairs = sum(map(len, losses.drawn.values()))
        return DrawnPairs(pairs, removals, as_csv(self._run, losses, pages), as_html(losses, pages))

    def read_pairs(self, marked: Where) -> "Judged":
        """Return what the marks in a file that `draw_pairs` gave say of all removals, with 95 % intervals.

        Raises:
            RecipeError: no such file, one of another tree or draw, a mark that is neither lost nor fine, or none.
            ShardError: a delivered file cannot be read.
        """
        from yurai.report.marks import read_marks
        from yurai.report.pairs.judge import read

        path = place(marked, "marked")
        return read(read_marks(path), path, self._store, self._run)
