"""Index the texts of a tree, and trace texts in it: the bodies of `Tree.index`, `Tree.search` and `Tree.trace`."""

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from yurai.api.given import Where, place
from yurai.run.index.driver import PIECE_BYTES, IndexFacts, index_folder, make_index
from yurai.search import Rules
from yurai_manifests.derived import below
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.store import Store, open_store

if TYPE_CHECKING:
    from yurai.report.trace import Trace
    from yurai.report.trace.trace import Opened
    from yurai.search.forms import Form
    from yurai_manifests.canonical import Json
    from yurai_manifests.run import RunRecord


@dataclass(frozen=True, slots=True)
class Indexed:
    """An index: where it lies, what it holds, and the seconds that it took; None where it was there."""

    url: str
    facts: IndexFacts
    seconds: float | None

    @property
    def bytes_per_letter(self) -> float:
        """Bytes of its files by letters (code points) of the texts; 0 where there are none."""
        return self.facts.bytes / self.facts.letters if self.facts.letters else 0.0

    @property
    def letters_per_second(self) -> float | None:
        """Letters by seconds, of all workers together; None where nothing was made."""
        return self.facts.letters / self.seconds if self.seconds else None

    def json(self) -> "dict[str, Json]":
        """Return it as JSON."""
        rates: dict[str, Json] = {
            "bytes_per_letter": round(self.bytes_per_letter, 3),
            "seconds": None if self.seconds is None else round(self.seconds, 3),
        }
        return {"url": self.url, **asdict(self.facts), **rates}


def index(
    tree: Store,
    form: "Form" = "stored",
    *,
    output: str | None = None,
    piece_bytes: int = PIECE_BYTES,
    workers: int | None = None,
    runner: str = "local",
    address: str = "local",
    progress: bool = False,
) -> Indexed:
    """Index the documents of a tree; arguments and errors as `Tree.index`."""
    from yurai.api.runners import open_runner
    from yurai.engine.progress import Reporter

    folder, started = output or f"{tree.url.rstrip('/')}/{index_folder(form)}", time.monotonic()
    with open_runner(runner, workers, address) as ready:
        made, now = make_index(tree, form, ready, Reporter(quiet=not progress), output=output, piece_bytes=piece_bytes)
    return Indexed(open_store(folder).url, IndexFacts.of(made), time.monotonic() - started if now else None)


def opened(tree: Store, run: "RunRecord", form: "Form", where: Where | None) -> "Opened":
    """Open the index of a form, in the tree or elsewhere; errors as `Tree.search`."""
    from yurai.report.trace.trace import open_index

    folder = below(tree, index_folder(form)) if where is None else open_store(place(where, "index"))
    return open_index(tree, run, folder)


def trace(
    tree: Store,
    run: "RunRecord",
    text: str,
    rules: Rules,
    form: "Form",
    where: Where | None,
    documents: int,
    spans: int,
) -> "Trace":
    """Trace a text; arguments and errors as `Tree.trace`."""
    from yurai.report.trace import trace as trace_text

    ready = opened(tree, run, form, where)
    return trace_text(Lookup(tree, run), ready, text, rules, documents=documents, spans=spans)
