"""Predict what the whole run needs: count its candidates, run the recipe over two samples, extrapolate by strata.

The smaller trial shows what a run costs whatever its size (starting processes, loading models), the difference between
the two what its pages cost. Each number comes with the interval that holds the true one 9 times in 10.
"""

import math
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from yurai.engine.progress import Reporter
from yurai.plan import costs, memory
from yurai.plan.cluster import Cluster, Wanted, cluster
from yurai.plan.count import count
from yurai.plan.draw import Stratum, sized, strata
from yurai.plan.duplicates import Distinct, distinct
from yurai.plan.duplicates import groups_of as groups_of_duplicates
from yurai.plan.estimate import Estimate, added
from yurai.plan.frame import BODY_PAGE, PAGE, Frame
from yurai.plan.memory import Held
from yurai.plan.near_needs import DedupNeed, dedup_needs
from yurai.plan.outcome import ROW, Outcome, Pages, groups_of, grown, outcome, outcome_of_clusters, pages_of, summed
from yurai.plan.samples import Chosen, Sample, choose, part, write
from yurai.plan.selected import as_selected, by_task
from yurai.plan.trial import Trial, watch
from yurai.run.recipe import load_recipe, with_sources
from yurai.sources.find import Source
from yurai.sources.parts.part import SPLIT
from yurai.sources.selection.cost import Cost, cost_of
from yurai_manifests.errors import RecipeError

LEAST = 1 << 20
"""Bytes of a sample of which no page was counted: below that, starting up is all that a trial shows."""
MOST = 32 << 20
"""Bytes up to which a sample grows to hold as many pages."""
PAGES = 900
"""Pages that are tried, and what a trial costs: whoever wants it dearer gives a share."""
FILE = 8
"""How many pages a source counts as, beside its own: of 5,000 sources of a page each, 300 took 109 CPU seconds."""
WHOLE = 300
"""Pages up to which an input is tried whole, whatever its sources."""
SILENT = Reporter(quiet=True)
ALL = Distinct()
NONE = Outcome(Estimate(0.0), Estimate(0.0), Estimate(0.0), Estimate(0.0), Pages())


