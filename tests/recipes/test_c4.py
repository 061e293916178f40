"""Recipe c4: one document for each of its rules, and on both sides of each of its limits."""

from __future__ import annotations

import pytest

from recipe_documents import prose, sentence
from recipe_rows import judged, reasons

NAME = "c4"


def judge(text: str, lang: str = "en") -> tuple[str | None, str]:
    return judged(NAME, [text], "https://example.org/a", lang)[0]


def test_prose_stays_as_it_is() -> None:
    text = prose(5)
    assert judge(text) == (None, text)


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        ("These are five words here.", True),
        ("These are four words.", False),
        ("The line ends with a bang!", True),
        ("Does the line end with a question?", True),
        ('The line ends with "a quotation"', True),
        ("The line ends with no mark", False),
        ("The line ends with a dash -", False),
        ("The line ends with an ellipsis...", False),
        ("Please switch on JavaScript to read on.", False),
        ("By reading on you accept the Terms of Use.", False),
        ("Look at the privacy policy of this site.", False),
        ("There is a cookie policy behind this link.", False),
        ("This site uses cookies like all others.", False),
        ("Read about our use of cookies in here.", False),
        ("We also use cookies for other things.", False),
        (f"A word of {'a' * 1000} letters is not long.", True),
        (f"A word of {'a' * 1001} letters is too long.", False),
    ],
)
def test_a_line_stays_or_goes(line: str, stays: bool) -> None:
    reason, text = judge(f"{prose(4)}\n{line}")
    assert reason is None
    assert (line in text.split("\n")) is stays


def test_citation_marks_leave_their_line() -> None:
    _, text = judge(f"{prose(3)}\nThis was said by many[1][citation needed] of the people.[edit]")
    assert text.endswith("This was said by many of the people.")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (prose(3), None),
        (prose(2), "c4:too-few-sentences"),
        (f"{prose(2)}\nA menu of things\nAbout us", "c4:too-few-sentences"),
        (f"{prose(4)}\nHere is Lorem Ipsum once again.", "c4:lorem-ipsum"),
        (f"{prose(4)}\nHere the code begins with {{ again.", "c4:curly-bracket"),
        ("\n".join(["A"] * 20), "c4-lines:emptied"),
    ],
)
def test_a_page_stays_or_goes(text: str, reason: str | None) -> None:
    assert judge(text)[0] == reason


def test_length_of_a_page() -> None:
    line = sentence(1)
    text = "\n".join([line] * (190_000 // (len(line) + 1)))
    text += " " * (190_000 - len(text))
    assert reasons(NAME, [text, text + " "], "https://example.org/a", "en") == [None, "length:too-long"]


def test_other_languages_go() -> None:
    assert judge(prose(5), "de")[0] == "language:language-not-listed"
