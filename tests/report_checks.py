"""Make a report and read it: what a page says in its tables, and that it is made of nothing but the elements it may have."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import lxml.html

from report_samples import INVISIBLE
from run_helpers import Watching
from yurai.engine.progress import Reporter
from yurai.report.write import end_run

if TYPE_CHECKING:
    from pathlib import Path

ELEMENTS = (
    "html head meta title style body div header p h1 h2 h3 h4 span b bdi nav ul li a main section table thead tbody tr th "
    "td code pre wbr svg rect line text path circle details summary dl dt dd footer mark"
)
ATTRIBUTES = (
    "charset http-equiv content name lang class id href aria-label role scope width height viewbox preserveaspectratio "
    "rx x y dx x1 x2 y1 y2 cx cy r d text-anchor open"
)


def report(out: Path, **options: Any) -> str:
    runner = Watching()
    result = end_run(str(out), runner, Reporter(quiet=True), report=True, **options)
    assert result.ok, [one for one in result.findings if one.severity == "error"]
    return (out / "report/index.html").read_text("utf-8")


def parsed(page: str) -> Any:
    return lxml.html.document_fromstring(page)


def rows(page: Any, section: str, table: int = 0) -> list[list[str]]:
    """The cells of a table of a section, with those of the rows that are folded."""
    return cells(tables_of(page.get_element_by_id(section))[table])


def tables_of(part: Any) -> list[Any]:
    """The tables of a part of the page; a table of folded rows belongs to the one before it."""
    return [one for one in part.findall(".//table") if _folds(one) is None]


def cells(table: Any) -> list[list[str]]:
    """The cells of a table, with those of the rows that are folded."""
    part = table.getparent().getparent()
    behind = [one for one in part.findall("details/div[@class='scroll']/table") if _folds(one) is table]
    return [
        [cell.text_content() for cell in row.findall("td")]
        for one in (table, *behind)
        for row in one.findall("tbody/tr")
    ]


def _folds(table: Any) -> Any:
    """The table whose rows this one goes on with."""
    details = table.getparent().getparent()
    before = details.getprevious() if details.tag == "details" else None
    return before.find("table") if before is not None and before.get("class") == "scroll" else None


def number(text: str) -> int:
    return int(text.replace(",", ""))


def check_markup(page: Any) -> None:
    """Nothing but the elements and attributes that the report is made of, and links within the page."""
    for element in page.iter():
        assert isinstance(element.tag, str), element
        assert element.tag in ELEMENTS.split()
        assert set(element.attrib) <= set(ATTRIBUTES.split()), element.attrib
        assert element.get("href", "#").startswith("#")
        assert element.tag == "a" or "href" not in element.attrib
    (style,) = page.iter("style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in style.text
    assert "@import" not in style.text
    assert not set(page.text_content()) & set(INVISIBLE)
