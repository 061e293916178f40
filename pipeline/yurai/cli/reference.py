"""Write docs/cli.md, docs/schema.md, docs/stages.md and what help reads from the code that they describe.

    python -m yurai.cli.reference            rewrite the pages of the checkout that this module is in
    python -m yurai.cli.reference --check    change nothing; exit 1 when a page is out of step

Commands are read from their signatures, not from `--help`, whose layout changes with every version of typer.
"""

import inspect
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, get_type_hints

import pyarrow as pa
import typer
from typer.models import OptionInfo

import yurai.stages  # noqa: F401 - importing declares them
from yurai.cli import stage_options
from yurai.cli.commands import PLACES, STAGE_NAMES, SUMMARIES, load
from yurai.declare.stage import STAGES, AnyStage, in_order, setting_docs
from yurai.declare.values import kind_of
from yurai_filters.settings import expected
from yurai_manifests.crawl_schema import ROBOTS, WARCINFO
from yurai_manifests.markdown import columns, table
from yurai_manifests.schema import DOCUMENT, DROPPED, EVIDENCE, INDEX, SCHEMA_VERSION, TOKEN_IDS, TOKEN_INDEX

FOLDER = Path(__file__).parents[3] / "docs"
MADE = "<!-- written by python -m yurai.cli.reference: change the code, then run it -->"
CLI = "Every command with its help, arguments and options. How they work together: the [guide](guide.md)."
SCHEMA = f"""Schema version {SCHEMA_VERSION}. Meaning and tier travel in the Parquet files too, as metadata of a field.
Tiers: *public* may leave the house, *auditor* goes to those who check, *internal* stays. All columns exist from the
start; a column that no stage has filled is null."""
STAGE = """Settings are keys of the stage's `[[stage]]` table in a recipe; scalars are options of its command too, the
rest is given with `--set`. Rules of `filter` and taggers of `measure`: [catalogue](../filters/README.md#catalogue)."""


def cli_page() -> str:
    """Return docs/cli.md: each command with its help, arguments and options."""
    return _page("Commands", CLI, [section for name in PLACES for section in _sections(name)])


def summaries_file() -> str:
    """Return pipeline/yurai/cli/summaries.json: what help says of each command."""
    said = {name: _summary(load(name)) for name in PLACES}
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def stages_file() -> str:
    """Return pipeline/yurai/cli/stages.json: the options of the commands of stages."""
    return stage_options.written([stage_options.described(STAGES[name]) for name in STAGE_NAMES])


def _summary(loaded: Callable[..., object] | typer.Typer) -> str:
    text = loaded.info.help if isinstance(loaded, typer.Typer) else loaded.__doc__
    return inspect.cleandoc(str(text)).partition("\n")[0].removesuffix(".")


def _sections(name: str) -> list[str]:
    """The section of a command, or those of all commands of a group."""
    loaded = load(name)
    if not isinstance(loaded, typer.Typer):
        return [_command(name, loaded)]
    inner = [(one.name or "", one.callback) for one in loaded.registered_commands]
    return [_command(f"{name} {own}", function) for own, function in inner if function]


def schema_page() -> str:
    """Return docs/schema.md: each column of each delivered Parquet file, with its type, tier and meaning."""
    files = {
        "documents/ and extracted/": DOCUMENT,
        "dropped/": DROPPED,
        "evidence/": EVIDENCE,
        "robots/": ROBOTS,
        "warcinfo/": WARCINFO,
        "index/": INDEX,
        "shards/NNNNN.parquet": TOKEN_INDEX,
        'shards/NNNNN.parquet, format = "parquet"': TOKEN_IDS[pa.uint16()],
    }
    return _page("Columns", SCHEMA, (f"## {name}\n\n{columns(schema)}" for name, schema in files.items()))


def stages_page() -> str:
    """Return docs/stages.md: each stage with its documentation and settings, in the order of the flow."""
    return _page("Stages", STAGE, map(_stage, in_order()))


