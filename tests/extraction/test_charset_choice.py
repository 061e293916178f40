"""Charsets of pages that say none or say it wrong: signs of Latin pages, damaged UTF-8, other scripts, GBK's euro."""
# ruff: noqa: RUF001 - texts as they are written

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.extraction.charset import decode_page
from yurai.extraction.latin import looks_latin

LINE = "The ferry leaves the harbour at nine in the morning, and comes back at four. "
RUSSIAN = "Паром отходит от пристани в девять часов утра и возвращается в четыре часа дня. "
GREEK = "Το πλοίο φεύγει από το λιμάνι στις εννέα το πρωί και επιστρέφει στις τέσσερις. "
HEBREW = "המעבורת יוצאת מהנמל בתשע בבוקר וחוזרת בארבע אחר הצהריים. "
CHINESE = "渡轮早上九点离开港口，下午四点返回。我们每天都在码头等候。"
KOREAN = "여객선은 아침 아홉 시에 항구를 떠나 오후 네 시에 돌아옵니다. "
JAPANESE = "渡し船は朝の九時に港を出て、午後四時に戻ってきます。"
SCRIPTS = {
    "windows-1251": RUSSIAN,
    "koi8-r": RUSSIAN,
    "iso-8859-7": GREEK,
    "windows-1255": HEBREW,
    "gb18030": CHINESE,
    "big5hkscs": "渡輪早上九點離開港口，下午四點返回。我們每天都在碼頭等候。",
    "cp949": KOREAN,
    "euc-jp": JAPANESE,
    "cp932": JAPANESE,
}


def page(text: str, codec: str, attributes: str = "", head: str = "") -> bytes:
    body = f"<html{attributes}><head>{head}<title>T</title></head><body><p>{text}</p></body></html>"
    return body.encode(codec)


@pytest.mark.parametrize("attributes", ["", ' lang="en"', ' lang="de"', ' lang="pl"', ' lang="tr"'])
@pytest.mark.parametrize(
    "sentence",
    [
        "© 2024 Ferries",
        "(©) 2024",
        "Copyright\u00a0© 2024",
        "It is 5\u00a0km away",
        "\u00a0\u00a0Indented",
        "Take 1½ cups and ¼ more",
        "½ price",
        "Ferries™ and Boats®",
        "It’s here",
        "the ‘old’ and “new” ones",
        "only £5",
        "£",
        "20°C",
        "90° turn",
        "wait…",
        "morning – evening",
        "§ 5 and ¶",
        "a • b · c",
        "10 × 20 ± 3 µm",
        "x² and m³",
        "« yes »",
        "(\u00a0©\u00a0)",
    ],
)
def test_signs_alone_make_no_page_slovak(sentence: str, attributes: str) -> None:
    body = page(LINE * 3 + sentence + " " + LINE, "windows-1252", attributes)
    decoded = decode_page(body, None)
    assert decoded.text == body.decode("windows-1252")
    assert decoded.flags == ()
    if "lang" not in attributes:
        assert decoded.charset == "windows-1252"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Die Fähre verlässt den Hafen früh um neun, größer als die übrigen.", "windows-1252"),
        ("Le bac quitte le port très tôt, à neuf heures, et revient là-bas l’après-midi.", "windows-1252"),
        ("El transbordador sale mañana a las nueve; ¿cuándo volverá? ¡Aquí está!", "windows-1252"),
        ("A balsa não sai amanhã às nove; as estações são três.", "windows-1252"),
        ("Færgen går klokken ni på en lørdag og når øen før aften.", "windows-1252"),
        ("Ferjan fer frá höfninni klukkan níu og þaðan aftur síðdegis; það er gott að vita.", "windows-1252"),
        ("Přívoz odjíždí z přístavu v devět hodin ráno a vrací se ve čtyři; řeka je široká.", "iso-8859-2"),
        ("Přívoz odjíždí z přístavu v devět hodin ráno; žluťoučký kůň.", "windows-1250"),
        ("Prom odpływa z portu o dziewiątej, wraca o czwartej; łódź płynie ciągle.", "iso-8859-2"),
        ("Prom odpływa z portu o dziewiątej, wraca o czwartej; łódź płynie ciągle, gdyś śpi.", "windows-1250"),
        ("Vapur sabah dokuzda limandan ayrılır, öğleden sonra döner; çağrı işitilir, şimdi sığınır.", "windows-1254"),
        ("Keltas išplaukia devintą ryto ir grįžta ketvirtą; žmonės laukia prieplaukoje, čia šalta.", "windows-1257"),
    ],
)
def test_languages_tell_by_their_letters(text: str, codec: str) -> None:
    body = page(text * 4, codec)
    assert decode_page(body, None).text == body.decode(codec)


