"""The gate: pages of the target languages pass whatever they declare, others are stopped, and a page that passes is read as without."""

from __future__ import annotations

import random
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate_pages import CHARSETS, TEXTS, html, text
from yurai.declare.language.written import LANGUAGES
from yurai.extraction import DictLedger, Extraction, ExtractOptions, Page, Sandbox, extract_page
from yurai.extraction.gate.levels import Levels
from yurai.extraction.gate.thresholds import MEASURED, UNMEASURED
from yurai.extraction.gate.windows import gate_identifier

Mode = Literal["tight", "loose"]
MODES: tuple[Mode, ...] = ("loose", "tight")
SWITCHER = "".join(
    f"<li><a href=/{code}>{name}</a></li>"
    for code, name in {"ja": "日本語", "ko": "한국어", "zh": "中文", "ru": "Русский", "en": "English"}.items()
)
PAIRS = [(language, target) for language in TEXTS for target in TEXTS]


def page(body: bytes | str, mime: str = "text/html", charset: str | None = None) -> Page:
    data = body.encode() if isinstance(body, str) else body
    return Page("key", data, mime, charset, "https://a.example/", None)


def extract(body: bytes | str, *languages: str, gate: Mode = "tight", **given: Any) -> Extraction:
    return extract_page(page(body, **given), ExtractOptions(gate=gate, gate_languages=languages))


def stopped(body: bytes | str, *languages: str, gate: Mode = "tight", **given: Any) -> bool:
    return extract(body, *languages, gate=gate, **given).reason == "gate:language"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("language", "target"), PAIRS)
def test_a_page_passes_the_gate_of_its_language_alone(language: str, target: str, mode: Mode) -> None:
    assert stopped(html(text(language)), target, gate=mode) is (language != target)


