"""Define a finding of an audit: one thing that is wrong or worth knowing."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an audit found."""

    severity: Severity
    check: str
    where: str
    message: str
    do: str
