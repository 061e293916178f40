"""Charset chain: declarations, conflicts, Japanese first, and every labelled real file."""

from __future__ import annotations

import base64
import codecs
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.extraction.charset import decode_page
from yurai.extraction.japanese import decode_iso_2022_jp, kana_share
from yurai.extraction.labels import codec_of
from yurai.extraction.prescan import declared_charset

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
MISSES = ROOT / "tests" / "data" / "charset_misses.jsonl"
JAPANESE = "由来は、すべてのトークンがどこから来たかを言えるコーパスです。出典、許諾、判断の記録。"
KOREAN = "모든 토큰이 어디에서 왔는지 말할 수 있는 말뭉치입니다. 출처와 허락, 판단의 기록을 남깁니다."
CHINESE = "每一个词元都能说出它来自何处的语料库。来源、许可、决定的记录都保存在清单之中。"


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("Shift_JIS", "cp932"),
        (" x-sjis ", "cp932"),
        ("GB2312", "gb18030"),
        ("ISO-8859-1", "windows-1252"),
        ("ks_c_5601-1987", "cp949"),
        ("TIS-620", "cp874"),
        ("utf8", "utf-8"),
        ("johab", "johab"),
        ("bogus", None),
        ("", None),
        (None, None),
        ("rot13", None),
        ("base64", None),
        ("utf-7", None),
        ("ISO-8859-' + '2", None),
        ("x" * 5_000, None),
    ],
)
def test_labels_mean_what_browsers_mean(label: str | None, codec: str | None) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    ("head", "label"),
    [
        (b'<?xml version="1.0" encoding="EUC-JP"?><html>', "EUC-JP"),
        (b'<meta charset="utf-16">', "utf-8"),
        (b"<meta charset=x-user-defined>", "windows-1252"),
        (b"<!-- <meta charset=koi8-r> --><meta charset=big5>", "big5"),
        (b"<!--" + b" " * 2_000 + b"--><meta charset=big5>", "big5"),
        (b"<!-- never closed <meta charset=big5>", None),
        (b'<meta name="x" content="text/html; charset=big5">', None),
        (b'<meta charset="big5', None),
        (b"", None),
    ],
)
def test_page_declares(head: bytes, label: str | None) -> None:
    assert declared_charset(head) == label


def page(text: str, codec: str, meta: str | None = None) -> bytes:
    declaration = f'<meta charset="{meta}">' if meta else ""
    return f"<html><head>{declaration}</head><body><p>{text}</p></body></html>".encode(codec)


@pytest.mark.parametrize(
    ("body", "http", "charset", "by"),
    [
        (codecs.BOM_UTF8 + page(JAPANESE, "utf-8", "euc-jp"), "shift_jis", "utf-8", "bom"),
        (page(JAPANESE, "utf-16"), None, "utf-16-le", "bom"),
        (page(JAPANESE, "utf-32"), "utf-8", "utf-32-le", "bom"),
        (page("plain " * 20, "utf-16-be"), None, "utf-16-be", "nul-pattern"),
        (page(JAPANESE, "iso2022_jp", "utf-8"), "utf-8", "iso2022_jp", "iso-2022-jp"),
        (page(KOREAN, "iso2022_kr"), None, "iso2022_kr", "iso-2022-kr"),
        (page(JAPANESE, "euc_jp"), "EUC-JP", "euc-jp", "http"),
        (page(JAPANESE, "euc_jp"), "'euc-jp'", "euc-jp", "http"),
        (page(JAPANESE, "cp932", "shift_jis"), None, "cp932", "meta"),
        (page(JAPANESE, "cp932", "shift_jis"), "ISO-8859-1", "cp932", "meta"),
        (page(JAPANESE, "cp932", "shift_jis"), "EUC-JP", "cp932", "meta"),
        (page(JAPANESE, "cp932"), "ISO-8859-1", "cp932", "cp932"),
        (page(JAPANESE, "euc_jp"), "utf-8", "euc-jp", "euc-jp"),
        (page(JAPANESE, "euc_jp"), None, "euc-jp", "euc-jp"),
        (page(JAPANESE, "cp932"), None, "cp932", "cp932"),
        (page(JAPANESE, "utf-8", "shift_jis"), "euc-jp", "utf-8", "utf-8"),
        (page("Ünïcödé", "utf-8", "iso-8859-1"), "windows-1252", "utf-8", "utf-8"),
        (page("déjà vu, été, où", "cp1252", "iso-8859-1"), "utf-8", "windows-1252", "meta"),
        (page(CHINESE, "gb2312"), None, "gb18030", "detector"),
        (page(KOREAN, "euc_kr"), None, "cp949", "detector"),
        (page("only seven bits", "ascii", "euc-jp"), None, "euc-jp", "meta"),
        (page("only seven bits", "ascii"), None, "utf-8", "utf-8"),
        (b"", None, "utf-8", "utf-8"),
    ],
)
def test_the_chain_and_who_won(body: bytes, http: str | None, charset: str, by: str) -> None:
    decoded = decode_page(body, http)
    assert (decoded.charset, decoded.by, decoded.replaced) == (charset, by, 0)
    bare = body.removeprefix(codecs.BOM_UTF8)
    assert decoded.text == bare.decode({"utf-16-le": "utf-16", "utf-32-le": "utf-32"}.get(charset, charset))


