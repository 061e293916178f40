"""Seal a manifest: the digest of each of its fields beside them, so that whatever is edited alone is named.

The last step of a run, `NN-seal`, has no tasks and says the same digests, so that they are in the chain of steps too.
A seal is no signature: who edits a field can seal it again, and then has to contradict what lies below run.json, which
the audit compares field by field and row by row, or has to change all of that too, which only signing shows.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from yurai_manifests.canonical import Json, canonical, sha256

SEAL: Final = "seal"
SEALED: Final = "run"
"""Field of the identity of the last step that has the digests of the fields of run.json, the step itself left out."""
SINCE: Final = (1, 5)
"""The schema version, major and minor, from which on a run manifest has one."""


def sealed(value: Mapping[str, Json]) -> dict[str, Json]:
    """Return `value` with its seal: {fields: digests of its fields, sha256: of those digests}.

    A digest is the hex sha256 of the canonical JSON of a field; a field that is a table has one for each of its keys.
    """
    fields = digests(value)
    return {**value, SEAL: {"fields": fields, "sha256": sha256(canonical(fields))}}


def needs_seal(version: str) -> bool:
    """Whether a manifest of this schema version must have a seal; a version that is none says yes."""
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0]
    return not (major.isdecimal() and minor.isdecimal()) or (int(major), int(minor)) >= SINCE


def broken(value: Mapping[str, Json]) -> list[str]:
    """Return the fields that are not as they were sealed, `name` or `name.key`; `seal` is one too. None without a seal.

    A field that was taken away, added or renamed is named as well.
    """
    if SEAL not in value:
        return []
    seal, now = value[SEAL], digests(value)
    if not isinstance(seal, Mapping) or seal.keys() != {"fields", "sha256"} or not isinstance(seal["fields"], Mapping):
        return [SEAL]
    whole = seal["sha256"] == sha256(canonical(seal["fields"]))
    return [*dict.fromkeys(differences(now, seal["fields"])), *([] if whole else [SEAL])]


def digests(value: Mapping[str, Json]) -> dict[str, Json]:
    """Return the digest of each field but the seal; of a field that is a table, of each of its keys."""
    return {
        name: {key: _digest(part) for key, part in field.items()}
        if isinstance(field, Mapping) and field
        else _digest(field)
        for name, field in value.items()
        if name != SEAL
    }


def _digest(part: Json) -> str:
    return sha256(canonical(part))


def differences(now: Mapping[str, Json], then: Mapping[str, Json]) -> Iterator[str]:
    """Yield the fields in which two tables of digests differ, `name` or `name.key`."""
    for name in sorted({*now, *then}):
        new, old = now.get(name), then.get(name)
        if new == old:
            continue
        if isinstance(new, Mapping) and isinstance(old, Mapping):
            yield from (f"{name}.{key}" for key in sorted({*new, *old}) if new.get(key) != old.get(key))
        else:
            yield name
