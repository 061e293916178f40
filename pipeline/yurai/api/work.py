"""Run stages to their end: the one way that `yurai.build`, `yurai run` and the commands of single stages take."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import TypedDict

from yurai.api.fitness import refuse_unfit
from yurai.api.runners import metered, open_runner
from yurai.engine.engine import Runner
from yurai.engine.progress import Reporter
from yurai.engine.waiting import telling_waits
from yurai.report.write import end_run
from yurai.run.earlier import state_of
from yurai.run.recipe import Recipe
from yurai.run.run import continue_tree, run_recipe
from yurai.run.side import Sides, find_sides
from yurai.sources.find import find_sources
from yurai.sources.parts.part import SPLIT
from yurai.sources.places import COMMON_CRAWL
from yurai.sources.selection.coalesce import READING, Reading
from yurai.terminal import logging_json
from yurai_manifests.audit import Audit
from yurai_manifests.location import shown
from yurai_manifests.web_budget import Limits
from yurai_manifests.web_file_gate import budget
from yurai_manifests.words import plural


def _quiet() -> Reporter:
    return Reporter(quiet=True)


class _Manner(TypedDict):
    """How a run goes about its tree."""

    rebuild: bool
    keep_work: bool
    reporter: Reporter


@dataclass(frozen=True, slots=True)
class Reach:
    """Files beside the inputs, and where all of them may be fetched.

    `side` are options NAME=PATH; `base` is where crawl-data/... keys live; `allow` are places that lists may name.
    """

    side: Iterable[str] = ()
    base: str = COMMON_CRAWL
    allow: Iterable[str] = ()
    reading: Reading = READING
    """How ranges of selections are read."""

    def sides(self, recipe: Recipe) -> Sides:
        """Return the files of side inputs, those of the recipe among them; raises RecipeError as `find_sides`."""
        return find_sides(self.side, recipe.side, base=self.base, allow=self.allow, reading=self.reading)


@dataclass(frozen=True, slots=True)
class Work:
    """Where a run writes and what runs it: `runner` is `local` or `ray`, `address` that of a Ray cluster or `local`."""

    output: str
    runner: str = "local"
    workers: int | None = None
    address: str = "local"
    rebuild: bool = False
    keep_work: bool = False
    """Leave the files that no later step of the run reads."""
    report: bool = True
    reporter: Reporter = field(default_factory=_quiet)
    limits: Limits = field(default_factory=Limits)
    """What it allows itself of requests to web servers."""
    split: int = SPLIT
    """Bytes of the ranges that large sources are read in; 0: each is one task."""

    def run(self, recipe: Recipe, inputs: Iterable[str], reach: Reach) -> Audit:
        """Run a recipe over inputs, or resume it, and return the audit of the tree that it ends in.

        Raises:
            RecipeError: no input is there or holds a candidate, or a node cannot take part.
            DriftError, LeaseError, ShardError: as `yurai.run.run.run_recipe`.
            ThrottledError: a web server refused too often.
        """
        with self._begun(recipe):
            return self._run(recipe, inputs, reach)

    def _run(self, recipe: Recipe, inputs: Iterable[str], reach: Reach) -> Audit:
        with telling_waits(self.reporter):
            files = find_sources(inputs, base=reach.base, allow=reach.allow, reading=reach.reading)
            sides = reach.sides(recipe)
        with self._opened() as runner:
            refuse_unfit(self.address, recipe.stages, [*files, *chain(*sides.values())], self.output)
            run_recipe(recipe, files, self.output, runner, sides=sides, split=self.split, **self._manner)
            return self._end(runner)

    def go_on(self, recipe: Recipe, inputs: list[str], reach: Reach) -> Audit:
        """Run the stages of a recipe over what an earlier tree, or Parquet files, ended in.

        Raises:
            RecipeError: `inputs` are no such thing, the stages cannot stand behind its own, or a node is unfit.
            DriftError, LeaseError, ShardError, ThrottledError: as `run`.
        """
        with self._begun(recipe):
            return self._go_on(recipe, inputs, reach)

    def _go_on(self, recipe: Recipe, inputs: list[str], reach: Reach) -> Audit:
        uses, sides = recipe.stages, reach.sides(recipe)
        with self._opened() as runner:
            state = state_of(inputs)
            refuse_unfit(self.address, uses, [*chain(*sides.values())], self.output)
            continue_tree(uses, state, recipe, self.output, runner, sides=sides, **self._manner)
            return self._end(runner)

    @property
    def _manner(self) -> _Manner:
        return {"rebuild": self.rebuild, "keep_work": self.keep_work, "reporter": self.reporter}

    @contextmanager
    def _opened(self) -> Iterator[Runner]:
        with (
            open_runner(self.runner, self.workers, self.address) as runner,
            metered(self.reporter.meter, self.runner),
            telling_waits(self.reporter),  # ends before the runner: the gate may live there
        ):
            yield runner

    @contextmanager
    def _begun(self, recipe: Recipe) -> Iterator[None]:
        """Hold requests to one budget, and say what happens as the reporter says it."""
        out = shown(self.output)
        words = f"{recipe.name} into {out} by runner {self.runner}"
        with budget(self.limits), logging_json(on=self.reporter.logs):
            self.reporter.say("run-begin", words, recipe=recipe.name, output=out, runner=self.runner)
            yield

    def _end(self, runner: Runner) -> Audit:
        ended = end_run(self.output, runner, self.reporter, report=self.report, rebuild=self.rebuild)
        out, totals = shown(self.output), ended.totals
        counts = {name: totals[name] for name in ("candidates", "kept", "dropped", "failed", "tokens")}
        kept = f"{totals['kept']:,} of {plural(totals['candidates'], 'candidate')} kept"
        self.reporter.say(
            "published", f"{out}: {kept}, digest {ended.digest}", output=out, digest=ended.digest, **counts
        )
        return ended
