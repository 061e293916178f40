"""Turn a selection into inputs of a run: one source for each file of the crawl."""

from collections.abc import Iterator

from yurai.sources.selection.coalesce import Reading
from yurai.sources.selection.ranges import Ranges
from yurai.sources.source import Source, make_source
from yurai_manifests.errors import RecipeError
from yurai_manifests.location import shown
from yurai_manifests.store import open_store


def selected_sources(url: str, base: str, allow: tuple[str, ...], reading: Reading) -> Iterator[Source]:
    """Yield the files of the crawl that a selection names; they lie below `base` under their names.

    The size of each is where its last range ends: what lies behind it nobody asks for.

    Raises:
        RecipeError: no selection, or a name that would lead out of `base`.
        ShardError: the selection is damaged.
    """
    from yurai.sources.selection.manifest import load_selection  # noqa: PLC0415 - Arrow, which files alone do not need

    made = load_selection(open_store(url))
    for row in made.crawl_files():
        name = str(row["file"])
        first, rows, end, size = (int(str(row[column])) for column in ("first", "rows", "end", "bytes"))
        if name.startswith("/") or "://" in name or "::" in name or ".." in name.split("/"):
            raise RecipeError(
                f"selection {shown(url)} names {shown(name)}, which leads out of --base; select from another index"
            )
        place = f"{base.rstrip('/')}/{name}"
        ranges = Ranges(made.store.url, made.digest, first, rows, end, size, reading)
        yield make_source(name, place, end, "", allow, ranges)
