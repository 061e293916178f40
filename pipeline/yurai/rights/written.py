"""Write judgements as bytes and read them back: how they travel between tasks."""

from collections.abc import Iterable, Sequence
from typing import Final, cast

import orjson

from yurai.rights.conclude import Conclusion, Status
from yurai.rights.judge import Judgement
from yurai.rights.verdicts import USES, Reason, Verdict, Verdicts

LETTERS: Final[dict[str, Verdict]] = {"a": "allow", "u": "unknown", "d": "deny"}


def write_reasons(reasons: Iterable[Reason]) -> bytes:
    """Return reasons as bytes."""
    return orjson.dumps([_reason(one) for one in reasons])


def read_reasons(data: bytes) -> tuple[Reason, ...]:
    """Return what `write_reasons` wrote."""
    return tuple(_read_reason(one) for one in orjson.loads(data))


def write_judgement(found: Judgement) -> bytes:
    """Return a judgement as bytes, without the statements that its conclusion rests on."""
    end = found.conclusion
    concluded = [end.spdx, end.status, end.confidence, end.scope, end.ruling]
    reasons = [_reason(one) for one in found.reasons]
    return orjson.dumps([_letters(found.verdicts), concluded, reasons, found.ruling, found.robots_ref])


def read_judgement(data: bytes) -> Judgement:
    """Return what `write_judgement` wrote."""
    letters, (spdx, status, confidence, scope, by), reasons, ruling, ref = orjson.loads(data)
    concluded = Conclusion(spdx, cast("Status", status), confidence, scope, ruling=by)
    return Judgement(_verdicts(letters), concluded, tuple(_read_reason(one) for one in reasons), ruling, ref)


def _reason(one: Reason) -> list[str | None]:
    return [_letters(one.verdicts), one.rule, one.channel, one.norm, one.place, one.of]


def _read_reason(value: Sequence[str]) -> Reason:
    letters, *rest = value
    return Reason(_verdicts(letters), *rest)


def _letters(verdicts: Verdicts) -> str:
    return "".join(verdicts[use][0] if use in verdicts else "-" for use in USES)


def _verdicts(letters: str) -> Verdicts:
    return {use: LETTERS[letter] for use, letter in zip(USES, letters, strict=True) if letter != "-"}
