"""Define the answer to a question whether a work is in the corpus, and its JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final, Literal, TypeAlias, cast

from yurai.report.inquiry.typed import LATER, typed
from yurai.report.inquiry.work import Outcome, Work
from yurai_manifests.canonical import Json

QuestionKind: TypeAlias = Literal["url", "doc_id", "domain", "text", "contains"]
Verdict: TypeAlias = Literal["in", "in-part", "taken-down", "dropped", "failed", "never-seen"]
"""`in-part`: no whole text, but passages of it. The first that holds, in this order."""
VERDICTS: Final[tuple[Verdict, ...]] = ("in", "in-part", "taken-down", "dropped", "failed", "never-seen")
VERSION: Final = "yurai_answer"
LIMITS: Final = (
    "The answer is about this corpus and no other: not about models that were trained on others, nor about copies "
    "outside of it. Near texts are those above the threshold; a paraphrase or a translation is not found."
)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked; of a text and a quotation the sha256 stands for the words, which an answer never repeats."""

    kind: QuestionKind
    value: str | None
    text_sha256: str | None = None
    form: str | None = None
    """How texts were compared, where they were."""
    threshold: float | None = None
    """Jaccard similarity from which a text is near."""


@dataclass(frozen=True, slots=True)
class Run:
    """The run that the answer is about."""

    run_sha256: str
    digest: str
    root: str | None
    """Its Merkle root; None of a tree that was made before there were any."""
    recipe: str
    first_capture: str | None = None
    last_capture: str | None = None
    """Capture dates of what was found."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A candidate of a domain, in brief."""

    outcome: Outcome
    doc_id: str
    url: str | None
    capture_date: str | None
    reason: str | None
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Domain:
    """What became of all candidates of a domain."""

    kept: int
    dropped: int
    failed: int
    tokens: int | None
    """Of what was kept; None where the run counted none."""
    reasons: dict[str, int]
    """Dropped and failed ones by stage and reason."""
    copies_in: int
    """Of the dropped: copies of a document that stayed at that stage, maybe of another domain."""
    listed: tuple[Listed, ...]
    """The first of them."""


@dataclass(frozen=True, slots=True)
class Case:
    """A takedown: what may be said of it."""

    case: str
    date: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a work is in a corpus, and where."""

    question: Question
    verdict: Verdict
    run: Run
    works: tuple[Work, ...] = ()
    """Candidates that are meant, the strongest match first; at most as many as were asked for."""
    works_count: int = 0
    similar: tuple[Work, ...] = ()
    """Of a URL: candidates with a similar one, which is not the same."""
    domain: Domain | None = None
    cases: tuple[Case, ...] = ()
    scanned: tuple[str, ...] = ()
    """Folders of which every row was read; of the others some kilobytes were."""
    notes: tuple[str, ...] = ()
    limits: str = LIMITS
    orders: tuple[str, ...] = field(default=(), metadata=LATER)
    """Orders of training that were asked for steps; with none of them, steps are not known."""

    def json(self) -> dict[str, Json]:
        """Return the answer as JSON: the fields of its classes, by their names."""
        return {VERSION: 1, **_table(asdict(self))}


def answer_of(value: object) -> Answer:
    """Return the answer whose JSON this is.

    Raises:
        ValueError: it has other fields, or a value of another type.
    """
    if not isinstance(value, dict) or value.get(VERSION) != 1:
        raise ValueError("it is no answer, or one of a later version of Yurai")
    return typed(Answer, {name: one for name, one in value.items() if name != VERSION}, "answer")


def _table(value: Mapping[str, object]) -> dict[str, Json]:
    return {name: _plain(one) for name, one in value.items()}


def _plain(value: object) -> Json:
    """Return lists for tuples: JSON has no others."""
    if isinstance(value, dict):
        return _table(value)
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else cast("Json", value)
