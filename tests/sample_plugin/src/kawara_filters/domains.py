"""A command: which registrable domains the documents of an output come from."""

from collections import Counter
from typing import Annotated

import pyarrow.parquet as pq
import typer

from yurai_manifests.run import load_run
from yurai_manifests.store import open_store


def domains(
    out: Annotated[str, typer.Argument(metavar="OUT", help="output tree of a run")],
    most: Annotated[int, typer.Option("-n", min=1, help="domains to show")] = 10,
) -> None:
    """Count the documents of each registrable domain, the largest number first."""
    store, counts = open_store(out), Counter[str]()
    for file in load_run(store).files("documents"):
        with store.open(file.name) as handle:
            column = pq.read_table(handle, columns=["registrable_domain"]).column(0)
        counts.update(domain or "none" for domain in column.to_pylist())
    for domain, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]:
        typer.echo(f"{count:6,} {domain}")
