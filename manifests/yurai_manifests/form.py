"""Fill in a form that an office gives out: each field is known from the tree, answered by people, or named as open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from yurai_manifests.answers import Answers, Question, as_toml, open_questions
from yurai_manifests.facts.figures import figures
from yurai_manifests.facts.record import Facts
from yurai_manifests.markdown import code_block, table, text

UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: what the tree knows of it ("" for nothing), and the key of the question that people answer.

    `more` are names that go on behind what is known, and are streamed.
    """

    label: str
    known: str = ""
    key: str = ""
    more: Iterator[str] = field(default_factory=lambda: iter(()))


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a form, by its number and title."""

    number: str
    title: str
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was filled in: what it is, its sections, and what of its questions is open."""

    title: str
    about: str
    sections: Sequence[Section]
    asks: Sequence[Question]
    answers: Answers
    facts: Facts

    @property
    def missing(self) -> list[Question]:
        """Questions that nobody answered."""
        return open_questions(self.asks, self.answers)

    def markdown(self) -> Iterator[str]:
        """Yield the form as Markdown, with all figures of the run, and what is missing as a TOML file to fill in."""
        yield f"# {text(self.title)}\n\n{self.about}\n"
        for section in self.sections:
            yield f"\n## {section.number} {text(section.title)}\n\n"
            for one in section.fields:
                yield from _lines(one, self.answers)
        yield "\n## Figures of the run\n\n"
        yield table(
            ("figure", "value", "what it is"),
            *((text(one.name), text(str(one.value)), one.about) for one in figures(self.facts)),
        )
        yield "\n## Missing\n\n"
        if self.missing:
            yield "No manifest can know what stands here. Fill it in and give it as `--with FILE`:\n\n"
            yield code_block(as_toml(self.missing).rstrip("\n"))
        else:
            yield "Nothing: each question is answered.\n"

    def json(self) -> Mapping[str, object]:
        """Return the form as `json_parts` takes it."""
        return {
            "title": self.title,
            "sections": (
                {
                    "number": one.number,
                    "title": one.title,
                    "fields": (_json(entry, self.answers) for entry in one.fields),
                }
                for one in self.sections
            ),
            "figures": {one.name: one.value for one in figures(self.facts)},
            "missing": [{"key": one.key, "ask": one.ask} for one in self.missing],
        }


def listed(names: Sequence[str], none: str = UNKNOWN) -> str:
    """Return names as a sentence lists them."""
    return ", ".join(names) or none


def _lines(one: Field, answers: Answers) -> Iterator[str]:
    said = answers.get(one.key, "")
    yield f"- **{text(one.label)}**: {text(one.known)}"
    first = not one.known
    for name in one.more:
        yield f"{'' if first else ', '}{text(name)}"
        first = False
    if said:
        yield f"{'' if first else ' — '}{text(said)}"
    elif first:
        yield f"{UNKNOWN} (`{one.key}`)" if one.key else UNKNOWN
    yield "\n"


def _json(one: Field, answers: Answers) -> Mapping[str, object]:
    return {
        "label": one.label,
        "from_manifest": one.known or None,
        **({"names": one.more} if one.key == "" else {}),
        **({"key": one.key, "answer": answers.get(one.key)} if one.key else {}),
    }
