"""Find the main text of a parsed page: blocks, two scores for each, the type of the page, the best set of blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from lxml.html import HtmlElement

from yurai.extraction.honbun.bare import is_bare
from yurai.extraction.honbun.blocks import blocks_of
from yurai.extraction.honbun.choice import chosen_by
from yurai.extraction.honbun.context import context
from yurai.extraction.honbun.features import Matrix, features
from yurai.extraction.honbun.forest import Margins
from yurai.extraction.honbun.gaps import with_gaps_filled
from yurai.extraction.honbun.headings import without_empty
from yurai.extraction.honbun.json_ld import json_ld_text
from yurai.extraction.honbun.layout import Layout
from yurai.extraction.honbun.markdown import markdown_of
from yurai.extraction.honbun.metadata import metadata
from yurai.extraction.honbun.model import Model, load
from yurai.extraction.honbun.page_type import page_row, page_type
from yurai.extraction.honbun.selection import select
from yurai.extraction.honbun.siblings import with_siblings
from yurai.extraction.honbun.tables import data_tables, with_whole_tables
from yurai.extraction.honbun.text import text_of
from yurai.extraction.honbun.written import Written
from yurai.extraction.options import Form

_UNSURE: Final = 0.7
"""Expected F1 below which trafilatura does better, of what model and metadata call an article; by folds over hosts."""


@dataclass(frozen=True, slots=True)
class MainText:
    """The main text of a page, what JSON-LD says it is, the type of the page, and whether another extractor chose."""

    written: Written
    told: str
    page_type: str
    asked: bool


def main_text(
    tree: HtmlElement,
    markup: bytes,
    form: Form = "text",
    ask: Callable[[], str] | None = None,
    *,
    mend: bool = True,
) -> MainText | None:
    """Return the main text of a page, told its tree and its markup; None where it has no text at all.

    `ask` gives the text of another extractor, asked where honbun is unsure of an article: it chooses the blocks. `mend`
    is told to `blocks_of`.
    """
    blocks = blocks_of(tree, mend=mend)
    if not blocks:
        return None
    layout = Layout.of(blocks)
    told = metadata(tree, markup)
    rows = features(layout, told.bits)
    model = load()
    kind = page_type(model.kinds.margins(page_row(rows)))
    chosen = select(second_margins(layout, rows, model) - kind.off, layout.sizes)
    is_article = kind.name == "article"
    tables = data_tables(blocks)
    filled = with_gaps_filled(layout, chosen.chosen, chosen.likely)
    whole = with_siblings(layout, filled, chosen.likely)
    taken = with_whole_tables(blocks, whole, tables)
    if is_bare(layout):
        taken = np.ones(len(blocks), np.bool_)
    elif is_article:
        taken = without_empty(blocks, taken)
    asked = False
    if ask and is_article and told.is_article and chosen.expected < _UNSURE and not taken.all():
        theirs = with_whole_tables(blocks, chosen_by(blocks, ask()), tables)
        asked = bool(theirs.any())
        taken = theirs if asked else taken
    written = (markdown_of if form == "markdown" else text_of)(blocks, taken, tables)
    return MainText(written, json_ld_text(told.scripts), kind.name, asked)


def second_margins(layout: Layout, rows: Matrix, model: Model) -> Margins:
    """Return the margin of each block in log-odds x UNIT, neighbours seen."""
    first = model.first.margins(rows)[:, 0]
    return np.asarray(model.second.margins(np.concatenate([rows, context(layout, first)], axis=1))[:, 0])
