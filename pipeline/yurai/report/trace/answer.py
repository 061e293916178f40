"""Say what a trace found: spans, the documents that hold them, and what is known of these."""

from dataclasses import asdict, dataclass
from typing import Final, cast

from yurai.report.inquiry.work import Copy, Judged, Mark
from yurai.report.training.trained import Trained
from yurai.search.forms import Form
from yurai.search.spans import By
from yurai_manifests.canonical import Json
from yurai_manifests.derived import Relation
from yurai_manifests.lookup.tokens import Span

VERSION: Final = "yurai_trace"
LIMITS: Final = (
    "A span says that these letters stand in the corpus, in these documents. It does not say that a model learned "
    "them there, and a text without spans may have been paraphrased."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A span in its document, with the text around it, on one line each and redacted."""

    before: str
    text: str
    after: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """A document that holds a span."""

    doc_id: str
    url: str | None
    """As it is shown, without personal data and secrets."""
    dataset: str | None
    """Name of the [[source]] table of its input; None where there is none, as of web archives."""
    source: str
    capture_date: str | None
    offset: int
    """Letters of the delivered text before the span."""
    letters: int
    """Letters of the span in the delivered text."""
    shown: Shown
    tokens: Span | None
    """The tokens of the document."""
    trained: tuple[Trained, ...]
    """Steps of training; none where no order of training is known, or the document is in none."""
    verdict: Judged | None
    evidence: tuple[Mark, ...]
    copies: tuple[Copy, ...]
    """Pages that were dropped, or marked, as copies of the document: they carried the text, or most of it, too."""
    copies_count: int


@dataclass(frozen=True, slots=True)
class Spanned:
    """A maximal span: letters of the traced text from `start` up to `end`, with `count` places in the corpus."""

    start: int
    end: int
    text: str
    count: int
    carriers: tuple[Carrier, ...]
    """The first documents that hold it, in the order of the corpus."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A traced text of `letters` letters."""

    letters: int
    covered: int
    """Letters of it that are in a span."""
    least: int
    by: By
    form: Form
    index: str
    relation: Relation
    orders: tuple[str, ...]
    """Orders of training that were asked for steps; with none of them, steps are not known."""
    spans_count: int
    spans: tuple[Spanned, ...]
    """The rarest ones, rarest first."""
    limits: str = LIMITS

    def json(self) -> dict[str, Json]:
        """Return the trace as JSON: the fields of its classes, by their names."""
        return {VERSION: 1, **cast("dict[str, Json]", asdict(self))}
