"""Define `yurai step`: which steps of training saw a page, and which pages a step saw."""

import json
from typing import TYPE_CHECKING, Annotated, Final

import typer

from yurai.cli.options import Format, Tree

if TYPE_CHECKING:
    from yurai.report.training.steps import InStep, Step, Steps

SHOWN: Final = 20


def step(
    out: Tree,
    number: Annotated[int | None, typer.Argument(metavar="STEP", help="a step, from 0: tell its documents")] = None,
    document: Annotated[
        str | None, typer.Option(metavar="URL|ID", help="a document, by URL or doc_id: tell its steps")
    ] = None,
    token: Annotated[str | None, typer.Option(metavar="SHARD:N", help="token N, from 0, of a shard: likewise")] = None,
    order: Annotated[str, typer.Option(metavar="NAME", help="the order, as `yurai pack` named it")] = "main",
    count: Annotated[int, typer.Option("-n", min=1, help="documents to show; JSON has all")] = SHOWN,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Tell the training steps of a document or token, or the documents of a step, with URL and licence.

    Examples: `yurai step OUT 28955`, `yurai step OUT --document https://e.example/`, `yurai step OUT --token 00000:7`.
    """
    from yurai.api.tree import open as open_tree
    from yurai.terminal import put_json

    if sum(one is not None for one in (number, document, token)) != 1:
        raise typer.BadParameter("give a STEP, --document URL|ID, or --token SHARD:N")
    tree = open_tree(out)
    if number is not None:
        found = tree.step(number, order)
        if format == "json":
            put_json(json.dumps(found.json(), ensure_ascii=False, indent=2))
        else:
            _say_step(found, count)
        return
    told = tree.steps(document, token=token, order=order)
    if format == "json":
        put_json(json.dumps([one.json() for one in told], ensure_ascii=False, indent=2))
    else:
        _say_steps(told)


def _say_steps(told: "list[Steps]") -> None:
    from yurai.report.safe_text import shown, shown_url
    from yurai.terminal import say

    for one in told:
        say((shown_url(one.url) or "(no URL)", "bold"), f"  {one.doc_id}")
        if one.case:
            say(f"  taken down since, case {shown(one.case)}")
        say(f"  {one.said}")
        for seen in one.seen[:SHOWN]:
            step = "not known" if seen.step is None else f"{seen.step:,}"
            last = seen.first + seen.tokens - 1
            say(f"  step {step}, sample {seen.position:,}: tokens {seen.first:,} to {last:,} of the document")
        if len(one.seen) > SHOWN:
            say(f"  and {len(one.seen) - SHOWN:,} more; --format json has all")


def _say_step(found: "Step", count: int) -> None:
    from yurai.terminal import say
    from yurai_manifests.words import plural

    last = found.first + found.samples - 1
    say(
        (f"step {found.step:,} (/{found.steps:,})", "bold"),
        f" of order {found.order}, samples {found.first:,} to {last:,}",
    )
    gone = [one for one in found.documents if one.case]
    since = f"; {sum(one.tokens for one in gone):,} of {len(gone):,} that were taken down since" if gone else ""
    say(f"{plural(found.tokens, 'token')} of {plural(len(found.documents), 'document')}{since}")
    for one in found.documents[:count]:
        say(f"  {one.tokens:>7,}  {_document(one)}")
    if len(found.documents) > count:
        say(f"  and {len(found.documents) - count:,} more; -n shows more, --format json all")


def _document(one: "InStep") -> str:
    from yurai.report.safe_text import shown, shown_url

    if one.page is None:
        return f"{one.doc_id}  taken down, case {shown(one.case)}" if one.case else f"{one.doc_id}  not in documents/"
    licence = one.page.concluded_spdx or one.page.declared_spdx or "no licence"
    return f"{shown(licence)}  {shown_url(one.page.url) or shown(one.page.source)}"
