"""The language that a page declares by attribute `lang`: stored as one form, a hint to stage language and no more."""

# ruff: noqa: RUF001 - signs of full width are meant
from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from row_helpers import documents, recipe
from run_helpers import run
from warc_samples import gz, response
from yurai.extraction import ExtractOptions, extract_page
from yurai.extraction.declared_language import language_tag
from yurai.extraction.records import Page
from yurai.stages.language import Language, label
from yurai_manifests.schema import DOCUMENT

if TYPE_CHECKING:
    from pathlib import Path

TAGS = {
    "ja": ["ja", "JA", "ja-JP", "ja_JP"],
    "zh": ["zh", "zh-CN", "zh_TW", "zh-yue-HK"],
    "zh-Hant": ["zh-Hant", "zh-hant-TW", "ZH_HANT", "zh-cmn-Hant-TW"],
    "sr-Latn": ["sr-Latn", "sr-latn-RS"],
    "de": ["de-1996", "de-CH-1996", " de "],
    "jpn": ["jpn", "jpn-JP"],
    None: [
        "",
        " ",
        "und",
        "mul",
        "{{lang}}",
        "ja,en",
        "japanese",
        "x-mine",
        "i-default",
        "a",
        "ja;",
        "日本語",
        "-ja",
        "ja-",
    ],
}
TEXT = "<p>" + "人口統計の資料です。" * 30
PAGES = {
    f"<html lang=ja><body>{TEXT}": "ja",
    f"<!doctype html><html lang='zh-Hant-TW'>{TEXT}": "zh-Hant",
    f"<html xml:lang=ko>{TEXT}": "ko",
    f"<html lang='' xml:lang=ko>{TEXT}": "ko",
    f"<html lang=en xml:lang=ko>{TEXT}": "en",
    f"<html><body lang=ja>{TEXT}": "ja",
    f"<html lang=und><body lang=ja>{TEXT}": "ja",
    f"<html LANG=JA>{TEXT}": "ja",
    f"<html><div lang=ja>{TEXT}</div>": None,
    f"<html>{TEXT}": None,
    f"<html lang='{{{{ site.lang }}}}'>{TEXT}": None,
}


@pytest.mark.parametrize(("tag", "written"), [(tag, one) for tag, forms in TAGS.items() for one in forms])
def test_a_tag_has_one_form(tag: str | None, written: str) -> None:
    assert language_tag(written) == tag


def test_no_tag_is_slow() -> None:
    assert language_tag("a" + "-aaa" * 100_000) is None
    assert language_tag("ja" + "-" * 1_000_000) is None


@pytest.mark.parametrize("extractor", ["honbun", "judged", "trafilatura", "resiliparse"])
@pytest.mark.parametrize("html", PAGES)
def test_a_page_hands_on_what_it_declares(html: str, extractor: str) -> None:
    page = Page("key", html.encode(), "text/html", "utf-8", "https://example.org/", None)
    found = extract_page(page, ExtractOptions(extractor=extractor))
    assert (found.outcome, found.html_lang) == ("text", PAGES[html])


def labelled(text: str, **columns: object) -> str:
    batch = label(pa.RecordBatch.from_pylist([{"text": text, **columns}], DOCUMENT), Language())
    return str(batch.column("lang")[0].as_py())


@pytest.mark.parametrize("text", ["用語集", "人口統計", "大学案内", "会社概要", "自由民主", "石油"])
def test_chinese_characters_are_of_the_language_that_is_declared(text: str) -> None:
    assert labelled(text) == "und"
    for declared, code in {"ja": "ja", "zh": "zh", "zh-Hant": "zh", "en": "und", "ko": "und", "de": "und"}.items():
        assert labelled(text, html_lang=declared) == code, declared
    assert labelled(text, html_lang="en", url="https://example.jp/") == "ja"
    assert labelled(text, html_lang="zh", url="https://example.jp/") == "zh"
    assert labelled(text, html_lang="zh", title="会社の概要") == "ja"


@pytest.mark.parametrize(
    ("text", "declared", "code"),
    [
        ("Menü", "de", "de"),
        ("Hjem", "da", "da"),
        ("тест", "ru", "ru"),
        ("тест", "uk", "uk"),
        ("Menu", "en", "und"),
        ("Menu", "ru", "und"),
        ("Menu", "ja", "und"),
        ("Menu", "xx", "und"),
        ("Menu", None, "und"),
        ("12 %", "de", "und"),
        ("かな", "de", "ja"),
        ("가나", "ja", "ko"),
        ("aф", "ru", "und"),
    ],
)
def test_a_few_letters_are_of_the_declared_language_if_it_has_them(text: str, declared: str | None, code: str) -> None:
    assert labelled(text, html_lang=declared) == code


@pytest.mark.parametrize("declared", ["ja", "zh", "de", "en", None])
def test_long_texts_are_in_the_language_that_they_are_in(declared: str | None) -> None:
    texts = {
        "ja": "この資料は人口の統計をまとめたものです。",
        "zh": "这份资料是关于人口统计的总结，请大家仔细阅读。",
        "en": "This is a report about the population of the country.",
        "de": "Dies ist ein Bericht über die Bevölkerung des Landes.",
    }
    assert {code: labelled(text, html_lang=declared) for code, text in texts.items()} == {one: one for one in texts}


def test_a_run_stores_it_and_its_stage_reads_it(tmp_path: Path) -> None:
    source = tmp_path / "pages.warc.gz"
    html = "<html{}><title>x</title><p>自由民主 大学案内"
    pages = [html.format(attribute) for attribute in (" lang=ja-JP", " lang=zh", "")]
    source.write_bytes(
        b"".join(
            gz(response(number, page.encode(), "Content-Type: text/html; charset=utf-8"))
            for number, page in enumerate(pages, 1)
        )
    )
    run(tmp_path / "out", [source], recipe=recipe(stages=[{"use": "read"}, {"use": "extract"}, {"use": "language"}]))
    found = [(row["html_lang"], row["lang"]) for row in documents(tmp_path / "out")]
    assert found == [("ja", "ja"), ("zh", "zh"), (None, "ja")]  # the domain is in Japan
