"""On a telephone, on a screen and on paper: nothing is cut, words stay whole, and what is folded opens."""

from __future__ import annotations

import itertools
import re
import shutil
from importlib import resources
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser import browse, measured, needs_browser
from report_checks import cells, check_markup, parsed, report, tables_of
from report_samples import hostile_recipe, write_crawl
from run_helpers import run
from yurai.report.charts import bar
from yurai.report.components import FOLD, LONGEST, card, code, section, table, words
from yurai.report.markup import el
from yurai.report.page import document

if TYPE_CHECKING:
    from pathlib import Path

WIDTHS = (360, 400, 800, 1280)
STYLE = resources.files("yurai.report").joinpath("style.css").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("http-status:404", ["http-", "status:", "404"]),
        ("1,234,567.5", ["1,234,567.5"]),
        ("2024-11-03", ["2024-11-03"]),
        ("12:30:05", ["12:30:05"]),
        ("CC-BY-4.0", ["CC-", "BY-", "4.0"]),
        ("crawl.example/a/b", ["crawl.", "example/", "a/", "b"]),
        ("https://x.example/?q=1", ["https://", "x.", "example/?", "q=", "1"]),
        ("07-near-dedup.told-0", ["07-", "near-", "dedup.", "told-", "0"]),
        ("max_words", ["max_", "words"]),
        ("-", ["-"]),
        ("a--b", ["a--", "b"]),
        ("v1.2.3-rc1", ["v1.2.3-", "rc1"]),
        ("3x-4", ["3x-", "4"]),
        ("", [""]),
        ("汐見原.example", ["汐見原.", "example"]),
    ],
)
def test_names_break_behind_their_marks(name: str, broken: list[str]) -> None:
    assert str(words(name)).split("<wbr/>") == broken


@given(st.text(st.sampled_from("ab1.,-/:_ 漢<&"), max_size=60))
def test_a_name_loses_nothing(name: str) -> None:
    page = parsed(f"<p>{words(name)}</p>")
    assert "".join(page.itertext()) == name
    for piece in re.split(r"<wbr/>", str(words(name))):
        assert len(re.sub("<[^>]*>|&[a-z]+;", "x", piece)) <= LONGEST + 8 or 'class="long"' in piece


@pytest.mark.parametrize("count", [0, 1, FOLD - 1, FOLD, FOLD + 1, 2 * FOLD, 250])
def test_long_tables_fold_and_lose_no_row(count: int) -> None:
    part = parsed(str(card(table(["name", "#count"], [[f"row-{at}", f"{at:,}"] for at in range(count)], of="thing"))))
    [whole] = tables_of(part)
    assert len(whole.findall("tbody/tr")) == min(count, FOLD)
    assert cells(whole) == [[f"row-{at}", f"{at:,}"] for at in range(count)]
    more = [one.text for one in part.findall(".//summary")]
    assert more == ([f"{count - FOLD:,} more thing{'s' if count - FOLD > 1 else ''}"] if count > FOLD else [])


def headings(page: Any) -> list[int]:
    return [int(one.tag[1]) for one in page.iter("h1", "h2", "h3", "h4")]