PAGES: dict[str, Callable[[], str]] = {"cli.md": cli_page, "schema.md": schema_page, "stages.md": stages_page}
"""Pages of docs/."""
DATA: dict[str, Callable[[], str]] = {stage_options.FILE.name: stages_file, SUMMARIES.name: summaries_file}
"""What help reads; the rest is made from the first of them."""
HERE = Path(__file__).parent


def stale(folder: Path, made: Mapping[str, Callable[[], str]] = PAGES) -> list[str]:
    """Return the names of what is missing in `folder` or out of step."""
    paths = {name: folder / name for name in made}
    return [name for name, path in paths.items() if not path.is_file() or path.read_text("utf-8") != made[name]()]


def main() -> None:
    """Rewrite what is out of step, or with `--check` only name it."""
    if sys.argv[1:] == ["--check"]:
        wrong = [*stale(HERE, DATA), *stale(FOLDER)]
        sys.stdout.write(
            f"out of step: {', '.join(wrong)}; run python -m yurai.cli.reference\n" if wrong else "in step\n"
        )
        raise SystemExit(1 if wrong else 0)
    wrong = [*_mended(HERE, DATA), *_mended(FOLDER, PAGES)]
    sys.stdout.write(f"wrote {', '.join(wrong) or 'nothing, all pages are in step'}\n")


def _mended(folder: Path, made: Mapping[str, Callable[[], str]]) -> list[str]:
    """Write what is out of step, one after the other, as what comes first is read by what comes next."""
    wrong = []
    for name, text in made.items():
        if stale(folder, {name: text}):
            (folder / name).write_text(text(), "utf-8")
            wrong.append(name)
    return wrong


def _page(title: str, intro: str, sections: Iterable[str]) -> str:
    return f"# {title}\n\n{MADE}\n\n{intro}\n\n" + "\n".join(sections)


def _command(name: str, function: Callable[..., object]) -> str:
    hints = get_type_hints(function, include_extras=True)
    rows = [_option(parameter, hints[parameter.name]) for parameter in inspect.signature(function).parameters.values()]
    text = inspect.cleandoc(function.__doc__ or "")
    return f"## yurai {name}\n\n{text}\n\n" + table(("", "value", "default", ""), *rows)


def _option(parameter: inspect.Parameter, annotated: Any) -> tuple[str, ...]:  # noqa: ANN401 - Annotated[type, typer's info]
    info, default = annotated.__metadata__[-1], parameter.default
    name = info.metavar or parameter.name.upper()
    if isinstance(info, OptionInfo):
        first = str(info.default) if isinstance(info.default, str) else f"--{parameter.name.replace('_', '-')}"
        name = "/".join([first, *(info.param_decls or ())])
    value = info.metavar if info.metavar and info.metavar != name else expected(annotated.__origin__)
    unset = default is None or default is False
    default_shown = "required" if default is parameter.empty else "" if unset else f"`{default}`"
    return (
        f"`{name}`",
        "" if value == expected(bool) else value.removesuffix(" or unset"),
        default_shown,
        info.help or "",
    )


def _stage(stage: AnyStage) -> str:
    text, docs, all_settings = stage.doc.partition("\nArgs:\n")[0].strip(), setting_docs(stage), stage.options.values()
    used = f" Output depends on the versions of: {', '.join(stage.packages)}." if stage.packages else ""
    reasons = f"\n\nReasons: {', '.join(f'`{reason}`' for reason in stage.reasons)}." if stage.reasons else ""
    rows = [(f"`{s.name}`", kind_of(s), f"`{json.dumps(s.default)}`", docs[s.name]) for s in all_settings]
    settings = table(("setting", "value", "default", ""), *rows)
    return f"## {stage.name}\n\n{text}\n\nVersion {stage.version}.{used}{reasons}\n\n{settings}"


if __name__ == "__main__":
    main()
