"""Rights evidence: what is found where, what it speaks of, which rows a page gets, and what the audit says of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.evidence import (
    MAX_ROWS,
    Mark,
    cc_id,
    choose,
    declared,
    evidence_row,
    header_marks,
    html_marks,
    licence_id,
    mark_row,
)
from yurai.evidence.normalise import CC_SPDX
from yurai.evidence.signals import content_usage, robots
from yurai.extraction.tree import parse, to_markup
from yurai.stages.extract.hosts import registrable_domain
from yurai_manifests.schema import EVIDENCE

if TYPE_CHECKING:
    pass

URL = "https://site.example/page"
BY = "https://creativecommons.org/licenses/by/4.0/"
SA = "https://creativecommons.org/licenses/by-sa/4.0/"


def marks(page: str) -> tuple[Mark, ...]:
    markup = to_markup(page)
    tree, _ = parse(markup, 512)
    return html_marks(markup, tree, URL)


def said(page: str) -> list[tuple[str, str | None, str]]:
    return [(mark.channel, mark.norm, mark.scope) for mark in marks(page)]


def body(inner: str) -> str:
    return f"<html><head><title>t</title></head><body>{inner}</body></html>"


def claim(norm: str | None, scope: Any = "page", channel: str = "rel-license") -> Mark:
    return Mark("licence_claim", channel, norm or "x", norm, scope)


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


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Link", f'<{BY}>; rel="license"', [("link-header", "CC-BY-4.0")]),
        ("Link", f'</a,b>; rel="next"; title="a, b; c", <{SA}>; rel="x license"', [("link-header", "CC-BY-SA-4.0")]),
        ("Link", f'<{BY}>; rel="alternate"', []),
        ("Link", '<https://r.example/x.xml>; rel="license"; type="application/rsl+xml"', [("rsl", "rsl=pointer")]),
        ("X-Robots-Tag", "noai, NoImageAI", [("x-robots-tag", "noai,noimageai")]),
        ("x-robots-tag", "ccbot: noindex, nofollow", [("x-robots-tag", "ccbot:noindex")]),
        ("X-Robots-Tag", "index, follow, max-snippet:-1", []),
        ("TDM-Reservation", "0", [("tdm-header", "tdm-reservation=0")]),
        ("tdm-reservation", "yes", [("tdm-header", None)]),
        ("tdm-policy", "https://p.example/p.json", [("tdm-header", "tdm-policy=https://p.example/p.json")]),
        ("Content-Usage", "train-ai=n, search=y", [("content-usage-header", "train-ai=n,search=y")]),
        ("Content-Usage", "Train-AI=n", [("content-usage-header", None)]),
        ("Server", "noai", []),
    ],
)
def test_channels_of_headers(name: str, value: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(mark.channel, mark.norm) for mark in header_marks([(name, value)])] == expected
    assert all(mark.place == "http" and mark.scope == "page" for mark in header_marks([(name, value)]))


def test_a_repeated_header_speaks_each_time() -> None:
    found = header_marks([("X-Robots-Tag", "noindex"), ("X-Robots-Tag", "noai")])
    assert [mark.norm for mark in found] == ["noindex", "noai"]


def test_robots_and_usage_by_their_rules() -> None:
    assert robots("unavailable_after: 25 Jun 2030 15:00:00 PST, noarchive") == "noarchive"
    assert robots("otherbot: noai, noindex") == "otherbot:noai,otherbot:noindex"
    assert robots("all, index") is None
    assert content_usage("train-ai=no") is None
    assert content_usage("train-ai=y, train-ai=n") == "train-ai=n"


FALSE_POSITIVES = {
    "1 picture credit": (
        body(f'<figure><img src="a.jpg"><figcaption><a rel=license href="{BY}">x</a></figcaption></figure>'),
        "embedded",
    ),
    "1 photo by": (body(f'<article><p>Photo by A. B., <a rel=license href="{BY}">x</a>'), "embedded"),
    "1 link to where pictures are hosted": (
        body(f'<p><a href="https://www.flickr.com/photos/a/1">x</a> / <a rel=license href="{BY}">y</a></p>'),
        "embedded",
    ),
    "1 RDFa about a picture": (body(f'<div about="i.jpg"><a rel=license href="{BY}">x</a></div>'), "embedded"),
    "3 JSON-LD of a picture": (
        body(f'<script type="application/ld+json">{{"@type": "Article", "image": {{"@type": "ImageObject", "license": "{BY}"}}}}</script>'),
        "embedded",
    ),
    "3 JSON-LD of a data set": (
        body(f'<script type="application/ld+json">[{{"@type": "Dataset", "license": "{BY}"}}]</script>'),
        "dataset",
    ),
    "4 comment": (body(f'<ol class="comment-list"><li><a rel=license href="{BY}">x</a></li></ol>'), "unknown"),
    "4 sidebar": (body(f'<aside><a rel=license href="{BY}">x</a></aside>'), "unknown"),
    "4 widget": (body(f'<div class="widget"><a rel=license href="{BY}">x</a></div>'), "unknown"),
    "5 bare link in the footer": (body(f'<footer><a href="{BY}">x</a></footer>'), "site"),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE_POSITIVES)
def test_false_positives_have_another_scope(name: str) -> None:
    page, scope = FALSE_POSITIVES[name]
    found = marks(page)
    assert [(mark.norm, mark.scope) for mark in found if mark.kind == "licence_claim"] == [("CC-BY-4.0", scope)]
    assert declared(found) == (None, scope)


def test_a_page_about_licences_declares_none() -> None:
    links = "".join(f'<li><a rel=license href="{address}">x</a></li>' for address in (BY, SA))
    found = marks(body(f"<article><ul>{links}</ul></article>"))
    assert {mark.norm for mark in found} == {"CC-BY-4.0", "CC-BY-SA-4.0"}
    assert declared(found) == (None, "main_text")


def test_words_that_take_it_back_are_noted() -> None:
    page = body(
        f"<p>Except where otherwise noted, <a rel=license href='{BY}'>x</a></p><p>© A. All Rights Reserved.</p>"
    )
    assert {mark.norm for mark in marks(page) if mark.kind == "notice"} == {"all-rights-reserved", "except-where-noted"}
    assert not marks(body("<p>All rights reserved.</p>"))


def test_rsl_is_no_licence() -> None:
    page = '<head><link rel="license" type="application/rsl+xml" href="https://r.example/rsl.xml"></head><body>t'
    (mark,) = marks(page)
    assert (mark.kind, mark.norm, mark.raw) == ("optout_signal", "rsl=pointer", "https://r.example/rsl.xml")
    assert declared((mark,)) == (None, None)


def test_moving_a_mark_flips_its_scope() -> None:
    mark = f'<a rel="license" href="{BY}">CC BY</a>'
    page = (
        "<article><p>Text.</p><figure><img src=i.jpg><figcaption>{}</figcaption></figure></article><footer>{}</footer>"
    )
    footer, caption = marks(body(page.format("", mark))), marks(body(page.format(mark, "")))
    assert [(one.scope, one.place) for one in (*footer, *caption)] == [("page", "footer"), ("embedded", "main")]
    assert [declared(found)[0] for found in (footer, caption)] == ["CC-BY-4.0", None]


def test_what_surrounds_a_mark_is_kept() -> None:
    (mark,) = marks(
        body(f'<p>far</p><p>This work is <b>under</b> <a rel=license href="{BY}">CC BY</a>, with <i>thanks</i>.</p>')
    )
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


RESERVES = Mark("optout_signal", "x-robots-tag", "noai", "noai", "page", "http")
POLICY = Mark("optout_signal", "tdm-header", "p", "tdm-policy=p", "page", "http")
SEARCH = Mark("optout_signal", "meta-robots", "noindex", "noindex", "page", "head")


def test_the_rows_of_a_page_are_the_most_telling() -> None:
    licences = [claim(f"CC-BY-{version}") for version in ("1.0", "2.0", "3.0", "4.0")]
    chosen = choose((SEARCH, claim("MIT", "embedded"), *licences, POLICY, RESERVES))
    assert chosen.marks == (POLICY, licences[0], licences[1])
    assert chosen.capped
    same = choose((licences[0], claim("CC-BY-1.0", channel="json-ld"), licences[0], SEARCH))
    assert [mark.channel for mark in same.marks] == ["rel-license", "meta-robots", "json-ld"]
    assert not same.capped


CLAIMS = st.builds(
    claim,
    st.sampled_from(["MIT", "CC-BY-4.0", "CC0-1.0", None]),
    st.sampled_from(["page", "main_text", "site", "embedded"]),
)


@given(st.lists(CLAIMS | st.sampled_from([RESERVES, POLICY, SEARCH]), max_size=12))
def test_the_rows_tell_what_all_marks_tell(found: list[Mark]) -> None:
    chosen = choose(tuple(found))
    assert len(chosen.marks) <= MAX_ROWS
    assert chosen.capped == (len({(mark.channel, *mark.statement) for mark in found}) > MAX_ROWS)
    assert declared(chosen.marks)[0] == declared(tuple(found))[0]
    assert any(mark.reserves for mark in chosen.marks) == any(mark.reserves for mark in found)


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


def test_letters_that_no_text_holds_do_not_break_a_row() -> None:
    script = r'{"@type": "Article", "\ud800": {"license": "\ud800 a@company.com \udc00"}, "license": "\ud83d"}'
    found = marks(body(f'<script type="application/ld+json">{script}</script>'))
    rows = [mark_row("0" * 32, mark, None) for mark in found]
    assert pa.RecordBatch.from_pylist(rows, schema=EVIDENCE).num_rows == 2
    assert not any("company" in row["raw"] for row in rows)
