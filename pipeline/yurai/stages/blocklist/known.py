"""Tell which case blocks a page, by its place or by its text: the blocklists of a run."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

import numpy as np
import pyarrow as pa

from yurai.declare.lists import read
from yurai.stages.blocklist.passages import Letters
from yurai.stages.blocklist.places import domains, surts
from yurai.stages.blocklist.sets import QUOTED, Set, ShingleSets, sets_of
from yurai_filters.lists import PIN
from yurai_manifests.canonical import sha256
from yurai_manifests.errors import RecipeError
from yurai_manifests.normal_text import normalise
from yurai_manifests.takedown.blocklist import Listed, parse_blocklist, unpacked
from yurai_manifests.takedown.keyed import Kind, keyed

BLOCKLIST: Final = "blocklist "
"""Before the id of a case, in the models of stage extract."""
HELD: Final = 2
"""Choices of lists that a process holds at a time."""


class Blocklists:
    """The cases of a run, in the order of their ids: the first that blocks a page is named."""

    def __init__(self, lists: Sequence[Listed]) -> None:
        self._cases = [_Case(one) for one in sorted(lists, key=lambda one: one["case"])]
        self._sets, self._owners = ShingleSets(), list[int]()
        for number, one in enumerate(self._cases):
            for written in one.listed["shingles"]:
                self._sets.sets.append(unpacked(written))
                self._owners.append(number)
        self._sets.ready()
        self._near = np.array([float(self._cases[number].listed["near"]) for number in self._owners])

    def of_page(self, url: str | None, body: str | None) -> str | None:
        """Return the case that blocks a page by its URL, or by the sha256 of its body."""
        return next((one.name for one in self._cases if one.has_body(body) or one.has_url(url)), None)

    def of_texts(self, texts: list[str]) -> list[str | None]:
        """Return for each text the case that blocks it."""
        if not texts:
            return []
        normal = cast("list[str]", normalise(pa.array(texts, pa.large_string())).to_pylist())
        pairs = zip(texts, normal, sets_of(normal), strict=True)
        return [self._of_text(text, one, shingles) for text, one, shingles in pairs]

    def _of_text(self, text: str, normal: str, shingles: Set) -> str | None:
        if not normal:
            return None
        alike = self._alike(shingles)
        found = (one.name for number, one in enumerate(self._cases) if number in alike or one.has_text(text, normal))
        return next(found, None)

    def _alike(self, shingles: Set) -> set[int]:
        shared = self._sets.shared(shingles)
        if shared is None:
            return set()
        hits = np.flatnonzero((shared.jaccard >= self._near) | (shared.quoted >= QUOTED))
        return {self._owners[at] for at in hits.tolist()}


class _Case:
    """One list, its values as sets."""

    def __init__(self, listed: Listed) -> None:
        self.listed, self.name, self._key = listed, listed["case"], bytes.fromhex(listed["key"])
        self._texts, self._sha256s = {*listed["texts"]}, {*listed["sha256s"]}
        self._urls, self._domains = {*listed["urls"]}, {*listed["domains"]}
        self._surts = {(one["characters"], one["hmac"]) for one in listed["surts"]}
        self._sizes = sorted({size for size, _ in self._surts})

    def has_body(self, body: str | None) -> bool:
        return bool(body and self._sha256s) and self._keyed("sha256", str(body), self._sha256s)

    def has_url(self, url: str | None) -> bool:
        if not url:
            return False
        if self._urls and self._keyed("url", url, self._urls):
            return True
        if self._domains and any(self._keyed("domain", one, self._domains) for one in domains(url)):
            return True
        names = surts(url) if self._sizes else ()
        return any(
            (size, keyed(self._key, "surt", name[:size])) in self._surts
            for name in names
            for size in self._sizes
            if size <= len(name)
        )

    def has_text(self, text: str, normal: str) -> bool:
        if self._texts and self._keyed("text", normal, self._texts):
            return True
        if self._sha256s and self._keyed("sha256", sha256(text.encode("utf-8", "surrogatepass")), self._sha256s):
            return True
        passages = self.listed["passages"]
        if not passages:
            return False
        letters = Letters(normal, self._key)
        return any(letters.hold(one) for one in passages)

    def _keyed(self, kind: Kind, value: str, among: set[str]) -> bool:
        return keyed(self._key, kind, value) in among


def named(specs: Sequence[str]) -> tuple[str, ...]:
    """Return the files that settings name, each once and with the digest that it has; of a folder its *.json.

    Raises:
        RecipeError: a file is not there, is no blocklist, or has another digest than the setting says.
    """
    digests(specs)  # reads each as a blocklist
    return tuple(dict.fromkeys(f"{spec.partition(PIN)[0]}{PIN}{sha256(_bytes(spec))}" for spec in _files(specs)))


def digests(specs: Sequence[str]) -> dict[str, str]:
    """Return the sha256 of each blocklist by its case, for fingerprints: where it lies says nothing.

    Raises:
        RecipeError: as `named`; or one case is in two files.
    """
    found: dict[str, str] = {}
    for spec in _files(specs):
        data = _bytes(spec)
        case, digest = f"{BLOCKLIST}{parse_blocklist(data, spec)['case']}", sha256(data)
        if found.setdefault(case, digest) != digest:
            raise RecipeError(f"{case} is in two files that differ; put the right one into one folder")
    return found


@functools.lru_cache(maxsize=HELD)
def load_blocklists(specs: tuple[str, ...]) -> Blocklists:
    """Read the blocklists that settings name; errors as `named`."""
    return Blocklists([parse_blocklist(_bytes(spec), spec) for spec in _files(specs)])


def _files(specs: Sequence[str]) -> list[str]:
    files = list[str]()
    for spec in specs:
        if not Path(spec).is_dir():
            files.append(spec)
            continue
        found = sorted(str(path) for path in Path(spec).glob("*.json"))
        if not found:
            raise RecipeError(f"{spec} holds no blocklist; give the folder that `yurai takedown --blocklist` wrote to")
        files += found
    return files


def _bytes(spec: str) -> bytes:
    name, _, digest = spec.partition(PIN)
    try:
        data = read(name, "")
    except ValueError as error:
        raise RecipeError(f"a blocklist is not there: {error}") from error
    if digest and sha256(data) != digest:
        raise RecipeError(f"blocklist {name} was changed since the run began; run the same command again")
    return data
