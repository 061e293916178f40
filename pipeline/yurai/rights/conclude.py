"""Conclude the licence of a page from what was claimed, the rulings about its domain, and what contradicts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from yurai.evidence.normalise import KINDLESS
from yurai.rights.calibration import Calibration
from yurai.rights.licences import NOASSERTION, NONE, class_of, distinct
from yurai.rights.page import Page, Statement
from yurai.rights.policy import Policy
from yurai.rights.rulings import Ruling

Status = Literal["granted", "conflict", "none", "noassertion"]
CLAIM: Final = "licence_claim"
SITE: Final = ("site",)
_WIDEST: Final = ("page", "main_text", "site", "dataset", "embedded", "unknown")
_UNREAD: Final = (None, KINDLESS)
DECLARED: Final = "declared_spdx"
"""Place of a claim that no row of evidence says, but the column that all claims of the page were read into."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the licence of a page is: columns concluded_spdx, concluded_status, licence_confidence, licence_scope.

    `support` are the statements that it rests on: the claims of the licence, or those that contradict.
    """

    spdx: str
    status: Status
    confidence: float | None = None
    scope: str | None = None
    support: tuple[Statement, ...] = ()
    ruling: str | None = None

    def is_open(self, policy: Policy) -> bool:
        """Whether it is a licence that `policy` calls open: a text without one needs care."""
        return self.status == "granted" and class_of(self.spdx) in policy.open


def conclude(page: Page, policy: Policy, ruling: Ruling | None, calibration: Calibration) -> Conclusion:
    """Return what the licence of a page is.

    A ruling decides. Else the licence that the page declares does: column declared_spdx weighs all claims, those too
    that the cap of rows left out. Where it is empty, claims for the text (`text_scopes` of the policy) decide, or where
    there are none, those for the site: one licence is granted, two are a conflict. A counter-notice for the text makes
    a conflict of any, one for the site of a claim for the site that nothing declares. A claim that could not be read
    takes nothing from others, nor does one of a Creative Commons licence of which the kind is not told. Without any
    claim it is NONE where all was searched, NOASSERTION where not.
    """
    if ruling and ruling.licence:
        status: Status = "none" if ruling.licence == NONE else "granted"
        return Conclusion(ruling.licence, status, None, None, ruling=ruling.id)
    claims = [one for one in page.statements if one.kind == CLAIM]
    if page.declared_spdx and page.declared_spdx != KINDLESS:
        support = [one for one in claims if one.norm == page.declared_spdx]
        support = support or [Statement(CLAIM, DECLARED, page.declared_spdx, "page", DECLARED)]
        return _granted(support, _counter(page, policy, policy.text_scopes), policy, calibration)
    for scopes in (policy.text_scopes, *([SITE] if policy.site_licence else [])):
        heard = [one for one in claims if one.norm not in _UNREAD and one.scope in scopes]
        named = distinct({one.norm or "" for one in heard})
        if len(named) > 1:
            return Conclusion(NOASSERTION, "conflict", None, _scope(heard), tuple(heard))
        if named:
            support = [one for one in heard if one.norm in named]
            return _granted(support, _counter(page, policy, {*policy.text_scopes, *scopes}), policy, calibration)
    unread = [one for one in claims if one.norm in _UNREAD and one.scope in policy.text_scopes]
    unread += [one for one in claims if one.norm == KINDLESS and one.scope in SITE and policy.site_licence]
    if unread or page.declared_spdx or not page.seen:
        return Conclusion(NOASSERTION, "noassertion", None, _scope(claims), tuple(unread))
    return Conclusion(NONE, "none", None, _scope(claims))


def _granted(
    support: list[Statement], against: list[Statement], policy: Policy, calibration: Calibration
) -> Conclusion:
    """Return the conclusion of claims that name one licence."""
    scope, confidence = _scope(support), _confidence(support, calibration)
    if against:
        return Conclusion(NOASSERTION, "conflict", None, scope, (*support, *against))
    if confidence is not None and confidence < policy.min_confidence:
        return Conclusion(NOASSERTION, "noassertion", confidence, scope, tuple(support))
    return Conclusion(support[0].norm or NOASSERTION, "granted", confidence, scope, tuple(support))


def _counter(page: Page, policy: Policy, scopes: Collection[str]) -> list[Statement]:
    """Return the notices of these scopes that take a licence back."""
    notices = [one for one in page.statements if one.kind == "notice" and one.scope in scopes]
    return [one for one in notices if set(one.entries) & set(policy.counter_notices)]


def _scope(claims: Iterable[Statement]) -> str | None:
    scopes = {one.scope for one in claims}
    return next((scope for scope in _WIDEST if scope in scopes), None)


def _confidence(claims: Iterable[Statement], calibration: Calibration) -> float | None:
    """Return the confidence of the best measured claim; None where none was measured."""
    measured = (calibration.get((one.channel, one.scope)) for one in claims)
    return max((one.confidence for one in measured if one and one.confidence is not None), default=None)
