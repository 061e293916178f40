"""Choose the limits of the gate for each target language: most others gone at a recall that is set."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass

from gate_data import MIN_SCORE, Labelled

from yurai.declare.language.written import LANGUAGES
from yurai.extraction.blocks import block_text
from yurai.extraction.charset import decode_page
from yurai.extraction.gate.scripts import Scripts
from yurai.extraction.gate.thresholds import LATIN_SHARE, LETTERS, SCRIPT_SHARE, SURE
from yurai.extraction.gate.visible import decoded, visible_text
from yurai.extraction.gate.windows import Scores, places, scores
from yurai.extraction.tree import parse, to_markup

MARKUP = (0.01, 0.02, 0.05, 0.1)
TREE = (0.05, 0.1, 0.2, 0.3)
LOOSE_RECALL, TIGHT_RECALL = 0.999, 0.997
ENOUGH = 100


@dataclass(frozen=True, slots=True)
class Measured:
    """A page with the scores of both levels; None where a level does not judge."""

    lang: str
    score: float
    markup: bytes
    text: bytes
    first: Scores | None
    second: Scores | None


def measured(one: Labelled) -> Measured:
    """Ask for all scores of a page."""
    markup = to_markup(decode_page(one.page.body, one.page.http_charset).text)
    text, (tree, _) = visible_text(markup), parse(markup, 512)
    readable = block_text(tree).text if tree is not None else ""
    windows = [readable[begin:end] for begin, end in places(len(readable))]
    second = scores(windows) if sum(map(str.isalpha, "".join(windows))) >= LETTERS else None
    return Measured(
        one.lang, one.score, markup, text, scores([decoded(text[a:b]) for a, b in places(len(text))]), second
    )


def stopped(page: Measured, language: str, scripts: Scripts, markup: float, tree: float | None) -> bool:
    """Tell whether these limits stop a page; `tree` None is level 1 alone."""
    limit = LATIN_SHARE if scripts.latin_alone else SCRIPT_SHARE
    if not scripts.occur(page.markup):
        return True
    share, letters = scripts.share(page.text)
    first = (page.first or {}).get(language, 0.0)
    if letters >= LETTERS and (share < limit or first < markup):
        return True
    unsure = tree is not None and page.second is not None and (letters < LETTERS or first < SURE)
    return unsure and (page.second or {}).get(language, 0.0) < (tree or 0.0)


def choose(found: list[Labelled]) -> None:
    """Print a row for each language with enough pages, and recall of the lowest limits for all others together."""
    all_pages = [measured(one) for one in found if one.lang]
    counts = Counter(one.lang for one in all_pages if one.score >= MIN_SCORE)
    for language, count in sorted(counts.items()):
        if count >= ENOUGH and language in LANGUAGES:
            print(_row(all_pages, language))
    few = [language for language, count in counts.items() if count < ENOUGH]
    lost = total = 0
    for language in few:
        wanted = [one for one in all_pages if one.lang == language and one.score >= MIN_SCORE]
        lost += sum(stopped(one, language, Scripts((language,)), MARKUP[0], TREE[0]) for one in wanted)
        total += len(wanted)
    print(f"# others: {len(few)} languages, {total} pages, recall {1 - lost / max(total, 1):.4f}")


def _row(all_pages: list[Measured], language: str) -> str:
    wanted = [one for one in all_pages if one.lang == language and one.score >= MIN_SCORE]
    others = [one for one in all_pages if one.lang != language]
    scripts = Scripts((language,))

    def recall_and_gone(markup: float, tree: float | None) -> tuple[float, float]:
        kept = sum(not stopped(one, language, scripts, markup, tree) for one in wanted) / len(wanted)
        return kept, sum(stopped(one, language, scripts, markup, tree) for one in others) / len(others)

    loose = {limit: recall_and_gone(limit, None) for limit in MARKUP}
    tight = {pair: recall_and_gone(*pair) for pair in itertools.product(MARKUP, TREE)}
    at_loose = max((one for one in MARKUP if loose[one][0] >= LOOSE_RECALL), default=MARKUP[0])
    good = [pair for pair in tight if tight[pair][0] >= TIGHT_RECALL]
    at_tight = max(good, key=lambda pair: (round(tight[pair][1], 3), tight[pair][0]), default=(MARKUP[0], TREE[0]))
    (kept, gone), (kept_tight, gone_tight) = loose[at_loose], tight[at_tight]
    return (
        f'    "{language}": Limits({at_loose}, {at_tight[0]}, {at_tight[1]}),  # {len(wanted)} pages: '
        f"{kept:.4f} kept, {gone:.3f} gone; {kept_tight:.4f}, {gone_tight:.3f}"
    )
