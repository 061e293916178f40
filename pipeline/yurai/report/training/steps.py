"""Tell the steps of a document or token, and the documents of a step, from an order; a lookup reads kilobytes.

A step that no manifest tells is not known: it is never computed from the corpus alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Final, cast

from yurai.report.inquiry.typed import names, of_cells
from yurai.tokens.order.samples import Order, Sample
from yurai_manifests.canonical import Json
from yurai_manifests.derived import below, derived_in
from yurai_manifests.errors import RecipeError
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.lookup.tokens import token_at
from yurai_manifests.takedown.tombstones import load_tombstones
from yurai_manifests.words import noun, plural

ID_DIGITS: Final = 32
NAMED: Final = 5
"""Steps of a page that are named on a line."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Tokens of a document in a sample: the place of the sample, its step, and which tokens of the document."""

    position: int
    step: int | None
    """None where steps are not known, or the sample is of no whole step."""
    first: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Steps:
    """Where an order has a document."""

    order: str
    steps: int | None
    """Whole steps of the order; None where they are not known."""
    doc_id: str
    url: str | None
    case: str | None
    """Case by which the document was taken down since."""
    seen: tuple[Seen, ...]

    @property
    def said(self) -> str:
        """The steps on one line, the first few by number."""
        if not self.seen:
            return f"not in order {self.order}"
        known = sorted({one.step for one in self.seen if one.step is not None})
        if self.steps is None:
            where = "step not known"
        elif not known:
            where = f"of no whole step (/{self.steps:,})"
        else:
            more = f" and {len(known) - NAMED:,} more" if len(known) > NAMED else ""
            named = ", ".join(f"{one:,}" for one in known[:NAMED])
            where = f"{noun(len(known), 'step')} {named}{more} (/{self.steps:,})"
        return f"{where}, {plural(len({one.position for one in self.seen}), 'sample')} of order {self.order}"

    def json(self) -> dict[str, Json]:
        """Return it as JSON: the fields of its classes by their names."""
        return cast("dict[str, Json]", asdict(self))


@dataclass(frozen=True, slots=True)
class Page:
    """What documents/ say of a document: columns of that name."""

    url: str | None
    source: str
    capture_date: str | None
    lang: str | None
    declared_spdx: str | None
    concluded_spdx: str | None
    train_verdict: str | None
    redistribute_verdict: str | None