@pytest.mark.parametrize("declared", ["header", "page", "both"])
@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("", b"\xa9 2024"),
        ("", b"caf\xe9"),
        ("", b"\x92"),
        ("it’s ", b"caf\xe9"),
        ("it’s it’s it’s ", b"\xa9"),
        ("it’s ", b"caf\xe9 na\xefve"),
        ("it’s it’s it’s it’s ", b"caf\xe9 na\xefve \xa9"),
        ("", b"wait\xe2\x80"),
        ("", b"\xed\xa0\xbd\xed\xb8\x80"),
        ("", b"a\xc0\x80b"),
        ("", b"\xf0\x9f\x98"),
        ("", b"\x80"),
        ("", b"\xff\xfe"[:1]),
        ("渡し船 ", b"\xa9"),
        ("паром ", b"\xe9"),
        (JAPANESE * 2, b"\x81\x82\x83\x84"),
    ],
)
def test_declared_utf8_with_few_bad_bytes_stays(good: str, bad: bytes, declared: str) -> None:
    head = "<meta charset=utf-8>" if declared != "header" else ""
    body = page(LINE * 4 + good + "BAD " + LINE * 3, "utf-8", head=head).replace(b"BAD", bad)
    decoded = decode_page(body, None if declared == "page" else "UTF-8")
    assert (decoded.charset, decoded.flags) == ("utf-8", ("undecodable-bytes",))
    assert decoded.text == body.decode("utf-8", "replace")


@pytest.mark.parametrize("good", ["it’s it’s ", "naïve café ", "“so” "])
def test_undeclared_utf8_with_a_bad_byte_is_no_latin_page(good: str) -> None:
    decoded = decode_page(page(LINE + good, "utf-8").replace(b"</p>", b"\xa9</p>"), None)
    assert (decoded.charset, decoded.flags) == ("utf-8", ("undecodable-bytes",))


@pytest.mark.parametrize("codec", SCRIPTS)
@pytest.mark.parametrize("http", [None, "utf-8", "iso-8859-1", "windows-1252"])
def test_words_in_another_script_are_read_under_any_server_default(codec: str, http: str | None) -> None:
    body = page(SCRIPTS[codec] * 6, codec)
    decoded = decode_page(body, http)
    assert decoded.text == body.decode(codec)
    assert decoded.conflict == (http is not None)


@pytest.mark.parametrize("codec", SCRIPTS)
def test_words_in_another_script_do_not_look_latin(codec: str) -> None:
    assert not looks_latin(page((LINE + SCRIPTS[codec]) * 3, codec))


def test_a_default_that_both_name_is_kept_and_flagged() -> None:
    body = page(RUSSIAN * 3, "windows-1251", head="<meta charset=iso-8859-1>")
    decoded = decode_page(body, "iso-8859-1")
    assert (decoded.charset, decoded.conflict) == ("windows-1252", True)
    honest = page("Die Fähre fährt früh.", "windows-1252", head="<meta charset=iso-8859-1>")
    assert not decode_page(honest, "iso-8859-1").conflict


def test_a_declared_latin_charset_outlives_bytes_that_it_lacks() -> None:
    body = page(LINE, "windows-1252").replace(b"</p>", b"caf\xe9 \x81 \x9d</p>")
    decoded = decode_page(body, "iso-8859-1")
    assert (decoded.charset, decoded.by, decoded.replaced) == ("windows-1252", "http", 2)


@pytest.mark.parametrize("label", ["gb2312", "GBK", "gb18030", "x-gbk", "chinese"])
@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\x80 5", "€ 5"),
        (b"5\x80", "5€"),
        (b"\x80\x80", "€€"),
        ("价格".encode("gbk") + b"\x80" + "五元".encode("gbk"), "价格€五元"),
        (b"\xa2\xe3", "€"),
        (b"\x81\x80", "亐"),
        (b"\xff", "\ufffd"),
    ],
)
def test_byte_80_of_gbk_is_the_euro_sign(label: str, raw: bytes, text: str) -> None:
    decoded = decode_page(page(CHINESE * 3, "gbk").replace(b"</p>", raw + b"</p>"), label)
    assert (decoded.charset, decoded.by) == ("gb18030", "http")
    assert f"候。{text}</p>" in decoded.text
    assert decoded.replaced == text.count("\ufffd")


@settings(derandomize=True)  # a rare text of accented capitals alone, such as ½ÎÙÛ, is still taken for another script
@given(st.text(st.characters(codec="windows-1252", min_codepoint=0x20, exclude_characters="\x7f"), max_size=30))
def test_latin_text_never_becomes_another_script(text: str) -> None:
    body = page(f"{LINE}a {' a '.join(text)} {LINE}", "windows-1252")
    read = decode_page(body, None).text
    assert not any("\u0370" <= char <= "\u1dff" or "\u2e80" <= char <= "\ud7ff" for char in read)


@pytest.mark.parametrize("part", [b"a\xe9 ", b"\xe9", b"\xc3\xa9\xe9 ", b"\xe2\x80", b"\xed\xa0\xbd"])
def test_choosing_costs_what_the_bytes_do(part: bytes) -> None:
    for http in (None, "utf-8", "iso-8859-1"):
        assert grows_linearly(lambda n, http=http: partial(decode_page, part * n, http), 50_000)
