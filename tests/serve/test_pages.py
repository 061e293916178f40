"""What pages say, in each tier and language."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import lxml.html
import pyarrow.parquet as pq
import pytest

import yurai.serve
from report_checks import INVISIBLE
from report_readers import PLANTED, TIERS
from run_helpers import YURAI
from yurai.report.browse import Wanted
from yurai.report.readers.said import japanese
from yurai.serve.corpus import FRESH, Corpus
from yurai.serve.pages.browse import COUNTS, documents, facets
from yurai.serve.pages.document import document
from yurai.serve.pages.home import home
from yurai.serve.pages.reports import command_of, reports
from yurai.serve.pages.search import captures, kind_of
from yurai.serve.pages.trace import trace
from yurai.serve.view import View

if TYPE_CHECKING:
    from served import Served

FOLDER = Path(yurai.serve.__file__).parent
NAMES = """html head meta title link script body a header nav ul li form label input button div main section footer p h1 h2
span b bdi code pre dl dt dd table caption thead tbody tr th td details summary textarea sup blockquote ol"""
GIVEN = """action aria-current aria-label aria-pressed autocomplete charset class content defer for hidden href hreflang id lang
maxlength method name placeholder rel required role scope spellcheck src tabindex type value"""
ELEMENTS, ATTRIBUTES = set(NAMES.split()), set(GIVEN.split())
PAGE = "https://shinpo.example/machi/tokei"


def rows(out: Path, folder: str) -> list[dict[str, Any]]:
    return pq.read_table(out / folder).to_pylist()


def check(page: str) -> Any:
    """Nothing but the elements and attributes that pages are made of, and ways within this server."""
    tree = lxml.html.document_fromstring(page)
    for element in tree.iter():
        assert element.tag in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES, element.attrib
        for name in ("href", "src", "action"):
            assert re.match(r"/(?!/)|#|$", element.get(name, "")), element.attrib
        assert element.tag != "script" or (not element.text and element.get("src").startswith("/static/"))
    assert not set(tree.text_content()) & set(INVISIBLE)
    return tree


def words(page: str) -> str:
    tree = check(page)
    return " ".join(" ".join(tree.itertext()).split())


def test_what_is_typed_is_told_apart() -> None:
    assert kind_of("0" * 32) == "doc_id"
    assert kind_of(PAGE) == kind_of("https://例え.example/a") == "url"
    assert kind_of("shinpo.example") == kind_of("www.例え.jp") == "domain"
    for text in ("a sentence. Another", "3.14", "止まった時計、三十年ぶりに動く", "e.g. this", "0" * 31):
        assert kind_of(text) == "passage", text


def test_search_leads_to_what_was_meant(demo: Served, demo_tree: Path) -> None:
    (row,) = [one for one in rows(demo_tree, "documents") if one["url"] == PAGE]
    page = f"/document/{row['doc_id']}"
    assert demo.ask(f"/search?q={quote(PAGE)}").headers["location"] == page
    assert demo.ask(f"/search?q={row['doc_id']}").headers["location"] == page
    assert demo.ask("/search?q=shinpo.example").headers["location"] == "/documents?domain=shinpo.example"
    assert demo.ask(f"/search?q={quote('止まった時計')}").headers["location"].startswith("/trace?text=")
    assert "No candidate" in words(demo.ask("/search?q=https://nowhere.example/").text)


def test_a_document_has_its_life(demo: Served, demo_tree: Path) -> None:
    tree = yurai.open(demo_tree)
    for row in rows(demo_tree, "documents")[::9] + rows(demo_tree, "dropped")[::5]:
        (life,) = tree.explain(row["doc_id"])
        page = demo.ask(f"/document/{row['doc_id']}")
        said = words(page.text)
        assert page.status == 200
        assert row["doc_id"] in said
        for decision in life["decisions"]:  # type: ignore[union-attr] # a life is JSON
            assert decision.get("rule", decision["stage"]) in said  # type: ignore[union-attr]
        assert not life.get("tokens") or f"{life['tokens']['count']:,}" in said  # type: ignore[index,call-overload]
        if life["outcome"] == "kept":
            assert " ".join(row["text"].split())[:200] in said


def test_copies_lead_to_each_other(demo: Served, demo_tree: Path) -> None:
    for copy in [one for one in rows(demo_tree, "dropped") if one["kept_doc_id"]]:
        kept = copy["kept_doc_id"]
        assert f'href="/document/{kept}"' in demo.ask(f"/document/{copy['doc_id']}").text
        assert f'href="/document/{copy["doc_id"]}"' in demo.ask(f"/document/{kept}").text


def listed(demo: Served, path: str) -> list[str]:
    return re.findall(r'href="/document/([0-9a-f]{32})"', demo.ask(path).text)


def test_lists_are_what_was_chosen(demo: Served, demo_tree: Path) -> None:
    kept, gone = rows(demo_tree, "documents"), rows(demo_tree, "dropped")
    first = listed(demo, "/documents")
    (on,) = re.findall(r'href="(/documents\?outcome=kept&amp;after=\d+)"', demo.ask("/documents").text)
    assert first + listed(demo, on.replace("&amp;", "&")) == [row["doc_id"] for row in kept]
    for query, column, value in (("lang=en", "lang", "en"), ("licence=CC0-1.0", "concluded_spdx", "CC0-1.0")):
        assert listed(demo, f"/documents?{query}") == [row["doc_id"] for row in kept if row[column] == value]
    assert listed(demo, "/documents?year=1999") == [r["doc_id"] for r in kept if r["capture_date"].startswith("1999")]
    of = [row["doc_id"] for row in kept if row["registrable_domain"] == "shiomihara.example"]
    assert listed(demo, "/documents?domain=shiomihara.example") == of
    reason = "exact-duplicate"
    assert listed(demo, f"/documents?outcome=dropped&reason={reason}") == [
        r["doc_id"] for r in gone if r["reason"] == reason
    ]


def test_what_there_is_to_choose_is_counted(demo: Served, demo_tree: Path) -> None:
    page = lxml.html.document_fromstring(demo.made("/browse"))
    shown = {
        item.xpath("./a/@href")[0]: int(item.xpath("string(./span)").replace(",", ""))
        for item in page.xpath("//ul[@class='choices']/li")
    }
    kept, gone = rows(demo_tree, "documents"), rows(demo_tree, "dropped")
    for name, column in (("lang", "lang"), ("domain", "registrable_domain"), ("licence", "concluded_spdx")):
        for value in {str(row[column]) for row in kept}:
            assert shown[f"/documents?{name}={quote(value)}"] == sum(row[column] == value for row in kept)
    assert sum(count for path, count in shown.items() if "outcome=dropped" in path) == len(gone)
    for path, count in shown.items():
        assert len(listed(demo, path)) == min(count, 50), path


def test_reports_are_those_of_the_command(demo: Served, demo_tree: Path) -> None:
    assert demo.made("/report/lawyer") == yurai.open(demo_tree).report("lawyer", tier="internal")
    assert demo.ask("/report/other").status == 404


def drawn(out: Path, view: View) -> str:
    """Every page that says something of a tree, one behind another; each is checked."""
    corpus = Corpus(str(out))
    counted = json.dumps({"rows": yurai.open(out).query(sql=COUNTS).to_pylist()})
    both = [*rows(out, "documents"), *rows(out, "dropped")]
    made = [home(corpus, view), reports(view), facets(corpus, view, counted)]
    made += [documents(corpus, view, Wanted(outcome), 0) for outcome in ("kept", "dropped")]
    made += [str(document(corpus, view, row["doc_id"])) for row in both]
    for row in both[::4]:  # whoever asks for a URL sees it again
        check(str(captures(corpus, view, f"{row['url']}/")))
    for page in made:
        check(page)
    return " ".join(made).lower()


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_shows_no_more_than_reports_of_it(planted_tree: Path, tier: Any) -> None:
    """Pages with planted secrets and hostile titles; whatever they hold becomes no markup."""
    page = drawn(planted_tree, View(tier, "en"))
    seen = {name for name, secret in PLANTED.items() if secret.lower() in page}
    allowed = {
        "public": set[str](),
        "auditor": {"path", "file", "host", "mark", "type", "folder"},
        "internal": {*PLANTED},
    }
    assert seen <= allowed[tier]
    assert tier != "internal" or seen >= {"path", "query", "title", "text", "file", "host"}
    assert command_of("out", "page", View(tier, "en")) is None or tier == "internal"


def test_a_text_is_traced_to_its_documents(tree: Path) -> None:
    corpus, (first, second) = Corpus(str(tree)), [rows(tree, "documents")[place] for place in (3, 20)]
    assert "yurai index OUT" in trace(corpus, View("internal", "en"), "")
    yurai.open(tree).index()
    parts = [next(line for line in row["text"].split("\n") if len(line) > 40) for row in (first, second)]
    text = f"{parts[0]} <b>&#x27; {parts[1]}"
    page = check(trace(corpus, View("auditor", "ja"), text))
    assert page.xpath("string(//textarea)") == text
    for sup in page.xpath("//sup"):
        sup.drop_tree()
    assert page.xpath("string(//p[@class='traced'])") == text
    shown = {one.get("href") for one in page.xpath("//ol//a")}
    assert {f"/document/{row['doc_id']}" for row in (first, second)} <= shown
    assert {one.get("href") for one in page.xpath("//p[@class='traced']/a")} <= {
        f"#{one}" for one in page.xpath("//li/@id")
    }


def test_a_takedown_is_seen(tree: Path) -> None:
    changes: list[int] = []
    corpus, row = Corpus(str(tree), lambda: changes.append(1)), rows(tree, "documents")[3]
    assert corpus.lives(row["doc_id"])
    words = ["takedown", str(tree), "--url", row["url"], "--case", "C-1", "--basis", "copyright"]
    words += ["--case-key", str(tree.parent / "case.key")]
    subprocess.run([*YURAI, *words], check=True, capture_output=True)
    corpus._looked = -FRESH
    page = document(corpus, View("internal", "en"), row["doc_id"])
    assert page is not None
    assert "C-1" in page
    assert row["title"] not in page
    assert (corpus.text(row["doc_id"]), changes) == (None, [1])


def templates() -> set[str]:
    calls = (
        node
        for path in sorted(FOLDER.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"
    )
    return {ast.literal_eval(node.args[0]) for node in calls if isinstance(node.args[0], ast.Constant)}


def test_each_english_sentence_has_its_japanese_one() -> None:
    own, before = json.loads((FOLDER / "words.ja.json").read_text("utf-8")), japanese()
    assert templates() - before.keys() <= own.keys() <= templates()
    for english, other in own.items():
        assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", other), english
        places = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, other)]
        assert places[0] == places[1], english


def test_no_english_is_left_in_a_japanese_page(demo: Served, demo_tree: Path) -> None:
    names = {"Yurai", "URL", "doc_id", "English", "internal", "kB", "B", "ID"}
    paths = [
        "/",
        "/trace",
        "/report",
        "/documents",
        "/documents?outcome=dropped",
        "/nowhere",
        f"/document/{rows(demo_tree, 'documents')[0]['doc_id']}",
    ]
    for path in paths:
        page = lxml.html.document_fromstring(demo.ask(path, Accept_Language="ja,en;q=0.5").text)
        assert page.get("lang") == "ja"
        for one in page.xpath("//code | //pre | //bdi | //h1 | //title | //a[@class='brand'] | //td | //dd"):
            one.drop_tree()
        assert set(re.findall(r"[A-Za-z][A-Za-z_.-]+", " ".join(page.itertext()))) - names == set(), path
