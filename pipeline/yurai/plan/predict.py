"""Predict what the whole run needs by a line through two trials, over the compressed bytes of the input.

The smaller trial shows what a run costs whatever its size (starting processes, loading models, a file for each task),
the difference between the two what each byte costs. Bytes are known of the whole input without reading it, pages are
not, and a page's cost goes with its bytes, so the estimate by bytes is the steadier one.
"""

import math
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from yurai.plan.cut import cut
from yurai.plan.near_needs import DedupNeed, dedup_needs
from yurai.plan.trial import Trial, watch
from yurai.run.recipe import load_recipe, with_sources
from yurai.sources.find import Source
from yurai.sources.rows import SourceTable, row_kind
from yurai.sources.rows.tables import table_of
from yurai.sources.warc import is_web_archive
from yurai_manifests.errors import RecipeError

FILES = 32
"""Sources that are sampled; of more, those at even distances in the order of their names."""
SMALL = 8
"""How much smaller the smaller trial is, but for inputs of a few megabytes."""
LEAST = 1 << 20
"""Bytes of a sample: below that, starting up is all that a trial shows."""
JOINED = "gzip-members-{}.warc.gz"


@dataclass(frozen=True, slots=True)
class Need:
    """One prediction: the value for the whole input, and what the sample run itself took."""

    name: str
    unit: str
    predicted: float
    sample: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run needs, and what that rests on: sampled share of the bytes, pages and sources in the sample.

    `dedup` is what near-duplicate search would cost under each preset, when the recipe has it.
    """

    needs: tuple[Need, ...]
    share: float
    candidates: int
    sources: int
    sampled: int
    workers: int
    dedup: tuple[DedupNeed, ...] = ()

    def need(self, name: str) -> Need:
        """Return one prediction."""
        return next(need for need in self.needs if need.name == name)


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
    whole = max(1, sum(source.size for source in sources))
    share = min(1.0, max(share, LEAST / whole))
    fraction = max(share / SMALL, min(share / 2, LEAST / SMALL / whole))
    checked = with_sources(load_recipe(recipe), tables)
    chosen = _spread(sources, checked.sources)
    held = min(workers, os.cpu_count() or 1)
    with tempfile.TemporaryDirectory(prefix="yurai-plan-", dir=spool or None) as folder:
        trials = []
        for name, part in (("small", fraction), ("sample", share)):
            copied = _copy(chosen, Path(folder) / name, part, held)
            # a glob: of a folder that holds archives, a run would leave the rows out
            arguments = ["run", recipe, "--input", f"{folder}/{name}/**/*", "--output", f"{folder}/{name}-out"]
            arguments += ["--runner", runner, "--workers", str(held), "--no-report"]
            arguments += [option for option in ("--sources", tables) if tables and option]
            trials.append((copied, watch(arguments, Path(folder) / f"{name}-out")))
    prediction = _plan(trials, sources, len(chosen), workers, held)
    dedup = dedup_needs(checked.stages, trials[-1][1].run, 1 / prediction.share, len(sources))
    return replace(prediction, dedup=dedup)


def _spread(sources: list[Source], tables: tuple[SourceTable, ...]) -> list[Source]:
    """Return up to 32 sources at even distances, and at least one for each [[source]] table."""
    groups: dict[int, list[Source]] = {}
    for source in sources:
        groups.setdefault(id(table_of(tables, source.name)) if row_kind(source.name) else 0, []).append(source)
    chosen = []
    for group in groups.values():
        count = min(len(group), max(1, FILES * len(group) // len(sources)))
        chosen += [group[int(index * len(group) / count)] for index in range(count)]
    return sorted(chosen)


def _copy(sources: Iterable[Source], folder: Path, share: float, files: int) -> float:
    """Write the sample; return the bytes of the input that it stands for.

    Members of gzip stand alone, so those of all archives go into as many files as workers: in a file of its own,
    each source's share would be packed into Parquet a few rows at a time, and take more disk than it will.
    """
    copied, number, piece = 0.0, 0, folder.with_suffix(".piece")
    for source in sources:
        piece_cut = cut(source, piece, share)
        copied += source.size * piece_cut.copied / piece_cut.whole if piece_cut.whole else 0
        joins = is_web_archive(source.name) and source.name.endswith(".gz") and piece_cut.apart
        target = folder / (JOINED.format(number % files) if joins else source.name)
        number += joins
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("ab") as file:
            file.write(piece.read_bytes())
    if not copied:
        raise RecipeError("the sample holds nothing; give a larger --share")
    return copied


def _plan(trials: list[tuple[float, Trial]], sources: list[Source], sampled: int, workers: int, held: int) -> Plan:
    (few, small), (many, sample) = trials
    whole = float(sum(source.size for source in sources))
    if many <= few or (sample.wall <= small.wall and whole > 2 * many):
        raise RecipeError(
            "the sample is too small to tell what a byte costs from what a start costs; give a larger --share"
        )

    def line(low: float, high: float, scale: float = 1.0) -> float:
        """Go on along the line through both trials; a cost that does not grow with the input stays as it is."""
        return high + max(0.0, (high - low) / (many - few)) * scale * max(0.0, whole - many)

    totals = sample.run.value["totals"]
    share = whole / many
    # the largest of n pages grows with the logarithm of n, and so does what a worker held at its peak
    growth = max(0, sample.memory - small.memory) / math.log(many / few)
    peak = sample.memory + growth * max(0.0, math.log(share * held / workers))
    needs = (
        Need("wall", "seconds", line(small.wall, sample.wall, held / workers), sample.wall),
        Need("cpu", "seconds", line(small.cpu, sample.cpu), sample.cpu),
        Need("disk", "bytes", line(small.disk, sample.disk), sample.disk),
        Need("memory", "bytes", peak * workers / held, sample.memory),
        Need("candidates", "pages", totals["candidates"] * share, totals["candidates"]),
        Need("kept", "pages", totals["kept"] * share, totals["kept"]),
        Need("tokens", "tokens", totals["tokens"] * share, totals["tokens"]),
    )
    return Plan(needs, many / whole, totals["candidates"], len(sources), sampled, workers)
