"""Predict what the whole run needs: count its candidates, run the recipe over two samples, extrapolate by strata.

The smaller trial shows what a run costs whatever its size (starting processes, loading models), the difference between
the two what its pages cost. Each number comes with the interval that holds the true one 9 times in 10.
"""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from yurai.plan import costs
from yurai.plan.count import count
from yurai.plan.draw import Stratum, strata
from yurai.plan.duplicates import Distinct, distinct
from yurai.plan.duplicates import groups_of as groups_of_duplicates
from yurai.plan.estimate import Estimate, Z, added
from yurai.plan.near_needs import DedupNeed, dedup_needs
from yurai.plan.outcome import Outcome, groups_of, outcome, pages_of
from yurai.plan.samples import PART, Drawn, Sample, choose, write
from yurai.plan.trial import Trial, watch
from yurai.run.recipe import load_recipe, with_sources
from yurai.sources.find import Source
from yurai_manifests.errors import RecipeError

LEAST = 1 << 20
"""Bytes of a sample: below that, starting up is all that a trial shows."""
MOST = 32 << 20
"""Bytes up to which a sample grows to hold 400 pages."""
PAGES = 400
ALL = Distinct()


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

    `counted` are the sources whose candidates were counted; `dedup` is what near-duplicate search would cost under each
    preset, when the recipe has it.
    """

    needs: tuple[Need, ...]
    share: float
    candidates: int
    sources: int
    sampled: int
    workers: int
    dedup: tuple[DedupNeed, ...] = ()
    counted: int = 0

    def need(self, name: str) -> Need:
        """Return one prediction."""
        return next(need for need in self.needs if need.name == name)


@dataclass(frozen=True, slots=True)
class _Tried:
    """Both trials: the smaller and the larger sample, what running over each took, and how many workers did it."""

    samples: tuple[Sample, Sample]
    trials: tuple[Trial, Trial]
    out: Path
    workers: int

    @property
    def share(self) -> float:
        """Return how much of the larger sample the smaller one is."""
        few, many = (sum(sample.copied) for sample in self.samples)
        return few / many


def make_plan(
    recipe: str,
    sources: list[Source],
    *,
    share: float,
    workers: int,
    runner: str,
    tables: str | None = None,
    spool: str = "",
) -> Plan:
    """Run `recipe` over a sample of `sources` and extrapolate.

    `tables` is the file that `--sources` names; `spool` is the folder where the sample goes, else $TMPDIR.

    Raises:
        RecipeError: the recipe is wrong, does not run over the sample, or the sample holds nothing.
    """
    checked = with_sources(load_recipe(recipe), tables)
    groups = strata(sources, checked.sources)
    if not groups:
        raise RecipeError("all inputs are empty files; check --input")
    counts = count(groups)
    share = _enough(groups, share, added(one.estimate for one in counts).value)
    chosen = choose(groups, share)
    with tempfile.TemporaryDirectory(prefix="yurai-plan-", dir=spool or None) as folder:
        options = ["--runner", runner, *(["--sources", tables] if tables else [])]
        tried = _try(chosen, Path(folder), share, min(workers, os.cpu_count() or 1), [recipe, *options])
        outcomes = _outcomes(chosen, tried, [one.estimate for one in counts])
        needs = _needs(outcomes, tried, sources, workers, runner, _growth(outcomes, tried))
    run = tried.trials[1].run
    grown = added(one.candidates for one in outcomes).value / max(1, sum(one.seen.candidates for one in outcomes))
    return Plan(
        needs,
        sum(tried.samples[1].copied) / sum(group.size for group in groups),
        run.value["totals"]["candidates"],
        len(sources),
        sum(len(each.sources) for each in chosen),
        workers,
        dedup_needs(checked.stages, run, max(1.0, grown), len(sources)),
        sum(one.opened for one in counts),
    )


def _enough(groups: Sequence[Stratum], share: float, candidates: float) -> float:
    """Return the share that is tried: as asked, but 1 MiB and 400 pages at least, the latter up to 32 MiB."""
    whole = sum(group.size for group in groups)
    pages = min(PAGES / candidates, MOST / whole) if candidates else 0.0
    return min(1.0, max(share, LEAST / whole, pages))


def _try(chosen: Sequence[Drawn], folder: Path, share: float, workers: int, words: Sequence[str]) -> _Tried:
    """Write both samples and run the recipe over them; `words` are its name and the options of the run."""
    samples, trials = [], []
    for name, part in (("small", PART), ("sample", 1)):
        samples.append(write(chosen, folder / name, share, workers, part=part))
        out = folder / f"{name}-out"
        # a glob: of a folder that holds archives, a run would leave the rows out
        places = ["--input", f"{folder}/{name}/**/*", "--output", str(out)]
        trials.append(watch(["run", *words, *places, "--workers", str(workers), "--no-report"], out))
    return _Tried((samples[0], samples[1]), (trials[0], trials[1]), out, workers)


def _outcomes(chosen: Sequence[Drawn], tried: _Tried, counts: Sequence[Estimate]) -> list[Outcome]:
    found = pages_of(tried.out, tried.trials[1].run)
    sample = tried.samples[1]
    return [
        outcome(each.stratum, copied, groups_of(found, names, small=each.stratum.small), candidates)
        for each, names, copied, candidates in zip(chosen, sample.names, sample.copied, counts, strict=True)
    ]


def _growth(outcomes: Sequence[Outcome], tried: _Tried) -> Estimate:
    """Return how many times the work of the larger trial all work is: strata weigh by the work that they were."""
    work = [costs.work_of(str(tried.out), names) for names in tried.samples[1].names]
    if not sum(work):
        raise RecipeError("the sample is too small to tell what a byte costs; give a larger --share")
    return added(one.growth.times(part / sum(work)) for one, part in zip(outcomes, work, strict=True))


def _needs(
    outcomes: Sequence[Outcome], tried: _Tried, sources: Sequence[Source], workers: int, runner: str, growth: Estimate
) -> tuple[Need, ...]:
    (small, large), share = tried.trials, tried.share
    left = _distinct(outcomes, tried)
    cpu, disk = costs.line(small.cpu, large.cpu, share), costs.line(small.disk, large.disk, share)
    delivered = sum(file.bytes for folder in ("documents", "shards") for file in large.run.files(folder))
    disk = replace(disk, pages=disk.pages - min(delivered, disk.pages) * (1 - left.factor))
    doubt = delivered / max(1, large.disk) * (left.high - left.low) / 2 / Z
    tasks = costs.longest((source.size for source in sources), workers)
    wall = replace(cpu, start=costs.start_seconds(small, cpu, tried.workers, runner), pages=cpu.pages * tasks)
    peak = costs.peak(small, large, share, max(1.0, growth.value), workers / tried.workers)
    totals = large.run.value["totals"]
    text = max(1, sum(one.seen.kept_text for one in outcomes))
    tokens = added(one.kept_text for one in outcomes).times(totals["tokens"] / text)
    return (
        _need("wall", "seconds", wall.at(growth).with_noise(costs.WALL_NOISE), large.wall),
        _need("cpu", "seconds", cpu.at(growth).with_noise(costs.CPU_NOISE), large.cpu),
        _need("disk", "bytes", disk.at(growth).with_noise(costs.DISK_NOISE + doubt), large.disk),
        _need("memory", "bytes", Estimate(peak).with_noise(costs.MEMORY_NOISE), large.memory),
        _need("candidates", "pages", added(one.candidates for one in outcomes), totals["candidates"]),
        _need("kept", "pages", added(one.kept for one in outcomes), totals["kept"], left),
        _need("tokens", "tokens", tokens, totals["tokens"], left),
    )


def _distinct(outcomes: Sequence[Outcome], tried: _Tried) -> Distinct:
    """Return what is left of kept pages when duplicates go that do not meet in the sample."""
    run = tried.trials[1].run
    seen, kept = (sum(getattr(one.seen, name) for one in outcomes) for name in ("candidates", "kept"))
    share = seen / max(1.0, added(one.candidates for one in outcomes).value)
    return distinct([stage["use"] for stage in run.recipe_stages], groups_of_duplicates(tried.out, run), kept, share)


def _need(name: str, unit: str, value: Estimate, sample: float, left: Distinct = ALL) -> Need:
    predicted, low, high = left.of(value)
    return Need(name, unit, predicted, sample, low, high)
