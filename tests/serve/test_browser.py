"""The pages in a real browser: typed into, clicked, by keys alone; hostile titles do nothing; no serious finding of axe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser import needs_browser
from chromium import Browser
from report_readers import PLANTED
from served import Served

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_browser
ROOT = Path(__file__).resolve().parents[2]
AXE = Path(os.environ.get("YURAI_AXE", ROOT / "node_modules/axe-core/axe.min.js"))
PAGE = "https://shinpo.example/machi/tokei"
SENTENCE = "字の読める者が夕方になると箱のそばに座り、集まった子どもたちに声に出して読んで聞かせました。"
SERIOUS = ("serious", "critical")
WAYS = ("/", "/trace", "/browse", "/documents", "/documents?outcome=dropped", "/report", "/nowhere")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def document_of(demo: Served) -> str:
    return demo.ask(f"/search?q={PAGE}").headers["location"]


def test_what_is_typed_is_found(browser: Browser, demo: Served) -> None:
    browser.look(1280)
    browser.go(f"{demo.url}/")
    browser.click("#q")
    browser.type(PAGE)
    browser.click(".search button")
    browser.then_loaded()
    assert browser.value("document.querySelector('h1').textContent").startswith("止まった時計")
    browser.click("main details summary")
    assert browser.value("document.querySelector('main details').open")
    assert browser.complaints() == []


def test_keys_are_enough(browser: Browser, demo: Served) -> None:
    browser.look(1280)
    browser.go(f"{demo.url}/documents")
    browser.press("Tab")
    assert browser.value("document.activeElement.className") == "skip"
    browser.press("Enter")
    assert browser.value("document.activeElement.id") == "content"
    browser.press("/")
    assert browser.value("[document.activeElement.id, document.activeElement.value]") == ["q", ""]
    browser.type("nekojita.example")
    browser.press("Enter")
    browser.then_loaded()
    assert browser.value("document.querySelectorAll('tbody tr').length") == 5
    while browser.value("document.activeElement.closest('td') === null"):
        browser.press("Tab")
    browser.press("Enter")
    browser.then_loaded()
    assert browser.value("location.pathname").startswith("/document/")


def test_the_theme_is_switched_and_stays(browser: Browser, demo: Served) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    browser.look(1280, "dark")
    browser.go(f"{demo.url}/")
    dark = browser.value(ground)
    browser.look(1280, "light")
    light = browser.value(ground)
    assert dark != light
    browser.click("#theme")
    assert browser.value(f"[{ground}, document.getElementById('theme').ariaPressed]") == [dark, "true"]
    browser.go(f"{demo.url}/browse")
    assert browser.value(ground) == dark
    browser.click("#theme")
    assert browser.value(ground) == light


def test_the_language_is_switched_and_stays(browser: Browser, demo: Served) -> None:
    browser.look(1280)
    browser.go(f"{demo.url}/documents?lang=ja")
    browser.click(".switches a[lang=ja]")
    browser.then_loaded()
    assert browser.value("[document.documentElement.lang, location.search]") == ["ja", "?outcome=kept&lang=ja"]
    browser.click(".switches a[lang=en]")
    browser.then_loaded()
    assert browser.value("document.documentElement.lang") == "en"


def test_a_form_of_ours_is_taken(browser: Browser, demo: Served) -> None:
    """A browser calls its origin null, as no page tells where it was sent from."""
    browser.go(f"{demo.url}/trace")
    browser.click("#text")
    browser.type("止まった時計、三十年ぶりに動く")
    browser.press("Enter", control=True)
    browser.then_loaded()
    assert browser.value("document.getElementById('text').value") == "止まった時計、三十年ぶりに動く"


def trace_in(browser: Browser, served: Served, text: str) -> None:
    browser.go(f"{served.url}/trace")
    browser.click("#text")
    browser.type(text)
    browser.press("Enter", control=True)
    browser.then_loaded()


@pytest.mark.parametrize("width", [400, 1280])
def test_a_pasted_text_is_traced(browser: Browser, traceable: Served, width: int) -> None:
    browser.look(width)
    trace_in(browser, traceable, f"<b>Nobody</b> wrote this. {SENTENCE} そして、これも。")
    assert browser.value("document.querySelector('.traced a').firstChild.textContent") == SENTENCE
    browser.click(".traced a")
    assert browser.value("location.hash") == "#span-1"
    assert browser.value("document.querySelector('#span-1').getBoundingClientRect().top") < 900
    card = browser.value("document.querySelector('#span-1').textContent")
    assert "https://toshokan.shiomihara.example/about/history" in card
    assert "CC-BY-4.0" in card
    assert "main: 0 / 4" in card
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.value("document.querySelectorAll('.traced b').length") == 0
    assert browser.complaints() == []


@pytest.mark.parametrize("width", [400, 1280])
def test_no_page_is_wider_than_the_window(browser: Browser, demo: Served, width: int) -> None:
    browser.look(width)
    for way in (*WAYS, document_of(demo)):
        browser.go(f"{demo.url}{way}")
        assert browser.value("document.documentElement.scrollWidth") <= width, way


def test_hostile_titles_do_nothing(browser: Browser, planted_tree: Path) -> None:
    """No script runs, nothing is fetched from elsewhere, and nothing leads away."""
    with Served(planted_tree, "--tier", "internal") as served:
        browser.look(1280)
        browser.go(f"{served.url}/documents")
        pages = browser.value("[...document.querySelectorAll('tbody a')].map(one => one.pathname)")
        browser.events.clear()
        for page in ("/documents", "/documents?outcome=dropped", *pages):
            browser.go(f"{served.url}{page}")
            assert PLANTED["title"] in browser.value("document.body.textContent") or "dropped" in page
            assert browser.value(
                "[...document.querySelectorAll('[href]')].every(one => new URL(one.href).origin === origin)"
            )
            assert browser.value("document.querySelectorAll('main :is(script, style, img, iframe, svg)').length") == 0
        asked = [
            one["params"]["request"]["url"]
            for one in browser.events
            if one.get("method") == "Network.requestWillBeSent"
        ]
        assert {url for url in asked if not url.startswith(served.url)} == set()
        assert [one for one in browser.events if one.get("method") == "Page.javascriptDialogOpening"] == []
        assert browser.complaints() == []


@pytest.mark.skipif(
    not AXE.is_file(), reason="no axe-core: `npm install --no-save axe-core` here, or YURAI_AXE names it"
)
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 400)])
def test_axe_finds_nothing_serious(browser: Browser, demo: Served, traceable: Served, theme: str, width: int) -> None:
    browser.look(width, theme)
    for way in (*WAYS, document_of(demo)):
        browser.go(f"{demo.url}{way}")
        assert serious(browser) == [], way
    trace_in(browser, traceable, SENTENCE)
    assert browser.value("document.querySelectorAll('.traced a').length") == 1
    assert serious(browser) == []


def serious(browser: Browser) -> list[object]:
    """What axe has against the page."""
    browser.value(AXE.read_text("utf-8"))
    found = browser.value(
        "axe.run().then(all => all.violations.map(one => [one.impact, one.id, one.nodes.map(node => node.html)]))"
    )
    return [one for one in found if one[0] in SERIOUS]
