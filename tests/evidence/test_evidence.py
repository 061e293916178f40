"""Rights evidence: what is found where, what it speaks of, which rows a page gets, and what the audit says of them."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_pages import BY, body, marks
from yurai.evidence import Mark, cc_id, evidence_row, licence_id, mark_row
from yurai.evidence.normalise import CC_SPDX, is_id, own_page_id
from yurai.stages.extract.hosts import registrable_domain
from yurai_manifests.schema import EVIDENCE

RESERVES = Mark("optout_signal", "x-robots-tag", "noai", "noai", "page", "http")


def said(page: str) -> list[tuple[str, str | None, str]]:
    return [(mark.channel, mark.norm, mark.scope) for mark in marks(page)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://creativecommons.org/licenses/by-sa/4.0/deed.ja", "CC-BY-SA-4.0"),
        ("//creativecommons.org/licenses/sa-by/3.0/de/", "CC-BY-SA-3.0-DE"),
        ("http://www.creativecommons.org/licences/nd-by-nc/4.0", "CC-BY-NC-ND-4.0"),
        ("http://creativecommons.org/licenses/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0"),
        ("http://creativecommons.org/licenses/by-nc/2.1/jp/", "LicenseRef-CC-BY-NC-2.1-JP"),
        ("http://creativecommons.org/licenses/by-sa/2.1/jp/", "CC-BY-SA-2.1-JP"),
        ("https://creativecommons.org/licenses/by/", "LicenseRef-CC-BY-unspecified"),
        ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("http://creativecommons.org/licenses/publicdomain/", "CC-PDDC"),
        ("http://creativecommons.org/publicdomain/certification/1.0/us/", "CC-PDDC"),
        ("http://creativecommons.org/licenses/sampling+/1.0/", "LicenseRef-CC-SamplingPlus-1.0"),
        ("http://creativecommons.org/licenses/GPL/2.0/", "LicenseRef-GPL-2.0"),
        ("https://i.creativecommons.org/l/by/4.0/88x31.png", "CC-BY-4.0"),
        ("https://licensebuttons.net/l/by-nc/3.0/88x31.png", "CC-BY-NC-3.0"),
        (r"https:\/\/creativecommons.org\/licenses\/by\/4.0\/", "CC-BY-4.0"),
        ("https%3A%2F%2Fcreativecommons.org%2Flicenses%2Fby%2F4.0", "CC-BY-4.0"),
        ("https://creativecommons.org&#x2F;licenses/by/4.0/", "CC-BY-4.0"),
        ("https://web.archive.org/web/2014id_/http://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/", None),
        ("https://creativecommons.org/choose/", None),
        ("https://creativecommons.org/licenses/by-by/4.0/", None),
        ("https://notcreativecommons.org/licenses/by/4.0/", None),
        ("https://social.example/share?u=https://creativecommons.org/licenses/by/4.0/", None),
    ],
)
def test_addresses_of_creative_commons(written: str, expected: str | None) -> None:
    assert cc_id(written) == expected
    assert licence_id(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("MIT", "MIT"),
        ("cc-by-4.0", "CC-BY-4.0"),
        ("CC BY-SA 4.0, photos excepted", "CC-BY-SA-4.0"),
        ("CC BY", "LicenseRef-CC-BY-unspecified"),
        ("Text: http://creativecommons.org/licenses/by/3.0/us/.", "CC-BY-3.0-US"),
        ("CC BY 4.0 and CC BY-SA 4.0", None),
        ("https://spdx.org/licenses/Apache-2.0.html", "Apache-2.0"),
        ("https://www.gnu.org/licenses/fdl-1.3.html", "LicenseRef-GFDL-1.3"),
        ("https://www.gnu.org/copyleft/fdl.html", "LicenseRef-GFDL-unspecified"),
        ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0"),
        ("https://site.example/terms", None),
        ("ALL_RIGHTS_RESERVED", None),
        ("bcc by mail", None),
    ],
)
def test_names_of_licences(written: str, expected: str | None) -> None:
    assert licence_id(written) == expected


@given(st.text(max_size=300))
def test_any_value_has_one_id_or_none(text: str) -> None:
    for found in (cc_id(text), licence_id(text), cc_id(f"https://creativecommons.org/licenses/{text}")):
        assert found is None or found.startswith("LicenseRef-") or found in CC_SPDX or "creative" not in text


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (body(f'<footer><a rel="license nofollow" href="{BY}">x</a></footer>'), ("rel-license", "CC-BY-4.0", "page")),
        (body(f'<map><area rel=license href="{BY}"></map>'), ("rel-license", "CC-BY-4.0", "page")),
        (f'<head><link rel="license" href="{BY}"></head><body>t', ("rel-license", "CC-BY-4.0", "page")),
        (body(f'<article><p><a rel=license href="{BY}">x</a>'), ("rel-license", "CC-BY-4.0", "main_text")),
        (body(f'<p>see <a href="{BY}">x</a>'), ("cc-link", "CC-BY-4.0", "unknown")),
        (body(f'<div id="footer"><a href="{BY}">x</a></div>'), ("cc-link", "CC-BY-4.0", "site")),
        (body('<p><img src="//licensebuttons.net/l/by/4.0/88x31.png">'), ("cc-badge", "CC-BY-4.0", "unknown")),
        (f'<head><meta name="DC.rights" content="{BY}"></head><body>t', ("meta", "CC-BY-4.0", "page")),
        ('<head><meta name="dcterms.license" content="CC BY 4.0"></head><body>t', ("meta", "CC-BY-4.0", "page")),
        ('<head><meta name="copyright" content="(c) A B"></head><body>t', ("meta", None, "page")),
        (body(f'<div itemscope itemtype="https://schema.org/Article"><a itemprop=license href="{BY}">x</a></div>'),
         ("microdata", "CC-BY-4.0", "page")),
        (body(f'<div><span property="dct:license" resource="{BY}">x</span></div>'), ("rdfa", "CC-BY-4.0", "page")),
        (body(f'<!-- <Work rdf:about=""><license rdf:resource="{BY}"/></Work> --><p>t'), ("rdf", "CC-BY-4.0", "page")),
        ('<head><meta content="NoAI" name="ROBOTS"></head><body>t', ("meta-robots", "noai", "page")),
        ('<head><meta name="GPTBot" content="noindex"></head><body>t', ("meta-robots", "gptbot:noindex", "page")),
        ('<head><meta name="tdm-reservation" content="1"></head><body>t', ("tdm-meta", "tdm-reservation=1", "page")),
        ('<head><script type="application/rsl+xml"><rsl/></script></head><body>t', ("rsl", "rsl=inline", "page")),
    ],
)  # fmt: skip
def test_channels_of_markup(page: str, expected: tuple[str, str | None, str]) -> None:
    assert expected in said(page)


def test_what_surrounds_a_mark_is_kept() -> None:
    page = f'<p>far</p><p>This work is <b>under</b> <a rel=license href="{BY}">CC BY</a>, with <i>thanks</i>.</p>'
    mark = next(one for one in marks(body(page)) if one.channel == "rel-license")
    assert (mark.ctx_left, mark.ctx_right) == ("This work is under", "CC BY , with thanks.")
    assert mark.dom_path == "/html/body/p[2]/a"


def test_json_ld_that_is_broken_or_deep_has_no_marks() -> None:
    for script in ("{", "[" * 50_000, '{"license": [[[]]]}', '{"license": {}}'):
        assert not marks(body(f'<script type="application/ld+json">{script}</script>'))
    graph = json.dumps({"@graph": [{"@type": ["WebPage"], "license": [{"@id": BY}, "MIT"]}]})
    found = marks(body(f'<script type="application/ld+json"><!-- {graph} --></script>'))
    assert [(mark.norm, mark.scope) for mark in found] == [("CC-BY-4.0", "page"), ("MIT", "page")]
    assert found[0].dom_path == "/html/body/script#/@graph/0/license"


def test_a_page_of_nothing_but_marks_costs_little() -> None:
    many = "".join(f'<a rel=license href="{BY}?{number}">x</a>' for number in range(5_000))
    assert len(marks(body(f"<p>{many}</p>"))) <= 32


def test_a_row_is_cut_and_redacted() -> None:
    row = evidence_row(
        "0" * 32, kind="notice", channel="source-table", raw="é" * 2000, scope="dataset",
        ctx_left="a" * 300 + "mail someone@company.com", ctx_right="b" * 300, source_ref="books",
    )  # fmt: skip
    assert len(row["raw"].encode()) == 1024
    assert (len(row["ctx_left"]), row["ctx_right"]) == (240, "b" * 240)
    assert "company" not in row["ctx_left"]
    batch = pa.RecordBatch.from_pylist([row], schema=EVIDENCE)
    assert batch.to_pylist()[0]["source_ref"] == "books"
    assert mark_row("0" * 32, RESERVES, "2024-01-01T00:00:00Z")["as_of"] == "2024-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.city.shiomihara.lg.jp/a", "shiomihara.lg.jp"),
        ("http://a.b.co.uk:8080/", "b.co.uk"),
        ("https://someone.github.io/x", "someone.github.io"),
        ("https://deep.shiomihara.example/", "shiomihara.example"),
        ("http://x.foo.公司.cn/", "foo.xn--55qx5d.cn"),
        ("http://city.kawasaki.jp/", "city.kawasaki.jp"),
        ("http://co.uk/", None),
        ("http://localhost/", None),
        ("http://192.0.2.1/", None),
        ("http://[2001:db8::1]/", None),
        ("not a url", None),
        (None, None),
    ],
)
def test_registrable_domains(url: str | None, expected: str | None) -> None:
    assert registrable_domain(url) == expected


@pytest.mark.parametrize(
    ("address", "licence"),
    [
        ("//en.wikipedia.org/wiki/Wikipedia:Text_of_Creative_Commons_Attribution-ShareAlike_3.0_Unported_License", "CC-BY-SA-3.0"),
        ("/wiki/Wiktionary:Text_of_the_Creative_Commons_Attribution-ShareAlike_4.0_International_License", "CC-BY-SA-4.0"),
        ("/wiki/Creative_Commons_Attribution-NonCommercial-ShareAlike_License_3.0", "CC-BY-NC-SA-3.0"),
        ("/wiki/Creative%20Commons%20Attribution", "LicenseRef-CC-BY-unspecified"),
        ("/terms", None),
        ("/wiki/Creative_Commons", None),
    ],
)  # fmt: skip
def test_own_pages_with_the_text_of_a_licence(address: str, licence: str | None) -> None:
    assert own_page_id(address) == licence


def test_all_that_a_row_says_is_redacted() -> None:
    mail, number = "someone@company.com", "4111 1111 1111 1111"
    mark = Mark(
        "optout_signal", "tdm-meta", f"tdm-policy: https://p.example/{mail}", f"tdm-policy=https://p.example/{mail}", "page",
        "head", f"/html/body/script#/{mail}/license", None, f"ask {mail}", f"card {number}",
    )  # fmt: skip
    row = mark_row("0" * 32, mark, None)
    assert not [value for value in row.values() if isinstance(value, str) and ("company" in value or "4111" in value)]
    assert row["norm"].startswith("tdm-policy=https://p.example/")
    assert list(row) == EVIDENCE.names


@pytest.mark.parametrize("norm", ["CC-BY-4.0", "LicenseRef-CC-BY-NC-SA-2.5-CN", "LicenseRef-GFDL-1.3", "OGL-UK-3.0"])
def test_ids_of_licences_stay_as_they_are(norm: str) -> None:
    assert is_id(norm)
    assert evidence_row("0" * 32, kind="licence_claim", channel="meta", raw="x", norm=norm)["norm"] == norm


def test_letters_that_no_text_holds_do_not_break_a_row() -> None:
    script = r'{"@type": "Article", "\ud800": {"license": "\ud800 a@company.com \udc00"}, "license": "\ud83d"}'
    found = marks(body(f'<script type="application/ld+json">{script}</script>'))
    rows = [mark_row("0" * 32, mark, None) for mark in found]
    assert pa.RecordBatch.from_pylist(rows, schema=EVIDENCE).num_rows == 2
    assert not any("company" in row["raw"] for row in rows)
