"""Read and write release.json: what a release holds, of which run, and the digest of each of its files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from yurai_manifests.canonical import Json, canonical, sha256
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.shape import COUNT, TEXT, WHOLE, Each, Fields, Many, parsed
from yurai_manifests.store import Store

RELEASE: Final = "release.json"
RUN_FOLDER: Final = "run"
"""Folder with run.json and plan.json as the run wrote them."""
VERSION: Final = 1


@dataclass(slots=True)
class Counts:
    """Documents and bytes of text (UTF-8): of the run, and of those whose text is given; token shards likewise."""

    documents: int = 0
    given: int = 0
    text_bytes: int = 0
    given_bytes: int = 0
    shards: int = 0
    given_shards: int = 0


_NAME: Final = re.compile(r"(?:[a-z]+/)?\w+\.[a-z]+")
"""Names of files: whoever made a release does not say where else restore writes."""
_FILE: Final = Fields({"name": TEXT, "sha256": TEXT, "bytes": COUNT, "rows": COUNT}, {"of_sha256": TEXT}, closed=True)
SHAPE: Final = Fields(
    {
        "release_version": WHOLE,
        "of": TEXT,
        "policies": Many(TEXT),
        "counts": Fields({one.name: COUNT for one in fields(Counts)}, closed=True),
        "licences": Each(COUNT),
        "files": Many(_FILE),
        "withheld_shards": Many(TEXT),
        "digest": TEXT,
    },
)


@dataclass(frozen=True, slots=True)
class Written:
    """One file of a release; `of_sha256` is that of the run's file of the same name, "" where there is none."""

    name: str
    sha256: str
    bytes: int
    rows: int
    of_sha256: str = ""


@dataclass(slots=True)
class Release:
    """What release.json says; `of` is the digest of the run, `licences` counts given documents by concluded licence."""

    of: str
    policies: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    licences: dict[str, int] = field(default_factory=dict)
    files: list[Written] = field(default_factory=list)
    withheld_shards: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The sha256 of the canonical list of [name, sha256] of all files, sorted."""
        return sha256(canonical(sorted([one.name, one.sha256] for one in self.files)))

    def json(self) -> dict[str, Json]:
        """Return it as it is written."""
        value: dict[str, Json] = {**asdict(self), "release_version": VERSION, "digest": self.digest}
        return value

    def of_folder(self, folder: str) -> Iterable[Written]:
        """Return the files of one folder, in order."""
        return [one for one in self.files if one.name.startswith(f"{folder}/")]


def load_release(store: Store) -> Release:
    """Read what a release holds.

    Raises:
        RecipeError: it is none, or has not been written to its end. AuditError: its release.json is damaged.
    """
    try:
        data = store.read(RELEASE)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RecipeError(
            f"{store.url} has no {RELEASE}: it is no release, or was not written to its end; `yurai release` makes one"
        ) from error
    value, wrong = parsed(data, SHAPE)
    if not wrong and value["release_version"] != VERSION:
        raise RecipeError(f"{store.url} is a release of version {value['release_version']}; Yurai here reads {VERSION}")
    if wrong:
        raise AuditError(f"{store.url}/{RELEASE} is damaged: {wrong}; fetch it again from where it was published")
    found = _read(value)
    if strange := next((one.name for one in found.files if not _NAME.fullmatch(one.name)), None):
        raise AuditError(f"{store.url}/{RELEASE} names the file {strange!r}, which no release has; do not use it")
    if found.digest != value["digest"]:
        raise AuditError(f"{store.url}/{RELEASE} was changed: its digest is another one; fetch it again")
    return found


def _read(value: dict[str, Any]) -> Release:
    files = [Written(**one) for one in value["files"]]
    counts = Counts(**value["counts"])
    return Release(value["of"], value["policies"], counts, value["licences"], files, value["withheld_shards"])
