"""Define verdicts, the uses that they are about, and reasons; of several verdicts the most restrictive holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["allow", "unknown", "deny"]
Use = Literal["train", "display", "redistribute"]
Verdicts = Mapping[Use, Verdict]
VERDICTS: Final[tuple[Verdict, ...]] = ("allow", "unknown", "deny")
"""From the least restrictive to the most."""
USES: Final[tuple[Use, ...]] = ("train", "display", "redistribute")
SHOWN: Final = 200
"""Characters of what a signal says that a reason shows."""


def strictest(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return the most restrictive of some verdicts; None of none."""
    return max(verdicts, key=VERDICTS.index, default=None)


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal that decided: what it says of which uses, where it stands, and the rule of the policy that reads it.

    `place` is `#N`, row N from 0 of the document's rows of evidence/, in their order; `robots:REF`, a capture of
    robots.txt; or the registry, domain rule or column that says it. `of` is the document whose row it is, where that is
    a copy that was dropped; None is the document itself.
    """

    verdicts: Verdicts
    rule: str
    channel: str
    norm: str
    place: str = ""
    of: str | None = None

    def lines(self) -> list[str]:
        """Return the reason as column `verdict_reasons` has it: one text for each verdict that it gives.

        `deny train,redistribute: tdm-header:tdm-reservation=1 at #0 by tdm-reservation [of DOC_ID]`
        """
        signal = f"{self.channel}:{'_'.join(self.norm.split())[:SHOWN]}"
        where = f" at {self.place}" if self.place else ""
        copy = f" of {self.of}" if self.of else ""
        told = {verdict: [use for use in USES if self.verdicts.get(use) == verdict] for verdict in reversed(VERDICTS)}
        return [
            f"{verdict} {','.join(uses)}: {signal}{where} by {self.rule}{copy}"
            for verdict, uses in told.items()
            if uses
        ]
