"""Map a row's own columns to those of a document: which column plays which role, and what its value may be."""

from collections.abc import Mapping
from dataclasses import dataclass

from yurai.sources.warc.dates import capture_date

DEFAULTS = {"text": ("text", "content"), "url": ("url",), "title": ("title",), "date": ("date",), "id": ("id",)}
ROLES = tuple(DEFAULTS)


@dataclass(frozen=True, slots=True)
class Choice:
    """Columns that may play a role, the first that is there does; `named`: a table says so, it is no default."""

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
        for name in choice.names:
            is_present, part = _at(value, name)
            if is_present:
                picked[role] = part
                break
    return picked


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
    undecodable-bytes where they are none. Dates: RFC 3339, or a part of it.
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

    text, url, title, key, day = (string(role) for role in ("text", "url", "title", "id", "date"))
    date = None
    if day is not None:
        date, date_flags = capture_date(day)
        flags.extend(date_flags)
    error = "text-not-string" if "bad-text" in flags else None
    kept = tuple(sorted({flag for flag in flags if flag != "bad-text"}))
    return Fields(text or "", url, title, date, key, kept, error)
