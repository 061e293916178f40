"""Print what a run is predicted to need."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

from yurai.cli.table_shapes import bytes_of, new_table
from yurai.terminal import put, put_table, say
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from yurai.plan import Cluster, DedupNeed, Plan
    from yurai.sources.selection.cost import Cost

_NOTES = (
    "low to high: holds the true value in 9 of 10 cases",
    "wall: on an idle machine of this kind; memory: of all processes at its peak",
    "cpu: on a busy machine the same run takes up to a third more, or less",
    "kept, tokens: less duplicates, drawn together where pages were counted",
)
_MINUTE, _MILLION = 60, 10**6


def plan(prediction: Plan, *, notes: bool = True) -> None:
    """Print what a run needs, beside what the sample of it took; no line is wider than 80 columns."""
    pages, sources = plural(prediction.candidates, "page"), plural(prediction.sources, "source")
    say(f"sample: {pages}, {prediction.share:.2%} of the bytes, from {prediction.sampled:,} of {sources}")
    if 0 < prediction.asked < prediction.sources:
        say(f"sizes asked of {prediction.asked:,} of {sources}; the others taken to be like them")
    if prediction.reading:
        _reading(prediction.reading)
    elif prediction.tasks > prediction.sources:
        say(f"{sources} read in {plural(prediction.tasks, 'task')}: long ones in ranges of --split-size bytes")
    workers = plural(prediction.workers, "worker")
    say(f"pages counted in {plural(prediction.counted, 'source')}; predicted for {workers}")
    table = new_table("need", "predicted (low to high)", "sample")
    for need in prediction.needs:
        table.row(need.name, amount(need.predicted, need.unit, need.low, need.high), amount(need.sample, need.unit))
    put_table(table)
    for note in _NOTES if notes else ():
        say(note)
    if prediction.dedup:
        _dedup(prediction.dedup)
        if notes:
            _constants()
    if prediction.cluster:
        _cluster(prediction.cluster)


def _cluster(one: Cluster) -> None:
    """Print which nodes end the run in time, and what says so to Ray's launcher and to KubeRay."""
    from yurai.plan.cluster import GIB, kuberay_yaml, launcher_yaml

    nodes = f"{plural(one.nodes, 'node')} of {plural(one.node_cpus, 'CPU')} and {one.node_memory // GIB} GiB"
    took = f"{_clock(one.wall)}, up to {_clock(one.high)}"
    if one.fits:
        say(f"{one.hours:g} h: {plural(one.workers, 'worker')} ({took}) and the driver, on {nodes} beside the head")
    else:
        say(f"{one.hours:g} h: no number of workers; about as fast as any are {one.workers:,} ({took}), on {nodes}")
    for place, text in (("cluster.yaml", launcher_yaml(one)), ("KubeRay, rayClusterSpec", kuberay_yaml(one))):
        put(f"# {place}\n{text}", end="")


def _reading(cost: Cost) -> None:
    """Print what reading selections takes."""
    say(f"selected: {plural(cost.records, 'record')}, {bytes_of(cost.bytes)}, in {plural(cost.tasks, 'task')}")
    read = f"{plural(cost.requests, 'request')} of {bytes_of(cost.read)}, gaps included"
    say(f"read in {read}: {cost.hours:,.2f} hours at {cost.requests_per_second:g} a second")


def _dedup(needs: tuple[DedupNeed, ...]) -> None:
    """Print what near-duplicate search finds under each preset, and in a second table what it costs."""
    model = "near-dedup and its delivery, audit included: a model with the constants below"
    finds = new_table("", "preset", "shape", "shingles", "P(.7)", "P(.8)", "P(.9)", title=model)
    takes = new_table("", "preset", "signatures", "shuffled", "requests", "CPU hours")
    for need in needs:
        first = ("*" if need.chosen else "", need.preset)
        chances = (f"{chance:.3f}" for chance in (need.found_7, need.found_8, need.found_9))
        finds.row(*first, f"{need.bands} x {need.rows}", need.shingle, *chances)
        sizes = (bytes_of(need.signatures), bytes_of(need.shuffled), f"{need.requests:,}", f"{need.cpu_hours:,.1f}")
        takes.row(*first, *sizes)
    put_table(finds)
    say("* the recipe's own; shape: bands x rows; P: chance to find a pair that similar")
    put_table(takes)


def _constants() -> None:
    """Print the constants of that model, as bench/dedup_costs.py measures them."""
    from yurai.plan.traffic import Measured

    table = new_table("constant", "value", "what it is, for one core")
    for each in dataclasses.fields(Measured):
        table.row(each.name, f"{getattr(Measured(), each.name):,.10g}", str(each.metadata["is"]))
    put_table(table)


def amount(value: float, unit: str, *ends: float) -> str:
    """Say an amount with the ends of its interval, unless they are the amount itself, all in the unit of the amount."""
    word, one = _shape(value, unit)
    low, high = ends or (value, value)
    interval = f" ({one(low)} to {one(high)})" if low < high else ""
    return f"{one(value)}{f' {word}' if word else ''}{interval}"


def _shape(value: float, unit: str) -> tuple[str, Callable[[float], str]]:
    """Return the unit that an amount is said in, and what says one in it."""
    if unit == "bytes":
        number, _, word = bytes_of(value).partition(" ")
        scale = value / float(number) if float(number) else 1.0
        return word, lambda each: f"{each / scale:.{0 if word == 'B' else 1}f}"
    if unit == "seconds":
        return ("", _clock) if value >= _MINUTE else ("s", lambda each: f"{each:.1f}")
    if value >= _MILLION:
        return "million", lambda each: f"{each / _MILLION:,.2f}"
    return "", lambda each: f"{each:,.0f}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes // _MINUTE}:{minutes % _MINUTE:02}:{rest:02}"
