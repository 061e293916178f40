"""Judge a page by a policy: verdicts for training, display and redistribution, with the signals that decided."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from yurai.rights.calibration import Calibration
from yurai.rights.conclude import Conclusion, conclude
from yurai.rights.licences import NOASSERTION, class_of
from yurai.rights.page import Page, Statement, robots_statements
from yurai.rights.policy import Policy
from yurai.rights.registries import found
from yurai.rights.rulings import NO_RULINGS, Ruling, Rulings, ruling_of
from yurai.rights.verdicts import USES, Reason, Use, Verdict, Verdicts, strictest

NOT_MEASURED: Final[Calibration] = {}
CONFLICT: Final = "licence-conflict"
OVERRIDING: Final = "overriding-domain-rule"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a policy says of a page: a verdict for each use, the licence it concludes, and its reasons in order."""

    verdicts: Mapping[Use, Verdict]
    conclusion: Conclusion
    reasons: tuple[Reason, ...]
    ruling: str | None = None
    robots_ref: str | None = None

    def lines(self) -> list[str]:
        """Return the reasons as column `verdict_reasons` has them."""
        return [line for reason in self.reasons for line in reason.lines()]

    def told(self, doc_id: str) -> tuple[Reason, ...]:
        """Return what the one that stays is told of this page, its copy that was dropped: what restricts.

        What a copy is silent about, or does not show, says nothing of another page, nor does what allows.
        """
        return merged(one for one in (_restricting(reason, doc_id) for reason in self.reasons) if one)

    def with_copies(self, told: tuple[Reason, ...]) -> "Judgement":
        """Return the judgement after copies are heard: what restricts them restricts the one that stays.

        A conflict about the licence of a copy is one here: the text is the same. What a ruling overrides stays.
        """
        if not told:
            return self
        verdicts: dict[Use, Verdict] = {}
        fixed = {use for one in self.reasons if one.rule == OVERRIDING for use in one.verdicts}
        for use in USES:
            said = (one.verdicts[use] for one in told if use in one.verdicts and use not in fixed)
            verdicts[use] = strictest((self.verdicts[use], *said)) or "unknown"
        conclusion = self.conclusion
        conflict = any(one.rule == CONFLICT for one in told)
        if conflict and conclusion.status == "granted" and conclusion.ruling is None:
            conclusion = replace(conclusion, spdx=NOASSERTION, status="conflict", confidence=None)
        return replace(self, verdicts=verdicts, conclusion=conclusion, reasons=(*self.reasons, *told))


def merged(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return each signal once, as the copy with the lowest doc_id says it: the same in whatever order they come."""
    firsts: dict[tuple[str, ...], Reason] = {}
    for one in sorted(reasons, key=_signal):
        firsts.setdefault(_signal(one)[:-2], one)
    return tuple(firsts.values())


def _signal(reason: Reason) -> tuple[str, ...]:
    verdicts = (reason.verdicts.get(use, "") for use in USES)
    return (reason.rule, reason.channel, reason.norm, *verdicts, reason.of or "", reason.place)


def judge(
    page: Page, policy: Policy, rulings: Rulings = NO_RULINGS, calibration: Calibration = NOT_MEASURED
) -> Judgement:
    """Return what `policy` says of `page`.

    For each use the most restrictive of all reasons holds: signals, licence, registries, the ruling about the domain. A
    ruling that overrides stands alone for the uses that it rules about. Where no reason speaks of a use, `silent` of
    the policy holds, or `unseen` where not all of the page (or robots.txt, where the policy reads it) was there.
    """
    ruling = ruling_of(rulings, page.url)
    conclusion = conclude(page, policy, ruling, calibration)
    asked = policy.robots != "off"
    reasons = (*_reasons(page, policy), *_licence(conclusion, policy), *_ruled(ruling))
    unseen = not page.seen or (asked and not page.robots_seen)
    start = policy.unseen if unseen else policy.silent
    verdicts: dict[Use, Verdict] = {}
    for use in USES:
        said = strictest(one.verdicts[use] for one in reasons if use in one.verdicts)
        verdicts[use] = _beside(said, start.get(use, "unknown"))
        if ruling and ruling.overrides and use in ruling.verdicts:
            verdicts[use] = ruling.verdicts[use]
    ref = page.robots.ref if asked and page.robots else None
    return Judgement(verdicts, conclusion, reasons, ruling.id if ruling else None, ref)


def _beside(said: Verdict | None, start: Verdict) -> Verdict:
    """Return the verdict of reasons over that of silence: one that does not know loosens nothing."""
    if said is None:
        return start
    return start if said == "unknown" and start == "deny" else said


def _reasons(page: Page, policy: Policy) -> Iterator[Reason]:
    """Yield what signals and registries say."""
    said = [*page.statements]
    if page.robots and policy.robots != "off":
        said += robots_statements(page.robots)
    for one in _in_precedence(said, policy):
        for signal in policy.signals:
            if heard := signal.hears(one):
                yield Reason(signal.verdicts, signal.id, one.channel, heard, one.place)
    for registry in policy.registries:
        if entry := found(registry, page):
            yield Reason(
                registry.verdicts, registry.name, f"registry-{registry.kind}", entry, f"registry:{registry.name}"
            )


def _in_precedence(said: list[Statement], policy: Policy) -> list[Statement]:
    """Leave out statements on channels of `first` that another one of them, before it there, supersedes."""
    speaking = [channel for channel in policy.first if any(one.channel == channel for one in said)]
    superseded = set(speaking[1:])
    heard = [one for one in said if one.channel not in superseded]
    return sorted(heard, key=lambda one: one.channel not in speaking[:1])


def _licence(conclusion: Conclusion, policy: Policy) -> Iterator[Reason]:
    """Yield what the licence says, with the first statement that it rests on."""
    if conclusion.status == "conflict":
        verdicts, rule = policy.conflict, CONFLICT
    elif conclusion.status == "granted":
        kind = class_of(conclusion.spdx)
        verdicts, rule = policy.licences.get(kind, {}), f"licence.{kind}"
    else:
        return
    if not verdicts:
        return
    if conclusion.ruling:
        yield Reason(verdicts, rule, "domain-rule", conclusion.spdx, f"domain-rule:{conclusion.ruling}")
        return
    named = dict.fromkeys(one.norm or "" for one in conclusion.support)
    first = conclusion.support[0]
    yield Reason(verdicts, rule, first.channel, "|".join(named), "".join(one.place for one in conclusion.support))


def _ruled(ruling: Ruling | None) -> Iterator[Reason]:
    if ruling and ruling.verdicts:
        how = OVERRIDING if ruling.overrides else "domain-rule"
        yield Reason(ruling.verdicts, how, "domain-rule", ruling.domain, f"domain-rule:{ruling.id}")


def _restricting(reason: Reason, doc_id: str) -> Reason | None:
    """Return what a reason of a copy keeps from others; None where it only allows."""
    verdicts: Verdicts = {use: verdict for use, verdict in reason.verdicts.items() if verdict != "allow"}
    return replace(reason, verdicts=verdicts, of=reason.of or doc_id) if verdicts else None
