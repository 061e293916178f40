"""How a run ends: what it says of a corpus that holds nothing and of a source that failed whole, and its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from warc_samples import response, warc_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

    Yurai = Callable[..., Said]

RECIPE = """
name = "ending"
[[stage]]
use = "read"
[[stage]]
use = "extract"
[[stage]]
use = "language"
[[stage]]
use = "measure"
[[stage]]
use = "filter"
rules = [ {rules} ]
"""
PAGE = b"<title>Rivers</title><body>" + b"<p>A river carries water from the hills down to the sea, all year.</p>" * 8


@pytest.fixture
def call(yurai: Yurai, tmp_path: Path) -> Callable[..., Said]:
    """Run a recipe of these rules over a page, or over these bytes, with options."""

    def run(rules: str, *options: str, data: bytes = response(1, PAGE), also: bytes = b"") -> Said:
        (tmp_path / "recipe.toml").write_text(RECIPE.replace("{rules}", rules))
        (tmp_path / "page.warc").write_bytes(data)
        (tmp_path / "other.warc").write_bytes(also)
        inputs = ["--input", str(tmp_path / "page.warc"), *(["--input", str(tmp_path / "other.warc")] if also else [])]
        where = ["--output", str(tmp_path / "out"), "--runner", "local", "--no-report"]
        return yurai("run", str(tmp_path / "recipe.toml"), *inputs, *where, *options)

    return run


def test_a_run_that_keeps_something_ends_with_0(call: Callable[..., Said]) -> None:
    said = call('{ use = "length" }')
    assert (said.code, "warning" in said.err) == (0, False)


def test_a_run_that_keeps_nothing_says_why_and_ends_with_3(call: Callable[..., Said]) -> None:
    said = call('{ use = "length", min_characters = 90_000 }')
    assert said.code == 3
    assert "nothing was kept; of 1 candidate went 1 by filter length:too-short" in said.err


def test_what_took_most_is_named_first(call: Callable[..., Said]) -> None:
    gone = [
        response(number, PAGE, status) for number, status in enumerate(["X: y"] * 3)
    ]  # three pages that the rule drops
    moved = [warc_record("response", 9, b"HTTP/1.1 404 Gone\r\n\r\nno")]
    said = call('{ use = "length", min_characters = 90_000 }', data=b"".join(gone + moved))
    assert "of 4 candidates went 3 by filter length:too-short, 1 by read" in said.err


def test_an_empty_corpus_may_be_allowed(call: Callable[..., Said]) -> None:
    said = call('{ use = "length", min_characters = 90_000 }', "--allow-empty")
    assert said.code == 0
    assert "nothing was kept" in said.err


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--strict",), 3)])
def test_a_source_that_failed_whole_is_one_warning(
    call: Callable[..., Said], options: tuple[str, ...], code: int
) -> None:
    said = call('{ use = "length" }', *options, also=b"\x80\x81 no archive at all" * 50)
    assert said.code == code
    assert [line for line in said.err.splitlines() if line.startswith("warning")] == [
        "warning: 1 source failed whole, first other.warc: holds no candidate record"
    ]


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ('{ use = "language", allow = ["english"] }', "'english' is neither"),
        ('{ use = "language", allow = ["EN"] }', "'EN' is neither"),
        ('{ use = "language", allow = ["jp"] }', "knows no 'jp'; codes are those of ISO 639"),
        ('{ use = "language", allow = ["en", "zz"] }', "knows no 'zz'"),
        ('{ use = "language", allow = ["jpn"] }', "knows no 'jpn'"),
        ('{ use = "language", allow = [] }', "must name a language"),
        ('{ use = "language", min_score = 50 }', "from 0 to 1, not 50"),
        ('{ use = "gopher-quality", languages = ["xx"] }', "rule gopher-quality: languages: the model"),
        ('{ use = "gopher-quality", languages = ["en", "*"] }', "not both"),
        (
            '{ use = "length", min_characters = 5, max_characters = 2 }',
            "min_characters = 5 is above max_characters = 2",
        ),
        ('{ use = "gopher-quality", min_words = 9, max_words = 8 }', "nothing would stay"),
    ],
)
def test_what_would_keep_nothing_is_refused_when_it_is_read(call: Callable[..., Said], rules: str, words: str) -> None:
    said = call(rules)
    assert said.code == 2
    assert words in said.err


@pytest.mark.parametrize("allow", ['["en"]', '["*"]', '["en", "und"]', '["*", "und"]', '["zh", "ja", "en"]'])
def test_languages_that_the_model_knows_are_taken(call: Callable[..., Said], allow: str) -> None:
    assert call(f'{{ use = "language", allow = {allow} }}').code == 0


def test_a_run_that_is_refused_for_its_input_leaves_no_plan(call: Callable[..., Said], tmp_path: Path) -> None:
    said = call('{ use = "length" }', data=b"no archive at all" * 50)
    assert said.code == 2
    assert not (tmp_path / "out" / "plan.json").exists()
    assert call('{ use = "length" }').code == 0, "the right input is taken now"
