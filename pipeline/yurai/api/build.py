"""Define `yurai.build`: a recipe, inputs and an output become a tree."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from yurai.api.given import RunnerName, Tables, Where, place, places, recipe_of, sides
from yurai.api.places import checked_allowed, checked_inputs, checked_output
from yurai.api.tree import Tree
from yurai.api.tree import open as open_tree
from yurai.api.words import doubts_of
from yurai.sources.parts.part import SPLIT
from yurai.sources.places import COMMON_CRAWL
from yurai.terminal import logging_json, warn
from yurai_manifests.errors import RecipeError
from yurai_manifests.web_budget import Limits

if TYPE_CHECKING:
    from yurai.api.work import Reach, Work
    from yurai.run.recipe import Recipe
    from yurai.sources.selection.coalesce import Reading


def build(
    recipe: Where | Tables,
    inputs: Where | Iterable[Where],
    output: Where,
    *,
    workers: int | None = None,
    runner: RunnerName = "local",
    address: str = "local",
    sources: Where | None = None,
    side: Mapping[str, Where | Iterable[Where]] | None = None,
    base: str = COMMON_CRAWL,
    allow: Iterable[str] = (),
    blocklist: Where | Iterable[Where] = (),
    requests_per_second: float | None = None,
    requests_in_flight: int | None = None,
    ranges: Mapping[str, float] | None = None,
    split_size: int = SPLIT,
    rebuild: bool = False,
    keep_work: bool = False,
    report: bool = True,
    progress: bool | Literal["json"] = False,
) -> Tree:
    """Run a recipe over web archives, JSONL and Parquet, and return the tree that it made.

    The same call resumes. Warnings (UserWarning): nothing was kept, a source failed whole, the tree does not add up.

        tree = yurai.build("plain", inputs=["crawl/"], output="corpus", workers=2)

    Args:
        recipe: name of a shipped one, path of a TOML file, or a dict in its shape: `{"name": "mine", "stage": [...]}`.
        inputs: file, folder, glob, path list (.paths.gz) or fsspec URL, or several of them.
        output: folder or fsspec URL to write to.
        workers: tasks at a time; by default one (local), or all CPUs (ray).
        runner: `local` works in this process, or in `workers` processes; `ray` on a cluster, or on Ray started here.
        address: HOST:PORT of a Ray cluster; `local` starts one for this run.
        sources: TOML file of [[source]] tables: columns and licence of JSONL and Parquet.
        side: files to read beside the input, in no total, by name: `{"robots": ["robotstxt.paths.gz"]}`.
        base: where the crawl-data/... keys of a path list live.
        allow: places (scheme://host/path/) that a list from elsewhere and a redirect may reach too.
        blocklist: what takedowns wrote with `--blocklist`, which the run leaves out: folders, or files of them.
        requests_per_second: requests a second to web servers, of all workers together; None: any number.
        requests_in_flight: requests to web servers at a time, of all workers; None: any number.
        ranges: how those of a selection are read together: `{"gap": 262144, "waste": 0.45, "size": 16777216}`.
        split_size: bytes of the ranges that sources longer than three of them are read in; 0: none is.
        rebuild: redo what a changed recipe or input makes different, instead of refusing it.
        keep_work: leave the files in OUT/.work that no later step reads; more inputs then make less again.
        report: write OUT/report/index.html at the end.
        progress: show steps and time left on standard error; "json": as logs (docs/logs.md), which have the warnings.

    Raises:
        RecipeError: recipe, input or an argument is wrong; nothing has run.
        DriftError, LeaseError: `output` was made by another recipe or input, and not `rebuild`; a driver writes to it.
        ShardError: storage failed after retries, or a web server refused (ThrottledError); the same call resumes.
    """
    given, out = places(inputs, "inputs"), checked_output(place(output, "output"))
    chosen = _chosen(recipe, sources, places(blocklist, "blocklist") if blocklist else [])
    reach, limits = _reach(side, base, allow, ranges), _limits(requests_per_second, requests_in_flight)
    made = _work(out, runner, workers, address, limits, report=report, progress=progress)
    work = replace(made, rebuild=rebuild, keep_work=keep_work, split=_split(split_size))
    return _ended(work, chosen, checked_inputs(given, out), reach)


def _ended(work: "Work", chosen: "Recipe", inputs: list[str], reach: "Reach") -> Tree:
    """Run, warn of what is doubtful, and open the tree."""
    _warn(doubts_of(work.run(chosen, inputs, reach), work.output), as_log=work.reporter.logs)
    return open_tree(work.output)


def _reach(
    side: Mapping[str, Where | Iterable[Where]] | None,
    base: str,
    allow: Iterable[str],
    ranges: Mapping[str, float] | None,
) -> "Reach":
    from yurai.api.work import Reach

    allowed = checked_allowed(places(allow, "allow") if allow else ())
    return Reach(sides(side), place(base, "base"), allowed, _reading(ranges or {}))


def _reading(ranges: Mapping[str, float]) -> "Reading":
    """Check how ranges are read, as the options of the command line are checked."""
    from yurai.sources.selection.coalesce import READING

    names = {"gap": "gap", "waste": "waste", "size": "largest"}
    for name, value in ranges.items():
        if name not in names or type(value) not in ((int, float) if name == "waste" else (int,)):
            raise RecipeError(f"ranges may have the numbers gap, waste and size, not {name!r}: {value!r}")
    return replace(READING, **{names[name]: value for name, value in ranges.items()})  # type: ignore[arg-type]


def _warn(doubts: Iterable[str], *, as_log: bool) -> None:
    for words in filter(None, doubts):
        if as_log:
            with logging_json(on=True):
                warn(words)
        else:
            warnings.warn(words, UserWarning, stacklevel=4)  # whoever called `build`


def _chosen(recipe: Where | Tables, sources: Where | None, blocklist: list[str]) -> "Recipe":
    from yurai.run.recipe import with_blocklists, with_sources

    tables = place(sources, "sources") if sources is not None else None
    return with_blocklists(with_sources(recipe_of(recipe), tables), blocklist)


def _split(size: int) -> int:
    if type(size) is not int or size < 0:
        raise RecipeError(f"split_size must be a number of bytes, or 0, not {size!r}")
    return size


def _limits(per_second: float | None, in_flight: int | None) -> Limits:
    """Check what a run allows itself, as the options of the command line are checked."""
    if per_second is not None and (type(per_second) not in (int, float) or not per_second > 0):
        raise RecipeError(f"requests_per_second must be a number above 0 or None, not {per_second!r}")
    if in_flight is not None and (type(in_flight) is not int or in_flight < 1):
        raise RecipeError(f"requests_in_flight must be a positive integer or None, not {in_flight!r}")
    return Limits(per_second, in_flight)


def _work(
    out: str,
    runner: str,
    workers: int | None,
    address: str,
    limits: Limits,
    *,
    report: bool,
    progress: bool | Literal["json"],
) -> "Work":
    """Check what runs the tasks, as the options of the command line are checked."""
    from yurai.api.work import Work
    from yurai.engine.progress import Reporter

    if runner not in get_args(RunnerName):
        raise RecipeError(f"runner must be one of {', '.join(get_args(RunnerName))}, not {runner!r}")
    if workers is not None and (type(workers) is not int or workers < 1):
        raise RecipeError(f"workers must be a positive integer or None, not {workers!r}")
    if progress not in (True, False, "json"):
        raise RecipeError(f"progress must be True, False or 'json', not {progress!r}")
    reporter = Reporter(quiet=not progress, logs=progress == "json")
    return Work(out, runner, workers, place(address, "address"), report=report, reporter=reporter, limits=limits)
