"""Define `yurai pii audit`, which has people judge a sample of what is found as personal data."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from yurai.cli.options import Format
from yurai.cli.text_file import refuse_drawn, write_private
from yurai.terminal import Table, put_json, put_table, say, tell
from yurai_manifests.errors import RecipeError
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from yurai.report.pii_audit import Marked, Sample

pii = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Judge what is found as personal data.",
)


@pii.callback()
def personal_data() -> None:
    """Judge what is found as personal data."""


@pii.command(name="audit")
def audit_personal_data(
    texts: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXTS...", help="Parquet or JSONL files, folders of them, or a tree of Yurai"),
    ] = None,
    draw: Annotated[str | None, typer.Option(metavar="FILE.csv", help="write a sample to mark there")] = None,
    read: Annotated[str | None, typer.Option(metavar="FILE.csv", help="read the marks of a person from there")] = None,
    count: Annotated[int, typer.Option("-n", min=1, help="finds of each kind to draw")] = 100,
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help="a kind to draw; default all that are masked; may be repeated"),
    ] = None,
    column: Annotated[str, typer.Option(help="column that holds the text")] = "text",
    seed: Annotated[int, typer.Option(min=0, help="another seed draws other finds")] = 0,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Estimate how often what is found is right: draw a sample, mark it right or wrong, and read it back."""
    if (draw is None) == (read is None) or (draw is not None and not texts) or (read is not None and texts):
        raise typer.BadParameter("give TEXTS... and --draw FILE.csv, then --read FILE.csv")
    if read is not None:
        _read(read, format)
    elif draw is not None:
        _draw(texts or [], draw, count, seed, kind or [], column)


def _draw(texts: list[str], output: str, count: int, seed: int, kinds: list[str], column: str) -> None:
    from yurai.report.pii_audit import as_csv, draw
    from yurai.report.pii_texts import texts_of
    from yurai_filters.pii import ALL, KINDS

    if wrong := [kind for kind in kinds if kind not in ALL]:
        raise RecipeError(f"no kind {wrong[0]!r}; there are {', '.join(ALL)}")
    refuse_drawn(output)
    wanted = [kind for kind in ALL if kind in kinds] if kinds else KINDS
    sample = draw(texts_of(texts, column), count, seed, wanted, wide=True)
    if not sample.drawn:
        raise RecipeError(f"nothing was found in {sample.letters:,} letters{_hint(sample)}")
    write_private(output, as_csv(sample))
    drawn = sum(map(len, sample.drawn.values()))
    tell(f"{plural(drawn, 'find')} of {sample.counts.total():,} in {sample.letters:,} letters{_hint(sample)}")
    tell(f"{output} holds personal data: keep it from others, and delete it when you are done")
    tell(f"next: write right or wrong into column mark, then  yurai pii audit --read {output}")


def _hint(sample: "Sample") -> str:
    if not sample.redacted:
        return ""
    return f"; {plural(sample.redacted, 'text')} went through redact already: audit texts from before it"


def _read(path: str, form: str) -> None:
    from yurai.report.pii_audit import overall, read_file

    marked = read_file(path)
    if form == "json":
        put_json(json.dumps(marked.json(), ensure_ascii=False, indent=2))
        return
    put_table(_table(marked))
    for _, share in overall(marked):
        say(f"all kinds, each as often as it was found: {share:.3f}")


def _table(marked: "Marked") -> Table:
    table = Table(title=f"precision in {marked.letters:,} letters, Wilson 95 % intervals")
    for name in ("kind", "precision", "from", "to", "marked", "unmarked", "found", "false per million letters"):
        table.column(name, "left" if name == "kind" else "right")
    for one in marked.kinds:
        low, high = one.interval
        rate = marked.false_per_million(one)
        known = ("-", "-", "-") if one.share is None else (f"{one.share:.3f}", f"{low:.3f}", f"{high:.3f}")
        counts = (f"{one.right + one.wrong:,}", f"{one.unmarked:,}", f"{one.found:,}")
        table.row(one.kind, *known, *counts, "-" if rate is None else f"{rate:.2f}")
    return table
