"""Find the files of an index: a crawl by its name, a folder, a path list, or files, wherever they lie."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from yurai.sources.find import find_sources
from yurai.sources.source import Source, make_source, opened, relative
from yurai_manifests.errors import RecipeError
from yurai_manifests.faults import as_os_errors
from yurai_manifests.location import is_web, shown, told

TABLE: Final = "cc-index/table/cc-main/warc/crawl="
_CDX: Final = re.compile(r"(?:.*\.cdxj?(?:\.gz)?|cdx-\d+\.gz)")
_PART: Final = re.compile(r"(?:^|/)(crawl|subset)=([^/]+)(?=/)")
_PLACE: Final = "cc-index/"


def is_columnar(name: str) -> bool:
    """Whether a file of an index is Parquet; else it is CDX."""
    return name.endswith(".parquet")


def partition(name: str) -> dict[str, str]:
    """Return what the folders of a file say of its rows: `crawl`, `subset`."""
    return dict(_PART.findall(name))


def index_files(crawls: Iterable[str], root: str, subset: str, allow: tuple[str, ...] = ()) -> list[Source]:
    """Return the files of the indexes that `crawls` name, of one subset where folders say so, sorted by name.

    A crawl's name (CC-MAIN-2024-33) is looked for below `root`, where its files lie as at data.commoncrawl.org.

    Raises:
        RecipeError: nothing there, no index, or two files of one name.
    """
    found: dict[str, Source] = {}
    for crawl in crawls:
        for source in _of_crawl(crawl, root, allow):
            if partition(source.name).get("subset", subset) == subset:
                other = found.setdefault(source.name, source)
                if other.url != source.url:
                    raise RecipeError(
                        f"two files of an index are called {shown(source.name)}: {other.url} and {source.url}; "
                        "select from them one by one"
                    )
    if not found:
        raise RecipeError(f"no file of an index of subset {subset}; check the crawl and --subset")
    return [found[name] for name in sorted(found)]


def _of_crawl(crawl: str, root: str, allow: tuple[str, ...]) -> Iterator[Source]:
    if not crawl.strip():
        raise RecipeError("a crawl is empty (a shell variable that is not set?); give its name, or its index")
    if "/" not in crawl and not Path(crawl).exists():
        base = root.rstrip("/")
        crawl = f"{base}/crawl-data/{crawl}/cc-index-table.paths.gz" if is_web(root) else f"{base}/{TABLE}{crawl}"
    try:
        if not is_web(crawl):
            asked = opened(crawl, shown(crawl), allow)
            with as_os_errors(asked.files):
                if asked.files.isdir(asked.path):
                    yield from _of_folder(crawl, allow)
                    return
    except OSError as error:
        raise RecipeError(f"{shown(crawl)} cannot be read: {told(error, crawl)}; check it and credentials") from error
    for source in find_sources([crawl], base=root, allow=allow, option="", ask=0):
        if _is_index(source.name):
            yield _placed(source)


def _of_folder(crawl: str, allow: tuple[str, ...]) -> Iterator[Source]:
    asked = opened(crawl, shown(crawl), allow)
    names = [path for path in sorted(asked.files.find(asked.path)) if _is_index(path)]
    if not names:
        raise RecipeError(f"{shown(crawl)} holds no Parquet, CDX or CDXJ file of an index; check the path")
    for path in names:
        yield _placed(asked.source(path, "", name=_name(path, relative(path, asked.path))))


def _is_index(name: str) -> bool:
    return is_columnar(name) or _CDX.fullmatch(name.rpartition("/")[2]) is not None


def _name(path: str, name: str) -> str:
    """Return the name from `cc-index/` on where it lies so, which is the same on every machine."""
    _, place, rest = path.rpartition(f"/{_PLACE}")
    return f"{_PLACE}{rest}" if place else name


def _placed(source: Source) -> Source:
    name = _name(str(source.url), source.name)
    return make_source(name, str(source.url), source.size if source.sized else None, source.stamp, source.allow)
