"""Define `yurai serve`, which shows a finished tree in a browser."""

from typing import Annotated, Literal

import typer

from yurai.cli.options import Tree
from yurai.terminal import note, say, tell
from yurai_manifests.needed import need


def serve(
    out: Tree,
    host: Annotated[
        str, typer.Option(help="name or address to listen on; other than loopback, everybody needs the token")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="port; 0 takes one that is free")] = 8470,
    tier: Annotated[
        Literal["public", "auditor", "internal"],
        typer.Option(
            help="what is shown: public no URL, title or text; auditor also file names and URLs without their query; "
            "internal all, as it is stored"
        ),
    ] = "auditor",
    token_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="file that holds the token; without it one is made and printed")
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST", help="further name that the server is called by, of a proxy; may be repeated"),
    ] = None,
) -> None:
    """Show a corpus in a browser: search, pages and their lives, lists, reports; Ctrl-C ends it."""
    for module in ("starlette", "uvicorn"):
        need(module, f"yurai serve needs package {module}")
    from yurai.serve.listen import Place
    from yurai.serve.listen import serve as listen

    def ready(address: str, token: str | None) -> None:
        say(f"{address}?token={token}" if token and token_file is None else address)
        if token:
            note("without TLS, the token and all pages can be read on the way; a tunnel or a proxy hides them")
        tell("Ctrl-C ends it")

    listen(out, tier, Place(host, port, name or []), token_file, ready)
