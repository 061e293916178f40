"""Define `yurai inquire`: is a work in the corpus, and where."""

import json
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from yurai.cli.options import Format, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from yurai.report.inquiry.answer import Answer, Listed


def inquire(
    out: Tree,
    url: Annotated[str | None, typer.Option(metavar="URL|ID", help="URL or doc_id of the work")] = None,
    domain: Annotated[str | None, typer.Option(metavar="DOMAIN", help="domain, with its hosts, or one host")] = None,
    text_file: Annotated[str | None, typer.Option(metavar="FILE", help="file with the text of the work")] = None,
    contains: Annotated[str | None, typer.Option(metavar="QUOTE", help="words that stand in the work")] = None,
    compare: Annotated[
        Literal["exact", "spaces", "nfkc"],
        typer.Option(help="texts letter by letter; with white space as one space, NFC; or that with NFKC"),
    ] = "spaces",
    count: Annotated[int, typer.Option("-n", min=1, help="candidates to tell of; all are counted")] = 20,
    all_to: Annotated[
        str | None, typer.Option("--all", metavar="FILE", help="with --domain: write every candidate, a JSON line each")
    ] = None,
    case_key: Annotated[
        list[str] | None,
        typer.Option(metavar="CASE=FILE", help="key of a takedown, to ask its case; may be repeated"),
    ] = None,
    key: Annotated[
        str | None, typer.Option(metavar="FILE", help="secret key to sign the answer with, as of `yurai sign`")
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="with --key: file for the signed answer; default standard output")
    ] = None,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Answer whether a work is in the corpus: in, taken down, dropped, failed or never seen; where, with copies.

    Examples: `yurai inquire OUT --url https://e.example/`, `yurai inquire OUT --text-file work.txt --key me.key
    --output answer.json`, then `yurai verify answer.json --key me.key.pub`.
    """
    from yurai.api.tree import open as open_tree
    from yurai.cli.text_file import read_text

    if sum(one is not None for one in (url, domain, text_file, contains)) != 1:
        raise typer.BadParameter("give one of --url, --domain, --text-file and --contains")
    if all_to is not None and domain is None:
        raise typer.BadParameter("--all goes with --domain")
    if output is not None and key is None:
        raise typer.BadParameter("--output goes with --key FILE; without, redirect standard output")
    tree = open_tree(out)
    text = None if text_file is None else read_text(text_file)
    with _lines(all_to) as write:
        answer = tree.inquire(
            url,
            domain=domain,
            text=text,
            contains=contains,
            compare=compare,
            first=count,
            each=write,
            case_keys=_case_keys(case_key or ()),
        )
    signed = None if key is None else tree.sign_answer(answer, key, text)
    _say(answer, signed, output, as_json=format == "json")


def _case_keys(given: "Sequence[str]") -> dict[str, bytes]:
    from yurai_manifests.takedown.keyed import load_case_key

    pairs = [one.partition("=") for one in given]
    if any(not (case and file) for case, _, file in pairs):
        raise typer.BadParameter("--case-key wants CASE=FILE: the id of a takedown, and the key that it wrote")
    return {case: load_case_key(Path(file)) for case, _, file in pairs}


@contextmanager
def _lines(path: str | None) -> "Iterator[Callable[[Listed], None] | None]":
    """Yield what writes a candidate as a line of JSON; None where nobody asked for a file."""
    if path is None:
        yield None
        return
    from yurai_manifests.whole_file import whole_file

    with whole_file(Path(path)) as whole, whole.open("w", encoding="utf-8", newline="\n") as file:

        def write(one: "Listed") -> None:
            file.write(json.dumps(asdict(one), ensure_ascii=True) + "\n")

        yield write


def _say(answer: "Answer", signed: bytes | None, output: str | None, *, as_json: bool) -> None:
    """Print an answer, or its signed form where that has no file of its own."""
    from yurai.cli.inquire_tables import say_answer
    from yurai.terminal import put_json, say

    if signed is not None and output is None:
        put_json(signed.decode("ascii"))
        return
    if as_json:
        put_json(json.dumps(answer.json(), ensure_ascii=False, indent=2))
    else:
        say_answer(answer)
    if signed is not None and output is not None:
        Path(output).write_bytes(signed + b"\n")
        if not as_json:
            say(f"signed: {output}")
