"""Put a page into its frame: head, ways to the other pages, search box, foot."""

from __future__ import annotations

from urllib.parse import urlencode

from yurai.report.markup import Child, Markup, el
from yurai.report.readers.figures import Name
from yurai.report.readers.said import LANGUAGES, Language, Said, say
from yurai.report.safe_text import visible
from yurai.serve.bounds import QUERY
from yurai.serve.view import SAYS, View

WAYS: tuple[tuple[str, Said], ...] = (
    ("/", say("Search")),
    ("/trace", say("Trace a text")),
    ("/browse", say("Browse")),
    ("/report", say("Reports")),
)
OWN_NAMES: dict[Language, str] = {"en": "English", "ja": "日本語"}
FOOT = say("Names of pages, hosts and licences remain those of their publishers. Nothing here is legal advice.")


def link(path: str, **query: str | int | None) -> str:
    """Return the address of a page of ours."""
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def page(view: View, title: Said | str, *children: Child, here: str = "", back: str = "/", asked: str = "") -> str:
    """Return a whole page; `here` is its way, `back` its own address, `asked` what stands in the search box."""
    words = view.words(title) if isinstance(title, Said) else visible(title)
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        el("title", f"{words} - Yurai"),
        el("link", rel="icon", href="/static/icon.svg"),
        el("link", rel="stylesheet", href="/static/report.css"),
        el("link", rel="stylesheet", href="/static/serve.css"),
        el("script", src="/static/theme.js"),
        el("script", src="/static/serve.js", defer=""),
    )
    body = el(
        "body",
        el("a", view.words(say("To the content")), href="#content", class_="skip"),
        _top(view, here, back, asked),
        el("main", *children, id_="content", tabindex="-1"),
        el("footer", el("p", view.words(SAYS[view.tier])), el("p", view.words(FOOT))),
        class_="serve",
    )
    return "<!DOCTYPE html>\n" + el("html", head, body, lang=view.language) + "\n"


def _top(view: View, here: str, back: str, asked: str) -> Markup:
    ways = [
        el("li", el("a", view.words(words), href=path, aria_current="page" if path == here else None))
        for path, words in WAYS
    ]
    languages = [
        el("a", OWN_NAMES[one], href=link("/language", to=one, back=back), lang=one, hreflang=one)
        for one in LANGUAGES
        if one != view.language
    ]
    theme = el(
        "button",
        view.words(say("Dark or light")),
        type="button",
        id_="theme",
        hidden="",
    )
    return el(
        "header",
        el("a", "Yurai", href="/", class_="brand"),
        el("nav", el("ul", *ways), aria_label=view.words(say("Pages"))),
        search_box(view, asked) if here != "/" else None,
        el("div", *languages, theme, class_="switches"),
        class_="top",
    )


def search_box(view: View, asked: str = "", *, large: bool = False) -> Markup:
    """Return the box for a URL, a doc_id, a domain or a passage."""
    label = view.words(say("URL, doc_id, domain or passage"))
    return el(
        "form",
        el("label", label, for_="q", class_=None if large else "hidden"),
        el(
            "input", type="search", name_="q", id_="q", value=asked, maxlength=QUERY,
            placeholder=None if large else label, autocomplete="off", spellcheck="false",
        ),
        el("button", view.words(say("Search")), type="submit"),
        action="/search",
        method="get",
        role="search",
        class_="search large" if large else "search",
    )  # fmt: skip


def heading(view: View, title: Said | str, *more: Child) -> Markup:
    """Return the heading of a page, with what stands below it."""
    words = view.words(title) if isinstance(title, Said) else title
    return el("div", el("h1", el("bdi", words)), *more, class_="title")


def part(view: View, title: Said, *children: Child) -> Markup:
    """Return a section of a page."""
    return el("section", el("h2", view.words(title)), *children, class_="card")


def note(view: View, said: Said | Name) -> Markup:
    """Return a sentence that stands alone."""
    return el("p", view.say(said), class_="lead")


def command(*words: str) -> Markup:
    """Return what is typed in a shell."""
    return el("pre", el("code", visible(" ".join(words))))


def facts(view: View, *rows: tuple[Said, Child]) -> Markup:
    """Return names and what they are; what is None is left out."""
    shown = [(name, value) for name, value in rows if value is not None]
    return el(
        "dl",
        *(el("div", el("dt", view.words(name)), el("dd", value)) for name, value in shown),
        class_="facts-list",
    )


def table(view: View, heads: tuple[Said, ...], rows: list[tuple[Child, ...]], caption: Said) -> Markup:
    """Return a table; where it is wider than the page it scrolls by itself, by keys too."""
    return el(
        "div",
        el(
            "table",
            el("caption", view.words(caption), class_="hidden"),
            el("thead", el("tr", *(el("th", view.words(one), scope="col") for one in heads))),
            el("tbody", *(el("tr", *(el("td", cell) for cell in row)) for row in rows)),
        ),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=view.words(caption),
    )


def crawl_text(text: str | None, lang: object = None) -> Markup:
    """Return words of a crawl, isolated, so that what is written from right to left moves nothing beside it."""
    plain = lang if isinstance(lang, str) and lang.isascii() and lang.isalpha() else None
    return el("bdi", text, lang=plain)


def document_link(doc_id: object, words: str | None = None) -> Markup:
    """Return a way to the page of a document."""
    return el("a", el("bdi", words) if words else el("code", str(doc_id)[:12] + "…"), href=f"/document/{doc_id}")


def chip(words: str, kind: str) -> Markup:
    """Return a short mark; `kind` is its colour, which says nothing that its words do not."""
    return el("span", words, class_=f"chip {kind}")
