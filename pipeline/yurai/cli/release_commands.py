"""Define `yurai release`, which writes what may be given to others, and `yurai restore`, which brings the rest back."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from yurai.cli.options import Allow, Archives, Base, Format, Output, Tree
from yurai.sources.places import COMMON_CRAWL
from yurai.terminal import Table, put_json, put_table, say, warn
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from yurai.reproduce.release import Release, Restored


def release_tree(
    out: Tree,
    output: Output,
    policy: Annotated[
        str | None,
        typer.Option("--policy", help="refuse unless this policy judged: a shipped one, or path of a TOML file"),
    ] = None,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Write what may be given to others: texts whose verdict allows redistribution, pointers for the rest."""
    from yurai.api.tree import open as open_tree

    made = open_tree(out).release(output, policy=policy)
    if format == "json":
        put_json(json.dumps(made.json(), ensure_ascii=False, indent=2))
        return
    _show(made, output)
    if not made.counts.given:
        by = f"the policy {', '.join(made.policies)} allows it for none" if made.policies else "no policy judged them"
        warn(f"no text is given: {by}, and unknown never counts as allowed; judge with `yurai select`")


def _show(made: "Release", output: str) -> None:
    counts, table = made.counts, Table()
    for name in ("", "run", "given", "share"):
        table.column(name, "left" if not name else "right")
    for name, whole, given in (
        ("documents", counts.documents, counts.given),
        ("bytes of text", counts.text_bytes, counts.given_bytes),
        ("token shards", counts.shards, counts.given_shards),
    ):
        table.row(name, f"{whole:,}", f"{given:,}", f"{given / whole:.1%}" if whole else "")
    put_table(table)
    for licence, count in made.licences.items():
        say(f"{plural(count, 'text')} under {licence}")
    say(f"{plural(len(made.files), 'file')}, {sum(one.bytes for one in made.files):,} bytes in {output}")
    say(f"digest {made.digest}")


def restore_texts(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="what `yurai release` wrote: a folder or URL")],
    output: Output,
    input: Archives = None,  # noqa: A002 - the option's name
    workers: Annotated[int, typer.Option(min=1, help="files of documents/ that are made at a time")] = 1,
    base: Base = COMMON_CRAWL,
    allow: Allow = None,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Bring the texts of a release back from the archives; exit 1 if a file is not byte by byte that of the run."""
    from yurai.api.restore import restore

    found = restore(release, input or (), output, workers=workers, base=base, allow=allow or ())
    if format == "json":
        put_json(json.dumps(found.json(), ensure_ascii=False, indent=2))
    else:
        _tell(found, output)
    raise typer.Exit(0 if found.ok else 1)


def _tell(found: "Restored", output: str) -> None:
    from yurai.reproduce.release.restored import REASONS

    equal = sum(one.equal for one in found.files)
    say(f"{found.whole:,} of {plural(found.documents, 'document')} as the run had them")
    say(f"{equal:,} of {plural(len(found.files), 'file')} byte by byte those of the run")
    for reason, words in REASONS.items():
        if count := found.reasons[reason]:
            say((f"{reason}, {plural(count, 'document')}: ", "bold red"), words)
    if found.reasons:
        say(f"which ones: {output}/failed/")
    if found.whole == found.documents and not found.ok:
        say("all rows are as they were, and files differ: another version of pyarrow wrote them")
    if not found.ok:
        for change in found.changes:
            say(f"version  {change}")
