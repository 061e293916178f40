"""Map a row's own columns to those of a document: which column plays which role, and what its value may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from yurai.sources.rows.dates import row_date

DEFAULTS = {"text": ("text", "content"), "url": ("url",), "title": ("title",), "date": ("date",), "id": ("id",)}
ROLES = tuple(DEFAULTS)


@dataclass(frozen=True, slots=True)
class Choice:
    """Columns that may play a role, in each row the first that is filled does; `named`: by a table, not by default."""

    names: tuple[str, ...]
    named: bool


Choices = Mapping[str, Choice]


def choices_of(columns: Mapping[str, str]) -> Choices:
    """Return the choice for each role: the column that `columns` names, or the default."""
    return {
        role: Choice((columns[role],), named=True) if role in columns else Choice(names, named=False)
        for role, names in DEFAULTS.items()
    }


def pick(value: Mapping[str, object], choices: Choices) -> dict[str, object]:
    """Return the values of the roles that `value` has; `a.b` is column `a.b`, or else `b` in the object `a`."""
    picked: dict[str, object] = {}
    for role, choice in choices.items():
        parts = [part for is_present, part in (_at(value, name) for name in choice.names) if is_present]
        if parts:
            picked[role] = first_filled(parts)
    return picked


def first_filled(values: Sequence[object]) -> object:
    """Return the first value that is neither null nor blank, or else the first."""
    if len(values) == 1:
        return values[0]
    return next((value for value in values if not _is_blank(value)), values[0])


def _is_blank(value: object) -> bool:
    if isinstance(value, bytes):
        begins_blank = not value[:64].decode("utf-8", "ignore").strip()  # spares decoding what is long and text
        return begins_blank and not value.decode("utf-8", "replace").strip()
    return value is None or (isinstance(value, str) and (not value or value.isspace()))


def is_text(value: object) -> TypeGuard[str | bytes]:
    """Whether a value can be the text; bytes are judged as UTF-8 later."""
    return isinstance(value, str | bytes)


def _at(value: Mapping[str, object], name: str) -> tuple[bool, object]:
    if name in value:
        return True, value[name]
    part: object = value
    for key in name.split("."):
        if not isinstance(part, dict) or key not in part:
            return False, None
        part = part[key]
    return True, part


@dataclass(frozen=True, slots=True)
class Fields:
    """What a row says, in the types of a document. `error`: it has failed, and why."""

    text: str
    url: str | None
    title: str | None
    date: str | None
    id: str | None
    flags: tuple[str, ...]
    error: str | None


def fields(values: Mapping[str, object]) -> Fields:
    """Return the fields of a row. A text that is missing, null or blank is "".

    Only the text can fail a row (`text-not-string`); another value of a wrong type is null and flagged: bad-url,
    bad-title, bad-id, bad-date, and partial-date where hours are missing. Bytes are read as UTF-8, and flagged
    undecodable-bytes where they are none. Dates: as `row_date` reads them.
    """
    flags: list[str] = []

    def string(role: str) -> str | None:
        value = values.get(role)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
            flags.extend(["undecodable-bytes"] if "\ufffd" in value else [])
        if role == "id" and type(value) is int:
            value = str(value)
        if value is not None and not isinstance(value, str):
            flags.append(f"bad-{role}")
            return None
        return value.replace("\0", "").strip() or None if value else None

    text, url, title, key = (string(role) for role in ("text", "url", "title", "id"))
    day, date = values.get("date"), None
    if type(day) not in (int, float):
        day = string("date")
    if isinstance(day, str | int | float):
        date, date_flags = row_date(day)
        flags.extend(date_flags)
    error = "text-not-string" if "bad-text" in flags else None
    kept = tuple(sorted({flag for flag in flags if flag != "bad-text"}))
    return Fields(text or "", url, title, date, key, kept, error)