@dataclass(frozen=True, slots=True)
class InStep:
    """A document in a step: its samples there, its tokens in them, and which tokens of the document these are."""

    doc_id: str
    samples: int
    tokens: int
    ranges: tuple[tuple[int, int], ...]
    """First token and count of each part, in the order of the step."""
    page: Page | None
    """None where it was taken down."""
    case: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one step of training saw."""

    order: str
    step: int
    steps: int
    first: int
    """Place of its first sample."""
    samples: int
    tokens: int
    documents: tuple[InStep, ...]
    """By tokens, most first."""

    def json(self) -> dict[str, Json]:
        """Return it as JSON: the fields of its classes by their names."""
        return cast("dict[str, Json]", asdict(self))


def open_order(lookup: Lookup, name: str) -> Order:
    """Open an order of a tree.

    Raises:
        RecipeError: there is none of that name, or it is of another run. AuditError: it is damaged.
    """
    folders = derived_in(lookup.store, "order")
    if f"order/{name}" not in folders:
        there = ", ".join(folder.partition("/")[2] for folder in folders)
        raise RecipeError(
            f"{lookup.store.url} has no order {name!r}, so no step is known; "
            f"{f'it has: {there}' if there else 'yurai pack makes one'}"
        )
    order, _ = Order.of_run(below(lookup.store, f"order/{name}"), lookup.store, lookup.run)
    return order


def steps_of(lookup: Lookup, name: str, *, page: str | None = None, token: str | None = None) -> list[Steps]:
    """Return where an order has the documents with a URL or doc_id, or the one token SHARD:N.

    Raises:
        RecipeError: no such order, document or token.
    """
    order = open_order(lookup, name)
    if token is not None:
        at = token_at(lookup, token)
        return [steps_in(lookup, order, name, at.doc_id, within=at.in_document)]
    if len(asked := page or "") == ID_DIGITS and set(asked) <= set("0123456789abcdef"):
        return [_known(lookup, order, name, asked)]
    found = lookup.find("documents", "url", asked, ())
    if not found:
        raise RecipeError(
            f"no document of {lookup.store.url} has URL {asked}; `yurai inquire` says what became of it, and a "
            "document that was taken down is asked by its doc_id"
        )
    return [steps_in(lookup, order, name, one.cells["doc_id"]) for one in found]


def of_document(lookup: Lookup, name: str, doc_id: str) -> Steps:
    """Return where an order has a document; errors as `open_order`."""
    return steps_in(lookup, open_order(lookup, name), name, doc_id)


def _known(lookup: Lookup, order: Order, name: str, doc_id: str) -> Steps:
    """Return where an order has a document; one that neither the order nor documents/ has is refused."""
    told = steps_in(lookup, order, name, doc_id)
    if not told.seen and not lookup.find("documents", "doc_id", doc_id, ()):
        raise RecipeError(f"no document of {lookup.store.url} has doc_id {doc_id}, and its order has none either")
    return told


def steps_in(lookup: Lookup, order: Order, name: str, doc_id: str, within: int | None = None) -> Steps:
    """Return where an open order has a document, or the one token `within` it."""
    seen = [
        Seen(sample.position, order.step_of(sample.position), part.offset, part.token_count)
        for sample in order.samples_of(doc_id)
        for part in sample.parts
        if part.doc_id == doc_id and (within is None or part.offset <= within < part.offset + part.token_count)
    ]
    found = lookup.find("documents", "doc_id", doc_id, ("url",))
    url = found[0].cells["url"] if found else None
    case = None if found else _cases(lookup).get(doc_id)
    return Steps(name, order.steps, doc_id, url, case, tuple(seen))


def step(lookup: Lookup, name: str, number: int) -> Step:
    """Return what a step saw.

    Raises:
        RecipeError: steps of the order are not known, or there are fewer.
    """
    order = open_order(lookup, name)
    batch, steps = order.global_batch, order.steps
    if batch is None or steps is None:
        raise RecipeError(
            f"steps of order {name!r} are not known: it was packed without --global-batch; pack one with it"
        )
    if not 0 <= number < steps:
        raise RecipeError(f"order {name!r} has {steps:,} whole steps, from 0; there is no step {number:,}")
    samples = list(order.samples(number * batch, (number + 1) * batch))
    tokens = sum(sample.tokens for sample in samples)
    return Step(name, number, steps, number * batch, batch, tokens, _documents(lookup, samples))


def _documents(lookup: Lookup, samples: Sequence[Sample]) -> tuple[InStep, ...]:
    held: dict[str, list[tuple[int, int, int]]] = {}
    for sample in samples:
        for part in sample.parts:
            held.setdefault(part.doc_id, []).append((sample.position, part.offset, part.token_count))
    pages, cases = _pages(lookup, held.keys()), _cases(lookup)
    found = [
        InStep(
            name,
            samples=len({position for position, _, _ in parts}),
            tokens=sum(count for _, _, count in parts),
            ranges=tuple((first, count) for _, first, count in parts),
            page=pages.get(name),
            case=cases.get(name),
        )
        for name, parts in held.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.tokens, one.doc_id)))


def _pages(lookup: Lookup, wanted: Collection[str]) -> dict[str, Page]:
    numbers = sorted({number for name in wanted for number in lookup.numbers("documents", "doc_id", name)})
    rows = lookup.rows("documents", numbers, ("doc_id", *names(Page)))
    return {one.cells["doc_id"]: of_cells(Page, one.cells) for one in rows if one.cells["doc_id"] in wanted}


def _cases(lookup: Lookup) -> dict[str, str]:
    stones = load_tombstones(lookup.store, lookup.run.value)
    return {one["doc_id"]: stone.case for stone in stones for one in stone.value["documents"]}
