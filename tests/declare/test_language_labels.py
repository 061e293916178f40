"""Labels of identifiers of any form are read as one code, and a model with such labels serves as the carried one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from fasttext_model import write_model
from yurai.declare.language.identify import identifier
from yurai.declare.language.labels import read_label
from yurai.declare.language.written import LANGUAGES
from yurai.run.recipe import make_recipe
from yurai.stages.language import STAGE, Language, label
from yurai_manifests.errors import RecipeError
from yurai_manifests.schema import DOCUMENT

if TYPE_CHECKING:
    from pathlib import Path

FORMS = {
    "ja": "ja __label__ja jpn_Jpan __label__jpn_Jpan ja_JP ja-Jpan jpn jpn_Hira",
    "zh": "zh zho_Hans zho_Hant cmn_Hani cmn_Hans cmn_Hant chi zh-Hant zh-Hans-CN zh_TW",
    "en": "en eng_Latn eng en_US",
    "ko": "kor_Hang ko kor_Kore",
    "ar": "arb_Arab ara_Arab ar",
    "fa": "pes_Arab fas_Arab prs_Arab",
    "et": "ekk_Latn est_Latn",
    "lv": "lvs_Latn",
    "no": "nob_Latn no",
    "nn": "nno_Latn",
    "sr": "srp_Cyrl srp_Latn",
    "sq": "als_Latn sqi_Latn",
    "als": "als gsw_Latn",
    "tl": "tgl_Latn fil_Latn",
    "yue": "yue_Hant yue",
    "und": "und_Kits zxx_Latn und",
    "ceb": "ceb_Latn ceb",
    "grc": "grc_Grek",
    "sat": "sat_Olck",
    "spam, or so": "spam, or so",
}
TEXTS = {
    "jpn_Jpan": "これは 日本語の 文です とても 短い",
    "zho_Hans": "这是 中文的 句子 非常 简短",
    "zho_Hant": "你說 這是 中文的 句子 簡短",
    "eng_Latn": "this is a short english sentence",
    "fra_Latn": "voici une phrase en bon français",
    "und_Zyyy": "aaaa bbbb cccc",
}


def labelled(model: Path, sha256: str, *texts: str, **settings: bool) -> list[str]:
    batch = pa.RecordBatch.from_pylist([{"text": text} for text in texts], DOCUMENT)
    return label(batch, Language(model=str(model), sha256=sha256, **settings)).column("lang").to_pylist()


@pytest.mark.parametrize(("code", "form"), [(code, form) for code, forms in FORMS.items() for form in [forms]])
def test_every_form_of_a_label_is_one_code(code: str, form: str) -> None:
    for one in [form] if "," in form else form.split():
        assert read_label(one).code == code, one


def test_labels_of_the_carried_model_stay_as_they_are() -> None:
    assert {read_label(code).code for code in LANGUAGES} == LANGUAGES


@pytest.mark.parametrize(
    ("form", "scripts"),
    [
        ("jpn_Jpan", {"kana"}),
        ("kor_Hang", {"hangul"}),
        ("srp_Cyrl", {"cyrillic"}),
        ("zho_Hant", {"han"}),
        ("sat_Olck", {"other"}),
    ],
)
def test_a_label_with_its_script_needs_letters_of_it(form: str, scripts: set[str]) -> None:
    assert read_label(form).scripts == scripts


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    path = tmp_path_factory.mktemp("models") / "glot.bin"
    return path, write_model(path, TEXTS)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_model_with_labels_of_iso_639_3_gives_our_codes(trained: tuple[Path, str], scripts: bool) -> None:
    assert labelled(*trained, *TEXTS.values(), scripts=scripts) == ["ja", "zh", "zh", "en", "fr", "und"]


def test_labels_of_one_language_are_added_up(trained: tuple[Path, str]) -> None:
    found = identifier(*map(str, trained)).best("这是 這是 中文的 句子 非常 简短 簡短")
    assert found.code == "zh"
    assert found.score > 0.8


def test_what_such_a_model_says_is_held_against_the_letters(trained: tuple[Path, str]) -> None:
    # the words are those of its Chinese and English texts; the letters are not
    assert labelled(*trained, "中文的 句子 これは") == ["ja"]
    assert labelled(*trained, "this is a short фраза из букв другого письма") == ["en"]


def test_a_recipe_names_its_languages_by_code(trained: tuple[Path, str]) -> None:
    path, sha256 = trained

    def made(code: str) -> object:
        stage = {"use": "language", "model": str(path), "sha256": sha256}
        rules = [{"use": "language", "allow": [code]}]
        stages = [{"use": "read"}, {"use": "extract"}, stage, {"use": "filter", "rules": rules}]
        return make_recipe({"name": "glot", "stage": stages}, where="test")

    assert made("ja")
    assert STAGE.codes(Language(model=str(path), sha256=sha256)) == {"ja", "zh", "en", "fr", "und"}
    with pytest.raises(RecipeError, match="knows no 'jpn_Jpan'"):
        made("jpn_Jpan")
