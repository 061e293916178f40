"""Personal data in the forms that Markdown, logs, lists and glued text give it; code and versions that look so."""

# ruff: noqa: RUF001 - full-width forms and other dashes are what is tested
from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai_filters.pii import find, redact_all
from yurai_filters.pii.top_level import top_level_domains

MAIL = [
    ("Ask _kim@shop.example_ first", "Ask _<|EMAIL|>_ first"),
    ("__kim@shop.example__", "__<|EMAIL|>__"),
    ("***_kim@shop.co.uk_***", "***_<|EMAIL|>_***"),
    ("*kim@shop.example*, `kim@shop.example`", "*<|EMAIL|>*, `<|EMAIL|>`"),
    ("~~kim@shop.example~~", "~~<|EMAIL|>~~"),
    ("kim@shop.example_ or more", "<|EMAIL|>_ or more"),
    ("kim@shop.example_old", "<|EMAIL|>_old"),
    ("_kim@shop.com and lee@shop.com_", "<|EMAIL|> and <|EMAIL|>_"),
    ("kim_@shop.com_", "<|EMAIL|>_"),
    (r"kim\_lee@shop.example", "<|EMAIL|>"),
    (r"\_kim@shop.example\_", r"<|EMAIL|>\_"),
    (r"C:\people\kim@shop.example", r"C:\people\<|EMAIL|>"),
    ("メールは_kim@shop.jp_まで", "メールは_<|EMAIL|>_まで"),
    ("[kim@shop.org](mailto:kim@shop.org)", "[<|EMAIL|>](mailto:<|EMAIL|>)"),
    # glued to what follows
    ("kim@shop.example2019", "<|EMAIL|>2019"),
    ("kim@shop.exampleLee", "<|EMAIL|>Lee"),
    ("kim@shop.comTel: 03-1234-5678", "<|EMAIL|>Tel: <|PHONE|>"),
    ("info@shop.comTEL(03)1234-5678", "<|EMAIL|>TEL<|PHONE|>"),
    ("kim@shop.comпочта", "<|EMAIL|>почта"),
    ("kim@shop.com.We are open", "<|EMAIL|>.We are open"),
    ("kim@shop.com.It is open", "<|EMAIL|>.It is open"),
    ("kim@shop.com.visit us", "<|EMAIL|>.visit us"),
    ("kim@shop.examplelee@shop.example", "<|EMAIL|><|EMAIL|>"),
    ("kim@shop.comlee@shop.organn@shop.net", "<|EMAIL|><|EMAIL|><|EMAIL|>"),
    ("kim@shop.com-lee@shop.com", "<|EMAIL|>-<|EMAIL|>"),
    ("kim@shop.com@relay.net", "<|EMAIL|>@relay.net"),
    ("kim@shop.com" + "-" * 300, "<|EMAIL|>" + "-" * 300),
    # top-level domains in other letters
    ("ким@лавка.рф.", "<|EMAIL|>."),
    ("ким@лавка.рф2019", "<|EMAIL|>2019"),
    ("kim@xn--80aaa.xn--p1ai", "<|EMAIL|>"),
    ("kim@shop.c\u200bom", "<|EMAIL|>"),
    ("ｋｉｍ＠ｓｈｏｐ．ｃｏｍ（代表）", "<|EMAIL|>（代表）"),
    ("kim@shop.to（東京）と kim@shop.co.jp(東京)", "<|EMAIL|>（東京）と <|EMAIL|>(東京)"),
]
CODE = [
    *(
        "q@k.transpose()",
        "scores = q@k.transpose(-2, -1)",
        "x@w.T",
        "x@self.weight.t()",
        "A@B.inv()",
        "a@b.mean(axis=0)",
    ),
    *("q@k.to(device)", "x@w.T.to(dev).transpose(0)", "u@v.map(f)", "a@b.id()", "p@q.isNaN()", "W@x.dot(y)"),
    *("icon@2x.png", "main@style.css", "kim@shop.notld", "kim@localhost.localdomain", "kim@printer.local"),
    *("pkg@1.2.3-rc1", "left-pad@1.3.0", "react@18.2.0", "kim@shop.transposelee", "x@xn--nothing.xn--atall"),
    *("q@k.transpose@v", "a@b@c.d", "@media.example", "@kim@social.example", "@decorator.test"),
]
V6 = [
    ("at 2a00:c820:11:c84c::ad3f:d991:ec2e:49255 here", "at <|IP|>:49255 here"),
    ("IP6 2a00:c820::1.52345 > 2a00:c820::2.443: Flags", "IP6 <|IP|>.52345 > <|IP|>.443: Flags"),
    ("IP6 2a00:c820::1.https > 2a00:c820::2.domain: x", "IP6 <|IP|>.https > <|IP|>.domain: x"),
    ("2a00:c820:1:2:3:4:5:6:8080", "<|IP|>:8080"),
    ("2a00:c820:1:2:3:4:5:6.8080", "<|IP|>.8080"),
    ("2a00:c820::1:http", "<|IP|>:http"),
    ("[2a00:c820::7]:443, 2a00:c820::7#53", "[<|IP|>]:443, <|IP|>#53"),
    ("([IPv6:2a00:c820::7])", "([IPv6:<|IP|>])"),
    ("v=spf1 ip6:2a00:c820::/29 -all", "v=spf1 ip6:<|IP|>/29 -all"),
    ("2a00:c820:1180:c84c::1/64", "<|IP|>/64"),
    ("addr:2a00:c820::7", "addr:<|IP|>"),
    ("アドレス:2a00:c820::7です。", "アドレス:<|IP|>です。"),
    ("2a00:c820::1-2a00:c820::ff", "<|IP|>-<|IP|>"),
    ("2a00:c820::1–2a00:c820::ff", "<|IP|>–<|IP|>"),
    ("2a00:c820::1..2a00:c820::ff", "2a00:c820::1..2a00:c820::ff"),
    ("2a00:c820::7-proxy", "<|IP|>-proxy"),
    ("_2a00:c820::7_", "_<|IP|>_"),
    ("2a00:c820::7%eth0", "<|IP|>%eth0"),
    # no address
    ("face:2a00:c820::7", "face:2a00:c820::7"),
    ("2000::std and 3000::foo", "2000::std and 3000::foo"),
    ("2a00:c820::7xyz", "2a00:c820::7xyz"),
    ("2a00:c820:1:2:3:4:5:6:7:8", "2a00:c820:1:2:3:4:5:6:7:8"),
]
V4 = [
    ("93.184.216.1-93.184.216.9 is theirs", "<|IP|>-<|IP|> is theirs"),
    ("93.184.216.1–93.184.216.9", "<|IP|>–<|IP|>"),
    ("93.184.216.1-254", "<|IP|>-254"),
    ("10.0.0.1-93.184.216.9", "10.0.0.1-<|IP|>"),
    ("93.184.216.34-web", "<|IP|>-web"),
    ("_93.184.216.34_ and **93.184.216.34**", "_<|IP|>_ and **<|IP|>**"),
    ("93.184.216.0/24, 93.184.216.34:8080", "<|IP|>/24, <|IP|>:8080"),
    ("IP 93.184.216.34.443 > 93.184.216.35.52345: Flags", "IP <|IP|>.443 > <|IP|>.52345: Flags"),
    ("Linux host at 93.184.216.34", "Linux host at <|IP|>"),
    ("the firmware's server is at 93.184.216.34", "the firmware's server is at <|IP|>"),
    ("from 13.107.42.14", "from <|IP|>"),
    ("kernel crash, IP 7.12.133.45", "kernel crash, IP <|IP|>"),
]
VERSIONS = [
    *("kernel 3.6.35.14", "Kernel: 4.19.128.33", "kernel (4.19.128.33)", "Linux 5.15.200.105", "linux/5.15.200.105"),
    *("firmware 7.12.133.45", "Firmware is 7.12.133.45.", "FW: 7.12.133.45", "BIOS 1.8.140.3", "driver 31.0.101.44"),
    *("v 4.5.166.7", "v. 4.5.166.7", "V 4.5.166.7", "v4.5.166.7", "version 4.5.166.7", "versions 4.5.166.7, 4.5.166.8"),
    *("update to 7.12.140.1", "build 10.0.226.21", "release 9.8.140.3", "Chrome/98.0.147.12 Safari", "rev 9.8.140.3"),
    *("Flash Player 11.2.202.235", "Oracle 11.2.0.133", "WebLogic 8.5.33.2", "AnyProduct 8.5.33.2", "Java 8.0.252.9"),
    *(
        "バージョン 1.2.133.44 です",
        "バージョンは1.2.133.44",
        "ﾊﾞｰｼﾞｮﾝ1.2.133.44",
        "ファームウェア7.12.133.45",
        "カーネル 3.6.135.14",
    ),
    *(
        "ファームウェアは7.12.133.45から7.12.140.1に",
        "7.12.133.45版",
        "ドライバー：7.12.133.45",
        "リリース 7.12.133.45",
    ),
    *("固件版本 7.12.133.45", "内核 4.19.128.33", "버전 7.12.133.45", "прошивка 7.12.133.45", "Версия: 7.12.133.45"),
    *(
        "versión 7.12.133.45",
        "wersja 7.12.133.45",
        "versions 9.8.140.1 and 9.8.140.2",
        "バージョン9.8.140.1、9.8.140.2",
    ),
    *("8.5.133.2-SNAPSHOT", "3.6.135.14-rc1", "libfoo-1.2.133.45-r0", "8.5.133.20-1", "1.2.133.4.5"),
]
PHONES = [
    ("Telefon 030/901820", "Telefon <|PHONE|>"),
    ("Tel. 030/901820 oder 089/1234567", "Tel. <|PHONE|> oder <|PHONE|>"),
    ("Tel/Fax: 0221 / 4710 - 123", "Tel/Fax: <|PHONE|>"),
    ("Telefon (030)/901820", "Telefon <|PHONE|>"),
    ("Tel 030/12345-0", "Tel <|PHONE|>"),
    ("Tel. 030 / 2325 786 -122, Tel. 030 / 269 97- 361", "Tel. <|PHONE|>, Tel. <|PHONE|>"),
    ("TEL 03/1234/5678、電話 045/123/4567", "TEL <|PHONE|>、電話 <|PHONE|>"),
    ("tel 202/555-0123 or (202)/555-0123", "tel <|PHONE|> or <|PHONE|>"),
    ("+49 30/901820, +49/30/901820", "<|PHONE|>, <|PHONE|>"),
    ("+81-3-1234-5678/5679", "<|PHONE|>/5679"),
    ("+49 (0)30/901820", "<|PHONE|>"),
    ("Tel: 0049 30 901820", "Tel: <|PHONE|>"),
    ("0049 30 901820", "<|PHONE|>"),
    ("(0044) 20 7946 0958, 0044(0)20 7946 0958", "<|PHONE|>, <|PHONE|>"),
    ("call 00 44 20 7946 0958", "call <|PHONE|>"),
    ("tel 00442079460958", "tel <|PHONE|>"),
    ("0081-3-1234-5678 0082-2-312-3456", "<|PHONE|> <|PHONE|>"),
    ("電話 ００８１−３−１２３４−５６７８", "電話 <|PHONE|>"),
    ("Tél. 0033 1 23 45 67 89", "Tél. <|PHONE|>"),
    ("fax 0049/30/901820", "fax <|PHONE|>"),
    ("001-202-555-0123", "<|PHONE|>"),
]
NO_PHONES = [
    *("01/02/2024", "tel 01/02/2024", "phone 05/12/2024", "030/901820", "order 0049 30 901820", "00442079460958"),
    *("https://x.example/0049-30-901820/", "?n=0049-30-901820", "0012 345 678 901", "00 33 12 34 56 78 90"),
    *("00 00 00 00 00 00 00 00", "注文番号 0049 30 901820", "0010 2345 678 901", "12/030/901820", "3/4/5/6/7/8/9/0"),
]
CLEAN = [*CODE, *VERSIONS, *NO_PHONES]
PAIRS = [*MAIL, *V6, *V4, *PHONES]


