"""Check inputs, outputs and places to reach as they are given, before anything is opened.

A value that is a URL goes on as a `Location`, so that no message tells its secrets.
"""

import os
import re
from collections.abc import Iterable

from yurai_manifests.errors import RecipeError
from yurai_manifests.location import LOCAL, Location, is_web, parts_of

_WRITTEN = ("run.json", *(f"{folder}/00000.parquet" for folder in ("documents", "extracted", "dropped", "shards")))
"""Some of what a run writes: a pattern that matches one of these reads its own output."""


def checked_inputs(inputs: Iterable[str], output: str | None) -> list[str]:
    """Return the inputs; raises RecipeError for an empty one, or one that the output lies in or around."""
    inputs = list(inputs)
    if any(not one.strip() for one in inputs):
        raise RecipeError(
            "--input is empty (a shell variable that is not set?); give a file, a folder, a glob or a list"
        )
    refuse_overlap(inputs, output)
    return [Location(one) for one in inputs]


def checked_output(output: str, inputs: Iterable[str] = ()) -> str:
    """Return the output; raises RecipeError for an empty one, or one that lies in or around an input."""
    if not output.strip():
        raise RecipeError("--output is empty (a shell variable that is not set?); give a folder or URL to write to")
    refuse_overlap(inputs, output)
    return Location(output)


def checked_allowed(places: Iterable[str]) -> list[str]:
    """Return the places that may be reached; raises RecipeError for what is none."""
    places = list(places)
    for place in places:
        parts = parts_of(place)
        if not (parts.scheme or place.startswith("/")) or (is_web(place) and "?" in place) or parts.path == "...":
            raise RecipeError(
                f"--allow {Location(place)} is no place; give https://HOST/, https://HOST/PATH/, /FOLDER/"
            )
    return places


def refuse_overlap(inputs: Iterable[str], output: str | None) -> None:
    """Refuse an output that is, lies in, or holds a folder that is read: on resume the two could not be told apart.

    Raises:
        RecipeError: it does.
    """
    if not output:
        return
    out = _spelled(output)
    for one in inputs:
        how = _overlap(one, out)
        if how:
            raise RecipeError(
                f"--output {Location(output)} {how} --input {Location(one)}, so a later run could not tell what was "
                "read from what was written; choose a folder beside it"
            )


def _overlap(given: str, out: str) -> str:
    from fsspec.utils import glob_translate

    folder, pattern = _folder(given)
    if pattern:
        reaches = re.compile(glob_translate(f"{folder}/{pattern}"))
        return "can be matched by" if any(reaches.match(f"{out}/{name}") for name in _WRITTEN) else ""
    if out == folder:
        return "is"
    if out.startswith(f"{folder}/"):
        return "lies inside"
    return "holds" if folder.startswith(f"{out}/") and _is_folder(given) else ""


def _folder(given: str) -> tuple[str, str]:
    """Return (place, pattern below it), the pattern "" where a path has no sign of one or exists as it is written."""
    if not set("*?[") & set(given) or is_web(given) or os.path.lexists(given):
        return _spelled(given), ""
    end = min(given.find(sign) for sign in "*?[" if sign in given)
    folder, slash, _ = given[:end].rpartition("/")
    return _spelled(folder or slash or "."), given[len(folder) + len(slash) :]


def _spelled(given: str) -> str:
    """Return a place as others of its kind can be compared with it: absolute and without links, or a URL."""
    parts = parts_of(given)
    if parts.scheme in LOCAL:
        return os.path.realpath(os.path.expanduser(parts.path)).rstrip("/")  # noqa: PTH111 - `~` of fsspec
    return str(parts).rstrip("/")


def _is_folder(given: str) -> bool:
    """Whether a place is a folder: asked of this machine, guessed by the name elsewhere."""
    from yurai.sources.path_lists import ENDINGS
    from yurai.sources.rows.names import row_kind
    from yurai.sources.warc import is_web_archive

    parts = parts_of(given)
    if parts.scheme in LOCAL:
        return os.path.isdir(parts.path)  # noqa: PTH112 - a path may be no UTF-8, and is text
    return not (is_web_archive(parts.path) or row_kind(parts.path) or parts.path.endswith(ENDINGS))
