"""Define filter "c4", editor "c4-lines" and tagger "sentences": the rules that cleaned C4, as published for English."""

from __future__ import annotations

import itertools
import re
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import re2

from yurai_filters.compare import below
from yurai_filters.declare import document_filter, editor, tagger
from yurai_filters.lists import Lines
from yurai_filters.ranges import Count
from yurai_filters.why import first_reason
from yurai_filters.words import UNSPACED

RULES = ("citation-marks", "word-too-long", "no-terminal-punctuation", "too-few-words", "javascript", "policy")
NO_LINES = Lines()

_END_MARKS = (".", "!", "?", '"', "'")
_POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
_BRACKET = re.compile(r"([\[\]])")
_MARKS = ("edit", "citation needed")
_WORDS_AT_ONCE = 200

# An end mark or a run with a call or question in it, closing marks, a space and more text. Before it stands no lone
# capital (J. R. Smith), since that is an initial, and a run of full stops alone is an ellipsis, which ends nothing.
_WESTERN = r"(?:[^.\p{Lu}\s]|\p{L}\p{Lu})(?:\.|[.!?]*[!?][.!?]*)[\"'”’»)\]]*[ \t\x{a0}]+[^\s]"  # noqa: RUF001 - quotation marks are meant
_EASTERN = r"[。！？｡]+[”’」』）)]*[ \t\x{a0}\x{3000}]*[^\s\x{a0}\x{3000}。！？｡”’」』）)]"  # noqa: RUF001 - full-width marks are meant
_FILLED = r"[^\s][^\n]*"


@tagger("sentences", version=1, writes={"sentence_count": pa.int32()})
def sentences(text: pa.StringArray) -> dict[str, pa.FloatArray | pa.Int32Array]:
    r"""Count sentences, by their end marks.

    Columns:
        sentence_count: int32, lines (`\n`) that hold more than ASCII white space, and within lines the places where one
            of `.!?` is followed by white space and more text, or an ideographic or full-width one by more text. A full
            stop behind a lone capital, and a run of full stops, end no sentence.

    Source: this project; made to count as spaCy's blank English sentencizer, with which datatrove 0.10.1 counts for C4.
    C4's own code used NLTK's Punkt.
    """
    breaks = pc.count_substring_regex(text, f"{_WESTERN}|{_EASTERN}")
    count = pc.add(pc.count_substring_regex(text, _FILLED), breaks).cast(pa.int32())
    return {"sentence_count": cast("pa.Int32Array", count)}


@editor("c4-lines", version=1, cites="arXiv:1910.10683 section 2.2", languages={"en"})
def c4_lines(
    text: pa.StringArray,
    *,
    terminal_punctuation: bool = True,
    min_words: Count = 3,
    max_word_length: Count | None = 1000,
    citation_marks: bool = True,
    javascript: bool = True,
    policy: bool = True,
) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    r"""Remove the lines that C4 removes, and the white space at the ends of the others.

    What it changes, each rule counting what it removed, a line under the first rule that applies: `citation-marks`
    (`[1]`, `[]`, `[edit]`, `[citation needed]` go, their line stays), `word-too-long` (a word of more than
    `max_word_length` characters), `no-terminal-punctuation` (the line ends in none of `. ! ? " '`, or in `...`),
    `too-few-words` (less than `min_words` between white space), `javascript` (the line says so), `policy` (terms of
    use, privacy and cookie notices). Blank lines go uncounted. A rule is off when its setting is false, unset or 0.
    Why: lines without an end mark are menus and headings; the other lines are notices of the site, not its text. The
    rules are English: texts in other languages stay as they are unless a recipe names them in `languages`.
    Source: Raffel et al. 2020; policy lines, citation marks and the longest word are not in the paper but in its code.
    FineWeb switches `terminal_punctuation` off. Where datatrove 0.10.1 differs: it counts words before citation marks
    are gone, and leaves the space that they stood behind; here the line is judged as it will be read, so that editing
    twice changes nothing more.
    """
    removed = {rule: [0] * len(text) for rule in RULES}
    limits = (max_word_length, terminal_punctuation, min_words)
    edited: list[str | None] = []
    for row, page in enumerate(text.to_pylist()):
        if page is None:
            edited.append(None)
            continue
        folded = page.lower()
        phrases = {
            "javascript": ("javascript",) if javascript and "javascript" in folded else (),
            "policy": tuple(phrase for phrase in _POLICY if phrase in folded) if policy else (),
        }
        kept, counts = _kept_lines(page, limits, citation_marks and "[" in page, phrases)
        for rule, count in counts.items():
            removed[rule][row] = count
        edited.append("\n".join(kept))
    return pa.array(edited, pa.string()), {rule: pa.array(column, pa.int32()) for rule, column in removed.items()}


