"""Check tables that were read from TOML or CSV key by key; an error names the file, the key, and what is allowed."""

import datetime as dt
import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from yurai.rights.verdicts import USES, VERDICTS, Use, Verdict, Verdicts
from yurai_manifests.errors import RecipeError

T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True)
class Fields:
    """One table of a file, and where it stands there."""

    where: str
    value: Mapping[str, object]

    @classmethod
    def of(cls, where: str, value: object) -> "Fields":
        """Return `value` as a table; raises RecipeError if it is none."""
        if not isinstance(value, Mapping):
            raise RecipeError(f"{where} must be a table, not {value!r}")
        return cls(where, value)

    def refuse_unknown(self, allowed: Collection[str]) -> None:
        """Raise RecipeError for a key that is not among `allowed`."""
        for key in self.value:
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise RecipeError(f"{self.where}: no key {key!r} (allowed: {', '.join(allowed)}){hint}")

    def wrong(self, key: str, allowed: str) -> RecipeError:
        """Return the error that says what `key` must be."""
        given = f", not {self.value[key]!r}" if key in self.value else ", and is missing"
        return RecipeError(f"{self.where}: {key} must be {allowed}{given}")

    def text(self, key: str, default: str | None = None) -> str:
        """Return words that are not empty."""
        value = self.value.get(key, default)
        if not isinstance(value, str) or not (value.strip() or value == default):
            raise self.wrong(key, "words")
        return value

    def texts(self, key: str, default: Iterable[str], allowed: Collection[str] = ()) -> tuple[str, ...]:
        """Return a list of words, each among `allowed` if there are any."""
        value = self.value.get(key, list(default))
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) and one for one in value):
            raise self.wrong(key, "a list of words")
        if allowed and not set(value) <= set(allowed):
            raise self.wrong(key, f"a list of {', '.join(allowed)}")
        return tuple(value)

    def choice(self, key: str, allowed: Collection[T], default: T | None = None) -> T:
        """Return one of `allowed`."""
        value = self.value.get(key, default)
        if value not in allowed:
            raise self.wrong(key, f"one of {', '.join(allowed)}")
        return cast("T", value)

    def whole(self, key: str) -> int:
        """Return a whole number of 1 or more."""
        value = self.value.get(key)
        if type(value) is not int or value < 1:
            raise self.wrong(key, "a whole number of 1 or more")
        return value

    def share(self, key: str, default: float) -> float:
        """Return a number from 0 to 1."""
        value = self.value.get(key, default)
        if type(value) not in (int, float) or not 0 <= cast("float", value) <= 1:
            raise self.wrong(key, "a number from 0 to 1")
        return float(cast("float", value))

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.value.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def day(self, key: str) -> str:
        """Return a date, YYYY-MM-DD."""
        value = self.value.get(key)
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value.isoformat()
        try:
            return dt.date.fromisoformat(cast("str", value)).isoformat()
        except (TypeError, ValueError) as error:
            raise self.wrong(key, "a date such as 2026-11-27") from error

    def verdicts(self, *, some: bool = False) -> Verdicts:
        """Return the verdicts that the table gives, by use; with `some` at least one."""
        found: dict[Use, Verdict] = {}
        for use in USES:
            if use in self.value:
                found[use] = self.choice(use, VERDICTS)
        if some and not found:
            raise RecipeError(f"{self.where}: needs one of {', '.join(USES)}, each one of {', '.join(VERDICTS)}")
        return found

    def table(self, key: str) -> "Fields":
        """Return an inner table; one that is missing is empty."""
        return Fields.of(f"{self.where}: [{key}]", self.value.get(key, {}))

    def tables(self, key: str) -> "list[Fields]":
        """Return a list of inner tables; one that is missing is empty."""
        value = self.value.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, f"[[{key}]] tables")
        return [Fields.of(f"{self.where}: [[{key}]] {number}", one) for number, one in enumerate(value, 1)]