def test_losing_declarations_are_a_conflict() -> None:
    assert decode_page(page(JAPANESE, "cp932", "shift_jis"), "ISO-8859-1").conflict
    assert not decode_page(page(JAPANESE, "cp932", "shift_jis"), "windows-31j").conflict


def test_a_few_broken_bytes_do_not_change_the_charset() -> None:
    for codec, http in (("utf-8", "utf-8"), ("utf-8", None), ("euc-jp", "euc-jp"), ("cp932", "shift_jis")):
        broken = page(JAPANESE * 5, codec).replace(b"</p>", b"\x81</p>")
        decoded = decode_page(broken, http)
        assert (decoded.charset, JAPANESE in decoded.text, decoded.replaced) == (codec, True, 1)


def test_microsoft_and_nec_characters_of_japanese_encodings() -> None:
    assert decode_page("丸数字①と㈱とひらがな".encode("cp932"), "shift_jis").text == "丸数字①と㈱とひらがな"
    nec_row_13 = b"\xad\xa1\xad\xea" + "ひらがな".encode("euc_jp")
    assert decode_page(nec_row_13, "euc-jp").text == "①㈱ひらがな"
    assert decode_iso_2022_jp(b"\x1b$B-!-j\x1b(B end") == "①㈱ end"
    assert decode_iso_2022_jp(b"\x1b(I\x31\x32\x1b(B") == "ｱｲ"


def test_iso_2022_jp_recovers_at_a_line_end() -> None:
    damaged = b"\x1b$B$3$s$K\nplain line\n\x1b$B$A$O\x1b(B"
    assert decode_iso_2022_jp(damaged) == "こんに\nplain line\nちは"


def test_kana_share_tells_japanese_from_a_lucky_decoding() -> None:
    assert kana_share(JAPANESE) > 0.3
    for text, codec in ((CHINESE, "gb2312"), (KOREAN, "euc_kr"), ("Съешь ещё этих мягких булок", "cp1251")):
        for japanese in ("euc_jp", "cp932"):
            assert kana_share(text.encode(codec).decode(japanese, "ignore")) < 0.05
    assert kana_share("latin") == 0.0


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "shift_jis", "iso-2022-jp", "utf-16", "hz", "bogus"]))
def test_decoding_never_fails_and_repeats(body: bytes, http: str | None) -> None:
    decoded = decode_page(body, http)
    assert decoded == decode_page(body, http)
    decoded.text.encode()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\x1b"), max_size=300))
def test_declared_utf8_comes_back(text: str) -> None:
    decoded = decode_page(b"<p>" + text.encode(), "utf-8")
    assert decoded.text == "<p>" + text


def test_sniffing_vectors_of_the_html_standard(shared_data: Path) -> None:
    vectors = [json.loads(line) for line in lines_of(shared_data / "encoding" / "html5lib_sniff.jsonl")]
    assert len(vectors) == 83
    wrong = []
    for vector in vectors:
        body = base64.b64decode(vector["data_b64"])
        found = "utf-8" if body.startswith(codecs.BOM_UTF8) else declared_charset(body) or "windows-1252"
        if codec_of(found) != codec_of(vector["encoding"]):
            wrong.append(body)
    # the last word is written by a script, which no prescan runs
    assert [b"document.write('<meta charset=\"ISO-8859-' + '2\">')" in body for body in wrong] == [True]


def right(body: bytes, gold: str | None, text: str) -> bool:
    """Text equals the label's decoding, or that of the superset which browsers use for the label."""
    if gold is None:
        return False
    readings = {codecs.lookup(gold).name, codec_of(gold) or gold}
    return any(text == body.decode(codec, "replace").removeprefix("\ufeff") for codec in readings)


def labelled(bench: ModuleType, data: Path) -> list[tuple[dict[str, Any], Any]]:
    found = [*bench.rows(data, "edge/transcoded"), *bench.rows(data, "encoding/chardet")]
    return [(row, bench.read_page(row)) for row in found]


@pytest.mark.slow
def test_every_labelled_file_is_right_or_listed(shared_data: Path, bench: ModuleType) -> None:
    listed = {row["url"]: row["reason"] for row in map(json.loads, lines_of(MISSES))}
    missed = {}
    rows = labelled(bench, shared_data)
    assert len(rows) == 336 + 222
    for row, item in rows:
        decoded = decode_page(item.body, item.http_charset)
        if not right(item.body, row["gold_codec"], decoded.text):
            missed[row["url"]] = (row["lang"], row["gold_codec"], decoded.charset, decoded.by)
    assert not {url: miss for url, miss in missed.items() if miss[0] in {"ja", "japanese"}}
    assert missed.keys() == listed.keys()


@pytest.mark.slow
def test_real_pages_keep_their_labelled_charset(shared_data: Path, bench: ModuleType) -> None:
    japanese = [row for row in bench.rows(shared_data, "docs/core-00") if row["lang"] == "ja"][:200]
    for row in japanese:
        item = bench.read_page(row)
        for http in (item.http_charset, None, "iso-8859-1"):
            assert right(item.body, row["charset"], decode_page(item.body, http).text), (row["url"], http)


def test_list_of_misses_gives_reasons() -> None:
    rows = [json.loads(line) for line in lines_of(MISSES)]
    assert all(row.keys() == {"url", "label", "decoded_as", "reason"} and len(row["reason"]) > 20 for row in rows)