@dataclass(frozen=True, slots=True)
class Need:
    """One prediction: the value for the whole input, the ends of its 90 % interval, and what the sample run took."""

    name: str
    unit: str
    predicted: float
    sample: float
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run needs, and what that rests on: sampled share of the bytes, pages and sources in the sample.

    `counted` are the sources whose candidates were counted, `asked` those whose size is known; `dedup` is what
    near-duplicate search would cost under each preset, when the recipe has it; `reading` what selections take. `tasks`
    read the sources: ranges of large ones and runs of selections count, as far as sizes are known.
    `cluster` ends the run in the hours that were asked for.
    """

    needs: tuple[Need, ...]
    share: float
    candidates: int
    sources: int
    sampled: int
    workers: int
    dedup: tuple[DedupNeed, ...] = ()
    counted: int = 0
    asked: int = 0
    reading: Cost | None = None
    tasks: int = 0
    cluster: Cluster | None = None

    def need(self, name: str) -> Need:
        """Return one prediction."""
        return next(need for need in self.needs if need.name == name)


@dataclass(frozen=True, slots=True)
class _Tried:
    """Both trials: the smaller and the larger sample, what running over each took, and how many workers did it."""

    samples: tuple[Sample, Sample]
    trials: tuple[Trial, Trial]
    outs: tuple[Path, Path]
    workers: int

    @property
    def out(self) -> Path:
        """Return the tree of the larger trial."""
        return self.outs[1]

    @property
    def sources(self) -> list[int]:
        """Return how many files each sample is."""
        return [sum(map(len, sample.names)) for sample in self.samples]

    @property
    def stages(self) -> list[str]:
        """Return the stages of the recipe."""
        return [stage["use"] for stage in self.trials[1].run.recipe_stages]


def make_plan(
    recipe: str,
    sources: list[Source],
    *,
    share: float = 0.0,
    workers: int,
    runner: str,
    tables: str | None = None,
    spool: str = "",
    seed: int = 0,
    requests_per_second: float = 5.0,
    split: int = SPLIT,
    wanted: Wanted | None = None,
    reporter: Reporter = SILENT,
) -> Plan:
    """Run `recipe` over a sample of `sources` and extrapolate.

    A `share` of the bytes is tried where that is more than what 900 pages cost. `tables` is the file that `--sources`
    names; `spool` is the folder where the sample goes, else $TMPDIR. Another `seed` draws another sample. Sources whose
    size nobody asked for are as large as the others of their kind. Of selections, records are drawn, and what reading
    all takes is told for `requests_per_second`. The run reads long sources in ranges of about `split` bytes; 0: none.
    The cluster that is `wanted` is sized.

    Raises:
        RecipeError: the recipe is wrong, does not run over the sample, or the sample holds nothing.
    """
    checked = with_sources(load_recipe(recipe), tables)
    cost, sources = cost_of(sources, requests_per_second), as_selected(sources)
    groups = strata(sources, checked.sources)
    if not groups:
        raise RecipeError("all inputs are empty files; check --input")
    tasks = by_task(sized(sources), split)
    with tempfile.TemporaryDirectory(prefix="yurai-plan-", dir=spool or None) as folder, Frame(folder, seed) as frame:
        counts = count(groups, frame, checked.sources, seed, reporter)
        candidates = added(one.estimate for one in counts).value
        share = _enough(groups, share, candidates)
        chosen = choose(groups, frame, share, candidates, seed)
        options = ["--runner", runner, *(["--sources", tables] if tables else [])]
        tried = _try(chosen, Path(folder), share, min(workers, os.cpu_count() or 1), [recipe, *options], reporter)
        estimates = [one.estimate for one in counts]
        outcomes = _outcomes(chosen, tried, estimates)
        met = _met(chosen, tried, estimates)
        needs, nodes = _needs(outcomes, tried, tasks, workers, runner, met, wanted)
    run = tried.trials[1].run
    grown = candidates / max(1, sum(one.seen.candidates for one in outcomes))
    return Plan(
        needs,
        sum(tried.samples[1].copied) / sum(group.size for group in groups),
        run.value["totals"]["candidates"],
        len(sources),
        sum(counts[number].opened for number in chosen.held) + sum(len(each.sources) for each in chosen.cuts),
        workers,
        dedup_needs(checked.stages, run, max(1.0, grown), len(sources)),
        sum(one.opened for one in counts),
        sum(source.sized for source in sources),
        cost,
        len(tasks),
        nodes,
    )


def _enough(groups: Sequence[Stratum], share: float, candidates: float) -> float:
    """Return the share that is tried: what 900 pages cost, up to 32 MiB; more if that is asked for."""
    whole = sum(group.size for group in groups)
    if not candidates:
        return min(1.0, max(share, LEAST / whole))
    sources = sum(group.count for group in groups if group.small)
    pages = WHOLE if candidates <= WHOLE else PAGES / (1 + FILE * sources / candidates)
    return min(1.0, max(share, min(pages / candidates, MOST / whole)))


def _try(chosen: Chosen, folder: Path, share: float, workers: int, words: Sequence[str], reporter: Reporter) -> _Tried:
    """Write both samples and run the recipe over them; `words` are its name and the options of the run."""
    samples, trials, outs = [], [], []
    with reporter.step("try", 2) as counter:
        for name, parts in (("small", part(chosen)), ("sample", 1)):
            samples.append(write(chosen, folder / name, share, workers, part=parts))
            outs.append(folder / f"{name}-out")
            # a glob: of a folder that holds archives, a run would leave the rows out
            places = ["--input", f"{folder}/{name}/**/*", "--output", str(outs[-1])]
            manner = ["--workers", str(workers), "--no-report", "--keep-work"]
            trials.append(watch(["run", *words, *places, *manner], outs[-1], workers))
            counter.advance()
            if reporter.verbose:
                counter.tell(name, trials[-1].wall)
    return _Tried((samples[0], samples[1]), (trials[0], trials[1]), (outs[0], outs[1]), workers)


def _outcomes(chosen: Chosen, tried: _Tried, counts: Sequence[Estimate]) -> list[Outcome]:
    """Return the outcome of the clusters, then that of each stratum that was cut, as `names` of the sample."""
    found, sample = pages_of(tried.out, tried.trials[1].run), tried.samples[1]
    drawn = [(*at, pages) for place, pages in found.items() if (at := sample.places.at(place[0], place[1]))]
    outcomes = [outcome_of_clusters(chosen, drawn, counts) if chosen.drawn else NONE]
    for each, names, copied in zip(chosen.cuts, sample.names[1:], sample.copied[1:], strict=True):
        groups = groups_of(found, names, small=each.stratum.small)
        outcomes.append(outcome(each.stratum, copied, groups, counts[each.number]))
    return outcomes


def _growths(outcomes: Sequence[Outcome], tried: _Tried) -> list[Estimate]:
    """Return how many times the larger trial all is: work on text, reading, and disk; parts weigh by their work."""
    work = [costs.work_of(str(tried.out), names) for names in tried.samples[1].names]
    if not sum(work):
        raise RecipeError("the sample is too small to tell what a byte costs; give a larger --share")
    parts = [(one, part / sum(work)) for one, part in zip(outcomes, work, strict=True)]
    return [
        added(one.growth.times(part) for one, part in parts),
        added(one.reading.times(part) for one, part in parts),
        added(one.stored.times(part) for one, part in parts),
    ]


def _needs(
    outcomes: Sequence[Outcome],
    tried: _Tried,
    sources: Sequence[Source],
    workers: int,
    runner: str,
    met: float,
    wanted: Wanted | None,
) -> tuple[tuple[Need, ...], Cluster | None]:
    (small, large), shares, growths = tried.trials, _shares(tried, outcomes), _growths(outcomes, tried)
    candidates = added(one.candidates for one in outcomes)
    whole, both = summed(one.seen for one in outcomes), summed(one.both for one in outcomes)
    left = distinct(tried.stages, groups_of_duplicates(tried.out, large.run), round(whole.kept), met)
    cpu, wall_of = _seconds(tried, shares, sources, runner)
    few, many = (one.run.value["totals"]["candidates"] for one in tried.trials)
    rows = Held(few, many, candidates.value)

    def wall(count: int) -> Estimate:
        return wall_of(count).at(*growths[:2]).with_noise(costs.WALL_NOISE)

    def peak(count: int) -> Estimate:
        found = memory.peak(small, large, rows, (tried.sources[1], len(sources)), count)
        return found.with_noise(memory.MEMORY_NOISE)

    noise = math.hypot(costs.CPU_NOISE, costs.BUSY_NOISE * costs.busy())
    totals, text = large.run.value["totals"], added(one.kept_text for one in outcomes)
    pages, rest = added(one.kept for one in outcomes), whole.without(both)
    kept = grown(text.less(both.kept_text), rest.kept_text, pages.less(both.kept), rest.kept, ROW)
    disk = _disk(tried, shares, growths[2], kept.times(left.estimate))
    tokens = text.times(totals["tokens"] / max(1, whole.kept_text))
    untried = float(candidates.value > whole.candidates)
    needs = (
        _need("wall", "seconds", wall(workers), large.wall),
        _need("cpu", "seconds", cpu.at(*growths[:2]).with_noise(noise), large.cpu),
        _need("disk", "bytes", disk.with_noise(costs.DISK_NOISE), large.disk),
        _need("memory", "bytes", peak(workers), large.memory),
        _need("candidates", "pages", candidates, totals["candidates"]),
        _need("kept", "pages", pages.with_noise(costs.KEPT_NOISE * untried), totals["kept"], left),
        _need("tokens", "tokens", tokens.with_noise(costs.TOKEN_NOISE * untried), totals["tokens"], left),
    )
    return needs, cluster(wanted, wall, peak, len(sources)) if wanted else None


def _seconds(
    tried: _Tried, shares: Sequence[float], sources: Sequence[Source], runner: str
) -> tuple[costs.Cpu, Callable[[int], costs.Cpu]]:
    """Return CPU seconds, and those of the wall by workers: tasks go beside each other, but each source is one."""
    outs = list(map(str, tried.outs))
    costs.audit_seconds(outs[0])  # the first one loads modules
    audits = list(map(costs.audit_seconds, outs))
    found = [costs.spent(*one) for one in zip(tried.trials, outs, tried.sources, audits, strict=True)]
    cpu = costs.cpu(found[0], found[1], shares[0], len(sources), shares[1])
    start = costs.start_seconds(tried.trials[0], found[0], cpu.start, tried.workers, runner)

    def wall(workers: int) -> costs.Cpu:
        tasks = costs.longest((source.size for source in sources), workers)
        spread, read = (costs.Line(one.start * tasks, one.pages * tasks) for one in (cpu.tasks, cpu.reading))
        return costs.Cpu(spread, start, cpu.driving / workers, cpu.doubt, read, cpu.audit)

    return cpu, wall


def _shares(tried: _Tried, outcomes: Sequence[Outcome]) -> list[float]:
    """Return how much of the larger sample the smaller one is, without what is in both.

    Its work on text, what was to read, what it took on disk, and that of what was kept.
    """
    both = summed(one.both for one in outcomes)
    few = summed(pages_of(tried.outs[0], tried.trials[0].run).values()).without(both)
    many = summed(one.seen for one in outcomes).without(both)
    amounts = (("text", "candidates", PAGE), ("body", "candidates", BODY_PAGE), ("text", "candidates", ROW))
    shares = [_part(few, many, *one) for one in amounts]
    return [*shares, _part(few, many, "kept_text", "kept", ROW) if few.kept and many.kept else shares[2]]


def _part(few: Pages, many: Pages, amount: str, pages: str, each: float) -> float:
    (text, seen_text), (rows, seen_rows) = ((getattr(many, name), getattr(few, name)) for name in (amount, pages))
    return min(1.0, 1 / grown(Estimate(text), seen_text, Estimate(rows), seen_rows, each).value)


def _disk(tried: _Tried, shares: Sequence[float], growth: Estimate, kept: Estimate) -> Estimate:
    """Return the bytes of the tree: of steps before duplicates go, which grow as all text, and behind, as kept text."""
    few, many = (costs.after_duplicates(out, tried.stages) for out in tried.outs)
    small, large = (trial.disk for trial in tried.trials)
    before, behind = costs.line(small - few, large - many, shares[2]), costs.line(few, many, shares[3])
    return added((before.at(growth), behind.at(kept)))


def _met(chosen: Chosen, tried: _Tried, counts: Sequence[Estimate]) -> float:
    """Return the share of the input's pages of which those that are duplicates of each other are tried together."""
    whole = sum(count.value for count in counts)
    held = sum(chosen.held.values())
    cut = sum(
        counts[each.number].value * min(1.0, copied / each.stratum.size)
        for each, copied in zip(chosen.cuts, tried.samples[1].copied[1:], strict=True)
    )
    return min(1.0, (held + cut) / whole) if whole else 1.0


def _need(name: str, unit: str, value: Estimate, sample: float, left: Distinct = ALL) -> Need:
    predicted, low, high = left.of(value)
    return Need(name, unit, predicted, sample, low, high)