@pytest.mark.parametrize(("text", "redacted"), PAIRS, ids=[text[:40] for text, _ in PAIRS])
def test_found_where_it_is(text: str, redacted: str) -> None:
    assert redact_all(text) == redacted
    assert redact_all(redacted) == redacted


@pytest.mark.parametrize("text", CLEAN)
def test_code_versions_dates_and_paths_stay(text: str) -> None:
    assert redact_all(text) == text


def test_top_level_domains_are_those_of_the_root_zone() -> None:
    known = top_level_domains()
    assert len(known) > 1400
    assert {"com", "jp", "ck", "museum", "みんな", "рф", "xn--p1ai", "xn--q9jyb4c", "example"} <= known
    assert known.isdisjoint({"transpose", "png", "local", "localhost", "", "github", "co.uk", "t"})


@given(st.sampled_from(sorted(top_level_domains())), st.sampled_from(["", "_", "__", "*", " ", "、"]))
def test_every_top_level_domain_that_alphabets_write_ends_an_address(name: str, around: str) -> None:
    is_alphabet = all(letter.isascii() or "\xc0" <= letter < "\u0530" for letter in name)
    text = f"{around}kim@shop.{name}{around}"
    assert redact_all(text) == (f"{around}<|EMAIL|>{around}" if is_alphabet else text)


