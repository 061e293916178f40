"""What a language identifier is shown: capitals and marks without width do not decide which language a text is in."""

# ruff: noqa: RUF001 - letters of other alphabets are what is tested
from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.declare.model_line import model_line
from yurai.extraction.gate.windows import scores
from yurai.stages.language import Language, label
from yurai_manifests.schema import DOCUMENT

SENTENCES = {
    "en": "my neighbour keeps a bird in a cage by the window",
    "fr": "les enfants sont arrivés très tôt à l'école ce matin",
    "de": "die kinder spielen gerne im schönen garten hinter dem haus",
    "sv": "barnen leker gärna i den stora trädgården bakom huset",
    "es": "los niños juegan en el jardín grande detrás de la casa",
    "pl": "dzieci chętnie bawią się w dużym ogrodzie za domem",
    "ru": "дети любят играть в большом саду за нашим домом",
    "uk": "діти люблять гратися у великому саду за нашим будинком",
    "el": "τα παιδιά παίζουν στον μεγάλο κήπο πίσω από το σπίτι",
    "pt": "as crianças brincam no jardim grande atrás da nossa casa",
    "it": "i bambini giocano volentieri nel grande giardino dietro la casa",
    "hu": "a gyerekek szívesen játszanak a nagy kertben a ház mögött",
}
MARKS = "\u200b\u200c\u200d\u200e\u2060\ufeff\u00ad"


def rows(texts: list[str]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"text": text} for text in texts], DOCUMENT)


def labelled(*texts: str) -> list[tuple[str, float]]:
    batch = label(rows(list(texts)), Language())
    return list(zip(batch.column("lang").to_pylist(), batch.column("lang_score").to_pylist(), strict=True))


@pytest.mark.parametrize("code", SENTENCES)
def test_capitals_are_labelled_as_small_letters_are(code: str) -> None:
    small = SENTENCES[code]
    found = labelled(small, small.upper(), f"{small.upper()}, said Kim", small.upper() + " 2024: " * 3)
    assert {one for one, _ in found} == {code}
    assert found[0] == found[1]


@pytest.mark.parametrize("code", SENTENCES)
def test_marks_without_width_are_set_aside(code: str) -> None:
    text = SENTENCES[code]
    hidden = "".join(letter + MARKS[at % len(MARKS)] for at, letter in enumerate(text))
    assert len(set(labelled(text, hidden, hidden.upper().lower(), "\ufeff" + text))) == 1


@pytest.mark.parametrize("code", SENTENCES)
def test_the_gate_is_shown_the_same(code: str) -> None:
    text = SENTENCES[code]
    hidden = text.replace(" ", "\u200b ")
    assert scores([text]) == scores([text.upper()]) == scores([hidden])
    ((found, score),) = labelled(text.upper())
    assert scores([text])[found] == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize(
    "text",
    [
        "The NASA and the ESA said: It Is So.",
        "Ein Satz mit vielen Hauptwörtern über das Haus.",
        "これは日本語です。ABC と DEF",  # three small letters of none: six capitals, see below
        "می\u200cخواهم",
        "क\u200dष",
        "中文字符",
    ],
)
def test_prose_is_shown_as_it_is(text: str) -> None:
    expected = text.lower() if "ABC" in text else text
    assert model_line(text) == expected


def test_no_letter_is_no_line() -> None:
    assert [model_line(text) for text in ("", " \n", "\u200b", "12 + 30", "!?\ufeff")] == [None] * 5
    assert labelled("12 + 30", "\u200b")[0] == ("und", 0.0)


@given(st.text())
def test_case_and_marks_alone_are_changed(text: str) -> None:
    line = model_line(text)
    if line is None:
        assert not any(map(str.isalpha, text))
    else:
        plain = " ".join(text.split())
        assert line in (plain, plain.lower()) or any(ord(letter) > 0x7F for letter in text)
        assert "\n" not in line
        assert not set(line) & set("\u200b\u2060\ufeff\u00ad")


@given(st.text(st.sampled_from("abcdefgh ,.éñ"), min_size=1))
def test_small_letters_are_never_changed(text: str) -> None:
    assert model_line(text) in (None, " ".join(text.split()))


def test_rows_do_not_depend_on_their_batch() -> None:
    texts = [one for text in SENTENCES.values() for one in (text, text.upper())]
    whole = label(rows(texts), Language())
    assert pa.Table.from_batches([label(rows([text]), Language()) for text in texts]).column("lang").to_pylist() == (
        whole.column("lang").to_pylist()
    )