@document_filter("c4", version=1, cites="arXiv:1910.10683 section 2.2", languages={"en"})
def c4(
    text: pa.StringArray,
    lang: pa.StringArray,
    sentence_count: pa.Int32Array,
    *,
    min_sentences: Count = 5,
    lorem_ipsum: bool = True,
    curly_bracket: bool = True,
    bad_words: Lines = NO_LINES,
) -> pa.StringArray:
    """Drop documents that C4 drops; a text of exactly `min_sentences` stays. Editor `c4-lines` goes before it.

    What it drops: `lorem-ipsum` (the phrase, in any case), `curly-bracket` (an opening one), `too-few-sentences` (see
    tagger `sentences`), `bad-words` (an entry of the user's list `bad_words`, one word or phrase a line, in any case
    and not inside a longer word; in scripts without spaces anywhere). No list is shipped: without one this rule is off.
    Why: placeholder text teaches nothing, curly brackets mark code, few sentences make no article. The rules are
    English; other languages pass unjudged unless a recipe names them in `languages`.
    Source: Raffel et al. 2020. Judged is what `c4-lines` left, as datatrove 0.10.1 (FineWeb) does; the paper looks for
    the phrase and the bracket in the whole page. datatrove looks before policy lines are gone (and for the phrase
    before javascript lines are), so a bracket in a line that goes anyway drops its page there and not here.
    Example: a page whose lines leave four sentences is dropped as `too-few-sentences`.
    """
    return first_reason(
        lorem_ipsum=_switched(lorem_ipsum, pc.match_substring(text, "lorem ipsum", ignore_case=True)),
        curly_bracket=_switched(curly_bracket, pc.match_substring(text, "{")),
        too_few_sentences=below(sentence_count, min_sentences),
        bad_words=_says(text, lang, bad_words),
    )


def _kept_lines(
    page: str, limits: tuple[int | None, bool, int], has_marks: bool, phrases: dict[str, tuple[str, ...]]
) -> tuple[list[str], dict[str, int]]:
    longest, terminal, fewest = limits
    kept: list[str] = []
    removed: dict[str, int] = {}
    for raw in page.splitlines():
        line = raw.strip()
        if has_marks and "[" in line:
            line, marks = _without_marks(line)
            removed["citation-marks"] = removed.get("citation-marks", 0) + marks
        if not line:
            continue
        if longest is not None and len(line) > longest and max(map(len, line.split())) > longest:
            rule = "word-too-long"
        elif terminal and (not line.endswith(_END_MARKS) or line.endswith("...")):
            rule = "no-terminal-punctuation"
        elif fewest > 0 and len(line.split(None, fewest)) < fewest:
            rule = "too-few-words"
        else:
            rule = _rule_of_phrase(line, phrases)
        if rule:
            removed[rule] = removed.get(rule, 0) + 1
        else:
            kept.append(line)
    return kept, removed


def _without_marks(line: str) -> tuple[str, int]:
    """Remove citation marks until none is left (`[[1]2]` holds one within another), in time linear in the line."""
    outside: list[str] = []
    opened: list[list[str]] = []
    total = 0
    for piece in _BRACKET.split(line):
        if piece == "[":
            opened.append([])
        elif piece != "]" or not opened:
            (opened[-1] if opened else outside).append(piece)
        elif _is_mark("".join(inside := opened.pop())):
            total += 1
        else:  # what holds this bracket is no mark either
            opened.append(inside)
            outside += [part for frame in opened for part in ("[", *frame)]
            outside.append("]")
            opened.clear()
    outside += [part for frame in opened for part in ("[", *frame)]
    return "".join(outside).strip(), total


def _is_mark(inside: str) -> bool:
    return not inside or inside.isdecimal() or inside in _MARKS


def _rule_of_phrase(line: str, phrases: dict[str, tuple[str, ...]]) -> str:
    """Return the rule whose phrase the line says; pages that say none, nearly all, are not looked at again."""
    for rule, words in phrases.items():
        if words:
            folded = line.lower()
            if any(phrase in folded for phrase in words):
                return rule
    return ""


def _switched(on: bool, condition: Any) -> Any:  # noqa: ANN401 - pyarrow.compute has no precise types
    return pc.and_(condition, pa.scalar(on))


def _says(text: pa.StringArray, lang: pa.StringArray, words: Lines) -> Any:  # noqa: ANN401 - as above
    """Whether a text holds one of `words`; patterns of some hundred words each stay within RE2's memory."""
    folded: Any = pc.utf8_lower(text)
    inside = whole = pa.array([False] * len(text), pa.bool_())
    remaining = iter(words)
    while escaped := [re2.escape(word.lower()) for word in itertools.islice(remaining, _WORDS_AT_ONCE)]:
        either = "|".join(escaped)
        inside = pc.or_(inside, pc.match_substring_regex(folded, either))
        whole = pc.or_(whole, pc.match_substring_regex(folded, rf"(?:^|[^\pL\pM\pN_])(?:{either})(?:$|[^\pL\pM\pN_])"))
    return pc.if_else(pc.is_in(lang, value_set=pa.array(UNSPACED)), inside, whole)