@pytest.fixture(scope="module")
def demo_page(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = shutil.copytree(demo_tree, tmp_path_factory.mktemp("layout") / "out")
    report(out)
    return out / "report/index.html"


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layout")
    run(folder / "out", [write_crawl(folder)], recipe=hostile_recipe())
    report(folder / "out")
    return folder / "out/report/index.html"


def test_who_cannot_see_can_read(demo_page: Path) -> None:
    """Headings go down one level at a time, drawings say what they show, columns and links have names."""
    page = parsed(demo_page.read_text("utf-8"))
    check_markup(page)
    levels = headings(page)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for drawn in page.iter("svg"):
        assert drawn.getparent().tag == "svg" or (drawn.get("role") == "img" and drawn.get("aria-label"))
    assert all(one.text_content() or one.get("aria-label") for one in page.iter("th"))
    assert all(one.text_content().strip() for one in page.iter("summary", "a", "h1", "h2", "h3", "h4"))
    names = {one.get("id") for one in page.iter() if one.get("id")}
    assert {one.get("href")[1:] for one in page.iter("a")} <= names


def colours(theme: str) -> dict[str, str]:
    """The colours of a theme: light, dark or print."""
    blocks = {
        "light": STYLE,
        "dark": STYLE.partition("prefers-color-scheme: dark")[2],
        "print": STYLE.partition("@media print")[2],
    }
    found = re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", blocks[theme].partition("}")[0])
    return {
        name: value if len(value) == 7 else "#" + "".join(2 * digit for digit in value[1:]) for name, value in found
    }


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, as WCAG 2.2 defines it."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_colours_can_be_told_apart(theme: str) -> None:
    """WCAG 2.2: 4.5 for words (1.4.3), 3 for what is drawn (1.4.11)."""
    found = colours(theme)
    for name in ("ink", "soft", "first", "second"):
        for ground in ("paper", "card"):
            assert contrast(found[name], found[ground]) >= 4.5, (name, ground)
    for name in ("good", "bad", "warn"):
        assert contrast(found[name], found[f"{name}-back"]) >= 4.5, name
    assert contrast(found["ink"], found["warn-back"]) >= 4.5
    assert contrast(found["soft"], found["track"]) >= 4.5
    for name in ("kept", "kept-soft", "dropped", "failed", "second"):
        assert contrast(found[name], found["card"]) >= 3, name


def check_measures(found: list[dict[str, Any]]) -> None:
    for one in found:
        assert one["scroll"] <= one["width"], one["width"]
        assert one["broken"] == [], one["width"]
        assert one["over"] == []
        assert one["bars"]
        for drawn in one["bars"]:
            assert drawn["cut"] <= 1, (one["width"], drawn)
            assert drawn["width"] >= 60
            assert drawn["parts"] == pytest.approx(drawn["said"], abs=0.03)


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize("opened", [False, True])
def test_the_sample_on_a_telephone_and_on_a_screen(demo_page: Path, tmp_path: Path, opened: bool) -> None:
    found = measured(demo_page, tmp_path, *WIDTHS, opened=opened)
    check_measures(found)
    assert [one["cut"] for one in found[1:]] == [[], [], []]
    if opened:
        assert [one["columns"] for one in found] == [1, 1, 2, 3]
    else:
        assert found[-1]["height"] < 9500
        assert found[1]["height"] < 17_500


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize("opened", [False, True])
def test_what_a_crawl_wrote_does_not_break_the_page(hostile_page: Path, tmp_path: Path, opened: bool) -> None:
    check_measures(measured(hostile_page, tmp_path, *WIDTHS, opened=opened))


LONG = ("a" * 63 + ".example", "https://" + "x" * 300, "f" * 64, "ضع" * 40, "漢字" * 60, "too-few-words:" * 9, "W" * 20)


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize("size", [9, 12_345, 1_234_567_890, 98_765_432_109_876])
def test_no_name_and_no_number_is_too_long(tmp_path: Path, size: int) -> None:
    """A table of giant numbers may be moved sideways on a telephone; the page may not, and bars stay whole."""
    rows = [
        [code(name), *[f"{size:,}"] * 4, bar([("kept", share), ("dropped", 1 - share)], "both")]
        for name, share in zip(LONG, (0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.03), strict=True)
    ]
    shown = section(
        "s",
        "S",
        "lead " + "f" * 64,
        card(table(["name", "#extracted", "#kept", "#failed", "#tokens", ""], rows, wide=5)),
    )
    page = tmp_path / "page.html"
    page.write_text(
        document("long", el("h1", "f" * 90), el("main", shown, el("div", shown, shown, class_="packed"))), "utf-8"
    )
    check_measures(measured(page, tmp_path, *WIDTHS))


@pytest.mark.slow
@needs_browser
def test_on_paper_all_is_open(demo_page: Path, tmp_path: Path) -> None:
    browse(tmp_path, f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer", demo_page.as_uri())
    pages = pypdfium2.PdfDocument(tmp_path / "page.pdf")
    text = "".join("".join(one.get_textpage().get_text_range().split()) for one in pages)
    page = parsed(demo_page.read_text("utf-8"))
    folded = [
        one
        for one in page.xpath("//details//td[not(.//svg)] | //details//dd")
        if re.fullmatch(r"[a-z_:.-]{4,20}", one.text_content())
    ]
    assert len(folded) > 30
    assert [one.text_content() for one in folded if one.text_content() not in text] == []
