"""Drive the steps from verified pairs to decisions: one task where the pairs fit, else components in rounds.

    links     edges          -> LINK rows that connect the same documents, and edges with the name of their a
    round     lift, contract -> links that reach about twice as far; the last round's are labels of components
    label     edges meet the label of their a, by name
    decide    components of a partition, by label; one larger than memory goes by ranges of the keep order

A round is the alternating algorithm of Kiveris et al. ("Connected Components in MapReduce and Beyond", SoCC 2014).
`lift` is its large-star. `contract` stands for its small-star and does more: a task replaces all links of its partition
by stars. Links never grow in number, and in the worst case, a chain with each link in a partition of its own, rounds
are as many as in the paper; with as many links as fit into one task there is one.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

from yurai.engine.steps import Steps
from yurai.exchange.levels import Partitions, batches, exchange, written
from yurai.exchange.route import MIN_READ, SPREAD, Route, by_hash
from yurai.exchange.row_types import ROWS
from yurai.stages.near_dedup import graph_tasks
from yurai.stages.near_dedup.graph_tasks import PART, Contract, Decide, Label, Part
from yurai_manifests.step import StepRecord, tasks


def decide(steps: Steps, edges: list[StepRecord]) -> list[StepRecord]:
    """Return steps whose `rows` are DECISION rows: one for each document of the EDGE rows of `edges`."""
    size = sum(record.output("rows", "bytes") for record in edges)
    if size <= steps.memory_bytes // PART:
        spans = [span for record in edges for span in written(steps.engine, record)]
        return [steps.reduce("graph-decide", graph_tasks.decide, lambda: iter([Decide(spans)]))]
    linked = _links(steps, edges, size)
    labelled = _label(steps, linked, _labels(steps, linked))
    route = by_hash("label", labelled.output("rows"), "labelled", steps.memory_bytes // 2)
    parts = exchange(steps, "graph-components", [labelled], "labelled", route)
    return [steps.reduce("graph-decide", graph_tasks.settle, _each(steps, parts))]


def _links(steps: Steps, edges: list[StepRecord], size: int) -> StepRecord:
    least = min(max(MIN_READ, size // SPREAD), steps.memory_bytes // 4)

    def arguments() -> Iterator[Part]:
        spans = (span for record in edges for span in written(steps.engine, record))
        return (Part(batch, steps.memory_bytes) for batch in batches(spans, least))

    return steps.reduce("graph-links", graph_tasks.links, arguments)


def _labels(steps: Steps, linked: StepRecord) -> StepRecord:
    """Return the step whose links are labels: `other` is the same for all documents of a component."""
    last = linked
    for number in itertools.count():
        name = f"graph-round-{number:02}"
        ends = last.output("rows")
        route = _route(steps, ends // 2 if _route(steps, ends // 2).count == 1 else ends)
        met = exchange(steps, f"{name}-ends", [last], "link", route, last=True)
        if met.count == 1:
            last = steps.reduce(f"{name}-contract", graph_tasks.contract, _contracted(steps, met, both=False))
            met.spend(steps)
            return last
        lifted = steps.reduce(f"{name}-lift", graph_tasks.lift, _each(steps, met))
        met.spend(steps)
        if not sum(task.index["unsettled"][0] for task in tasks(steps.engine.store, lifted)):
            return lifted
        parts = exchange(steps, f"{name}-links", [lifted], "link", route, last=True)
        last = steps.reduce(f"{name}-contract", graph_tasks.contract, _contracted(steps, parts, both=True))
        parts.spend(steps)
    raise AssertionError  # count does not end


def _route(steps: Steps, links: int) -> Route:
    """Return a route of few partitions, each a piece of work: what a task contracts at once saves rounds."""
    return Route("node", max(1, -(-links * ROWS["link"].itemsize * PART // steps.memory_bytes)))


def _label(steps: Steps, linked: StepRecord, labels: StepRecord) -> StepRecord:
    """Return the step whose LABELLED rows have the label of their component."""
    edges = by_hash("label", linked.output("labelled"), "labelled", steps.memory_bytes // 2)
    route = replace(edges, count=max(edges.count, _route(steps, labels.output("rows")).count))
    asked = exchange(steps, "graph-asked", [linked], "labelled", route, "labelled")
    told = exchange(steps, "graph-told", [labels], "link", replace(route, field="node"))

    def arguments() -> Iterator[Label]:
        return (Label(spans, names) for spans, names in zip(asked, told, strict=True) if spans)

    return steps.reduce("graph-label", graph_tasks.label, arguments)


def _each(steps: Steps, parts: Partitions) -> Callable[[], Iterator[Part]]:
    """Return the arguments of a task for each partition with rows."""
    return lambda: (Part(spans, steps.memory_bytes) for spans in parts if spans)


def _contracted(steps: Steps, parts: Partitions, *, both: bool) -> Callable[[], Iterator[Contract]]:
    """Return the arguments of a contraction for each partition with rows."""
    return lambda: (Contract(spans, steps.memory_bytes, both) for spans in parts if spans)
