"""Drive the index of a finished tree: pieces of consecutive rows of documents/, one task each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from yurai.engine.engine import Engine, Runner
from yurai.engine.progress import Reporter
from yurai.engine.state import Shards, of_files
from yurai.engine.task import AnyTask
from yurai.run.derive import Made, What, derive
from yurai.run.index.tasks import IndexPiece, index_piece
from yurai.search.forms import FORMS, Form
from yurai.search.search import KINDS, VERSION
from yurai.search.units import UNIT_BYTES
from yurai.stages.packing import Pack, pack_task, packs
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.derived import Derived, folder_of
from yurai_manifests.errors import RecipeError
from yurai_manifests.needed import need
from yurai_manifests.run import load_run
from yurai_manifests.step import tasks
from yurai_manifests.store import Store
from yurai_manifests.task import StepId

PIECE_BYTES: Final = 256 << 20
"""Bytes of text (UTF-8) of a piece: its task takes ten to fourteen times as many where all letters are Latin."""
FACTS: Final = ("letters", "units", "bytes", "documents")
NAMES: Final = re.compile(rf"[0-9]{{5,}}\.({'|'.join(KINDS)})")
FOLDERS: Final[dict[Form, str]] = {"stored": "main", "nfkc": "nfkc"}
"""What the index of each form is called."""


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """What an index holds: letters (code points), UTF-16 units with one behind each document, bytes of its files."""

    letters: int
    units: int
    bytes: int
    documents: int
    pieces: int

    @classmethod
    def of(cls, made: Derived) -> "IndexFacts":
        """Return what a manifest says."""
        letters, units, size, documents = (cast("int", made.facts[name]) for name in FACTS)
        return cls(letters, units, size, documents, len(made.named(".units")))


def index_folder(form: Form) -> str:
    """Return the folder in a tree of the index of a form: search/main, search/nfkc.

    Raises:
        RecipeError: there is no such form.
    """
    if form not in FORMS:
        raise RecipeError(f"no form is called {form!r} (there are: {', '.join(FORMS)})")
    return folder_of("search", FOLDERS[form])


def make_index(
    tree: Store,
    form: Form,
    runner: Runner,
    reporter: Reporter | None = None,
    *,
    output: str | None = None,
    piece_bytes: int = PIECE_BYTES,
) -> tuple[Derived, bool]:
    """Index the documents of a finished tree; return the manifest, and whether it was made now.

    `output` is another folder for it than the one in the tree.

    Raises:
        RecipeError: no finished tree, no such form, a piece of no bytes, or other files in `output`.
        DriftError, LeaseError, ShardError: as `yurai.run.derive.derive`.
    """
    need("pydivsufsort", "`yurai index` needs package pydivsufsort")
    if piece_bytes < 1:
        raise RecipeError(f"a piece has 1 byte of text or more, not {piece_bytes}")
    run = load_run(tree)
    folder = output or f"{tree.url.rstrip('/')}/{index_folder(form)}"
    settings: dict[str, Json] = {"version": VERSION, "form": form, "piece_bytes": piece_bytes}
    shards = of_files(tree, run.files("documents"))
    what = What("search", settings, NAMES)
    return derive(
        tree, run, folder, what, lambda engine: _made(engine, shards, settings, piece_bytes, form), runner, reporter
    )


def _made(engine: Engine, shards: Shards, settings: dict[str, Json], target: int, form: Form) -> Made:
    step = StepId("index", fingerprint(settings))
    pieces = list(packs(shards, target))

    def expected() -> Iterator[AnyTask]:
        return (_task(engine, step, pack, target, form) for pack in pieces)

    record = engine.step(step, settings, expected, len(pieces))
    named = [
        (f"{number:05}.{output.name}", output)
        for number, task in enumerate(tasks(engine.store, record))
        for output in task.outputs
    ]
    units = [output for name, output in named if name.endswith(".units")]
    letters, documents = sum(one.size for one in units), sum(one.rows for one in units)
    counted = (letters, sum(one.bytes for one in units) // UNIT_BYTES, sum(one.bytes for _, one in named), documents)
    return dict(zip(FACTS, counted, strict=True)), named


def _task(engine: Engine, step: StepId, pack: Pack, target: int, form: Form) -> AnyTask:
    args = IndexPiece(pack.number, pack.before, target, form)
    return pack_task(index_piece, step, engine, pack.shards, args, f"piece {pack.number:05}")