def test_rows_of_all_forms_are_redacted_once_and_for_all() -> None:
    chance = random.Random(9)
    pieces = (
        [text for text, _ in PAIRS] + CLEAN + ["<|IP|>", "<|EMAIL|>", "<|PHONE|>", "kernel ", "tel ", "_", "0", "a"]
    )
    for _ in range(1500):
        between = chance.choice(["", " ", "-", ".", "_", "/", ":", "@", "、"])
        text = between.join(chance.choice(pieces) for _ in range(chance.randint(2, 8)))
        once = redact_all(text)
        assert redact_all(once) == once, text


SLOW = (
    *("x@a.b.c.", "a@b.coma", "a@b.co@", "@a.aaaaaaaaaaaa", "_a@b.co_", "\\_", "x\\", "a@b.c-", "é@é.é", "x@y.co.A"),
    *(
        "2000::1:1",
        "2000::1.1",
        "IPv6:2000::1 ",
        "2000::-",
        "2000:1:",
        ":2000::f",
        "_1.2.3.4_",
        "1.2.3.4-",
        "v 1.2.3.4 ",
    ),
    *("93.184.216.34-", "8.8.8.8 > ", "1.2.3.4.5 > ", "kernel 9.9.99.99, ", "_", "__8.8.8.8"),
    *("001 ", "00 1 ", "0049 30 901820 ", "tel 0049 30 901820/", "030/1 ", "01/", "0/0", "+1/", "00(1", "0049 ", "(00"),
)


@pytest.mark.parametrize("piece", SLOW)
def test_time_grows_with_the_length_of_a_text(piece: str) -> None:
    def work(size: int) -> Callable[[], object]:
        text = piece * (size // len(piece.encode()))
        return lambda: find(text)

    assert grows_linearly(work, 10_000, times=4)