@given(
    st.sampled_from([(language, charset) for language, charsets in CHARSETS.items() for charset in charsets]),
    st.sampled_from(["declared", "undeclared", "mislabelled"]),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_a_page_passes_in_any_charset(pair: tuple[str, str], says: str, order: random.Random) -> None:
    language, charset = pair
    sentences = [*TEXTS[language]] * 4
    order.shuffle(sentences)
    head = {
        "declared": f'<meta charset="{charset}">',
        "undeclared": "",
        "mislabelled": '<meta charset="iso-8859-1"><meta http-equiv="content-language" content="fr">',
    }[says]
    body = html("".join(f"<p>{sentence}</p>" for sentence in sentences), head).encode(charset)
    declared = charset if says == "declared" else None
    plain = extract_page(page(body, charset=declared), ExtractOptions()).text
    # what the charset chain reads wrong is another page, with any gate
    assert TEXTS[language][0] in plain or says != "declared"
    for mode in MODES:
        assert TEXTS[language][0] not in plain or not stopped(body, language, gate=mode, charset=declared)


@pytest.mark.parametrize("form", ["&#{};", "&#x{:x};", "&#{:07}"])
@pytest.mark.parametrize("language", TEXTS)
def test_letters_may_be_references_all_of_them(language: str, form: str) -> None:
    written = "".join(
        f"<p>{''.join(form.format(ord(one)) if one.isalpha() else one for one in sentence)}</p>"
        for sentence in TEXTS[language] * 2
    )
    body = html(written.replace(form[-1:] * 2, form[-1:]))
    for mode in MODES:
        assert not stopped(body, language, gate=mode)
    assert stopped(body, "ko" if language != "ko" else "ja")


@pytest.mark.parametrize("body", ["<p>東京都港区", "<p>네.", "<p>да", "<p>4</p>" * 300 + "<p>日"])
def test_what_says_too_little_passes(body: str) -> None:
    target = {"東": "ja", "네": "ko", "д": "ru", "4": "ja"}[body[3]]
    assert not stopped(html(body), target)
    assert not stopped(html(body), "en")


@pytest.mark.parametrize("body", ["", "<p>", "<p>42", "<img src=a.png>" * 20])
def test_a_page_without_a_letter_passes_where_it_is_kept(body: str) -> None:
    assert stopped(html(body), "ja")
    assert not stopped(html(body), "ja", "und")
    assert not stopped(html(body), "en")


def test_kanji_alone_are_japanese_enough() -> None:
    names = "<li>港区役所</li><li>新宿区</li><li>千代田区</li>"
    assert not stopped(html(f"<ul>{names}</ul>"), "ja")


def test_a_list_of_languages_does_not_open_the_gate() -> None:
    body = html(f"<nav><ul>{SWITCHER}</ul></nav>" + text("en"))
    assert stopped(body, "ja")
    assert stopped(body, "ko")
    assert not stopped(body, "en")


def test_scripts_and_attributes_are_no_text() -> None:
    hidden = f"<script>var words = '{text('ja')}'</script><!-- {text('ja')} --><img alt='{TEXTS['ja'][0]}'>"
    assert stopped(html(hidden + text("en")), "ja")


def test_level_two_reads_what_stands_between_navigation() -> None:
    menu = "".join(f"<li><a href=/{n}>{TEXTS['en'][n % 3]}</a></li>" for n in range(3))
    body = html(text("de", 3) + f"<footer><ul>{menu}</ul></footer>")
    loose, tight = extract(body, "en", gate="loose"), extract(body, "en", gate="tight")
    assert (loose.reason, loose.gate_by) == (None, None)
    assert (tight.outcome, tight.reason, tight.gate_by) == ("dropped", "gate:language", "tree")


def test_a_stopped_page_says_by_what() -> None:
    by_scripts, by_text = extract(html(text("en")), "ja"), extract(html(text("de")), "en")
    assert (by_scripts.gate_by, by_scripts.gate_score, by_scripts.gate_limit) == ("scripts", 0.0, 0.02)
    assert by_text.gate_by in {"markup", "tree"}
    assert by_text.gate_score is not None
    assert by_text.gate_limit is not None
    assert by_text.gate_score < by_text.gate_limit
    assert (by_text.charset, by_text.text, by_text.marks) == ("utf-8", "", ())


@pytest.mark.parametrize("language", TEXTS)
def test_a_page_that_passes_is_read_as_without_a_gate(language: str) -> None:
    body = html(f"<nav><ul>{SWITCHER}</ul></nav><main>{text(language)}</main>")
    plain = extract_page(page(body), ExtractOptions())
    assert [extract(body, language, gate=mode) for mode in MODES] == [plain, plain]


def test_other_media_types_pass() -> None:
    for mime in ("text/plain", "text/markdown", "application/rss+xml"):
        feed = f"<rss><channel><item><title>{TEXTS['en'][1]}</title></item></channel></rss>"
        assert extract(feed, "ja", mime=mime).outcome == "text"


@given(st.lists(st.sampled_from(sorted(TEXTS)), min_size=1, max_size=4), st.sampled_from(MODES))
@settings(max_examples=40, deadline=None)
def test_more_languages_stop_no_more(languages: list[str], mode: Mode) -> None:
    for language in TEXTS:
        markup = html(text(language)).encode()
        together = Levels(tuple(languages), mode).of_markup(markup)
        alone = [Levels((one,), mode).of_markup(markup) for one in languages]
        assert together.stopped <= all(one.stopped for one in alone)
        assert together == Levels(tuple(languages), mode).of_markup(markup)


def test_the_child_has_the_model_before_its_memory_is_capped() -> None:
    options = ExtractOptions(gate="tight", gate_languages=("ja",))
    pages = [page(html(text(language))) for language in ("en", "ja", "de", "ja")]
    with Sandbox(options, DictLedger()) as sandbox:
        answers = list(sandbox.extract(pages))
    assert answers == [extract_page(one, options) for one in pages]
    assert [one.reason for one in answers] == ["gate:language", None, "gate:language", None]


def test_the_table_of_scripts_has_the_languages_of_the_model() -> None:
    assert gate_identifier().codes == LANGUAGES


def test_what_was_not_measured_has_the_lowest_limits() -> None:
    for limits in MEASURED.values():
        assert limits.loose >= UNMEASURED.loose
        assert limits.markup >= UNMEASURED.markup
        assert limits.tree >= UNMEASURED.tree
