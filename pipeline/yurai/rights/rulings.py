"""Read what people ruled about domains: a licence or verdicts, by whom, when, and what it rests on.

TOML, one table a domain, or CSV with the same names in its first line; `yurai rights review` writes either.

    [[rule]]
    domain = "example.org"            # it and all hosts below it; the longest that matches decides
    licence = "CC-BY-4.0"             # SPDX id: what the licence of its pages is; "NONE": there is none
    train = "allow"                   # verdicts, each may be left out
    reviewer = "A. Person"
    date = 2026-11-27
    evidence = "https://example.org/terms"
    overrides = false                 # true: these verdicts hold whatever the pages say (a contract does that)
"""

import csv
import functools
import hashlib
import io
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from yurai.rights.fields import Fields
from yurai.rights.verdicts import USES, Verdicts
from yurai_manifests.errors import RecipeError

KEYS: Final = ("domain", "id", "licence", *USES, "reviewer", "date", "evidence", "overrides", "note")
REVIEW_KEYS: Final = ("tokens", "text_bytes", "documents", "declared", "signals", "pages", "statements")
"""What `yurai rights review` writes beside a ruling for the person who rules; it is not read back."""
HELD: Final = 8


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one person ruled about one domain."""

    id: str
    domain: str
    licence: str | None
    verdicts: Verdicts
    reviewer: str
    date: str
    evidence: str
    overrides: bool = False


Rulings = Mapping[str, Ruling]
"""By domain, as `yurai_filters.hosts` writes it."""
NO_RULINGS: Final[Rulings] = {}


def load_rulings(path: str, sha256: str = "") -> Rulings:
    """Return the rulings in a TOML or CSV file; a table without licence and verdicts is not ruled yet, and left out.

    Raises:
        RecipeError: not there, another digest than `sha256` (unless that is ""), an unknown key, a wrong value,
            a domain twice, or a ruling without reviewer, date or evidence.
    """
    return _load(path, sha256) if path else NO_RULINGS


def rulings_digest(path: str) -> str:
    """Return the sha256 of a file of rulings after checking all of it; errors as `load_rulings`."""
    digest = hashlib.sha256(_bytes(path)).hexdigest()
    _load(path, digest)
    return digest


def ruling_of(rulings: Rulings, url: str | None) -> Ruling | None:
    """Return the ruling about the host of `url`: of the longest domain that it is or lies under."""
    if not rulings or not url:
        return None
    from yurai_filters.hosts import host_of, parents  # noqa: PLC0415 - without rulings nothing asks for hosts

    host = host_of(url)
    return next((rulings[one] for one in parents(host) if one in rulings), None) if host else None


@functools.lru_cache(maxsize=HELD)
def _load(path: str, sha256: str) -> Rulings:
    data = _bytes(path)
    if sha256 and (digest := hashlib.sha256(data).hexdigest()) != sha256:
        raise RecipeError(f"rulings {path} have sha256 {digest}, not {sha256}: they were changed since; put them back")
    found: dict[str, Ruling] = {}
    for fields in _tables(path, data):
        ruling = _ruling(fields)
        if ruling is None:
            continue
        if ruling.domain in found:
            raise RecipeError(f"{fields.where}: {ruling.domain} is ruled about twice; keep one")
        found[ruling.domain] = ruling
    return found


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise RecipeError(f"rulings {path} cannot be read: {error}; give the path of a TOML or CSV file") from error


def _tables(path: str, data: bytes) -> Iterable[Fields]:
    try:
        text = data.decode("utf-8-sig")
        if path.lower().endswith(".csv"):
            return _csv_tables(path, text)
        top = Fields.of(path, tomllib.loads(text))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, csv.Error) as error:
        raise RecipeError(f"{path} is neither TOML nor CSV (a name that ends in .csv): {error}") from error
    top.refuse_unknown(("rule",))
    return top.tables("rule")


def _csv_tables(path: str, text: str) -> list[Fields]:
    """Return the lines of a CSV file as tables; a cell that is empty says nothing."""
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    tables = []
    for line in lines:
        if None in line or None in line.values():
            raise RecipeError(f"{path}, line {lines.line_num}: has other columns than the first line names")
        given: dict[str, object] = {key: cell for key, cell in line.items() if cell.strip()}
        if "overrides" in given:
            given["overrides"] = {"true": True, "false": False}.get(str(given["overrides"]).lower(), given["overrides"])
        tables.append(Fields(f"{path}, line {lines.line_num}", given))
    return tables


def _ruling(fields: Fields) -> Ruling | None:
    from yurai_filters.hosts import host_name  # noqa: PLC0415 - without rulings nothing asks for hosts

    fields.refuse_unknown((*KEYS, *REVIEW_KEYS))
    name = fields.text("domain")
    domain = host_name(name)
    if domain is None:
        raise fields.wrong("domain", "a domain such as example.org")
    licence, verdicts = fields.text("licence", "") or None, fields.verdicts()
    if licence is None and not verdicts:
        return None
    return Ruling(
        id=fields.text("id", "") or domain,
        domain=domain,
        licence=licence,
        verdicts=verdicts,
        reviewer=fields.text("reviewer"),
        date=fields.day("date"),
        evidence=fields.text("evidence"),
        overrides=fields.flag("overrides", default=False),
    )
