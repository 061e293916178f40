"""Name the questions that several exports ask: what publishing a corpus adds to it."""

import re
from collections.abc import Sequence
from typing import Final

from yurai_manifests.answers import Answers, Question
from yurai_manifests.errors import RecipeError

CREATOR: Final = Question("creator", "who makes the corpus public: a name")
HOME: Final = Question("url", "web address of the corpus")
LICENCE: Final = Question("licence", "licence of the collection, a URL: not that of its texts")
VERSION: Final = Question("version", "version of the corpus, as 1.0.0")
CITED: Final = Question("cite_as", "how the corpus is to be cited")
PUBLISHED: Final = Question("published", "date on which it was made public, as 2026-01-31")
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")


def check_form(answers: Answers, questions: Sequence[Question], form: re.Pattern[str], as_in: str) -> None:
    """Raise RecipeError where an answer has not the form that a standard asks for."""
    for one in questions:
        if one.key in answers and not form.fullmatch(answers[one.key]):
            raise RecipeError(f"the answer to {one.key} is {answers[one.key]!r}; write it as {as_in}")


def check_published(answers: Answers) -> None:
    """Raise RecipeError where `published` is no date, or `url` or `licence` no IRI."""
    check_form(answers, (PUBLISHED,), DATE, "2026-01-31")
    check_form(answers, (HOME, LICENCE), _IRI, "https://example.org/corpus")
