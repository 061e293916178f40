"""Verdicts: what each shipped policy says of pages, and the laws that hold for all of them."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages_judged import CASES, CC_BY, NC, POLICIES, Case, lic, note, opt, robots
from yurai.rights import USES, VERDICTS, Measured, Page, Ruling, judge, load_policy, statements
from yurai.rights.verdicts import strictest

LETTERS = {"a": "allow", "u": "unknown", "d": "deny"}
LOADED = {name: load_policy(name) for name in POLICIES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_policy_says_what_it_is_named_for(case: Case) -> None:
    page = case.made()
    for name, letters in zip(POLICIES, case.verdicts.split(), strict=True):
        found = judge(page, LOADED[name])
        assert [found.verdicts[use] for use in USES] == [LETTERS[one] for one in letters], (name, found.lines())


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_verdict_has_a_reason_or_nothing_was_said(case: Case) -> None:
    page = case.made()
    for name in POLICIES:
        found, policy = judge(page, LOADED[name]), LOADED[name]
        for use in USES:
            said = [reason for reason in found.reasons if use in reason.verdicts]
            expected = strictest(reason.verdicts[use] for reason in said)
            assert expected in (None, "unknown") or found.verdicts[use] == expected
            if not said:
                assert found.verdicts[use] in (policy.silent[use], policy.unseen[use])
        for line in found.lines():
            shape = r"(deny|unknown|allow) (train|display|redistribute)(,\w+)*: \S+:\S* at \S+ by \S+"
            assert re.fullmatch(shape, line), line


def test_a_reason_names_the_row_that_says_it() -> None:
    page = Page(statements=statements([lic(CC_BY), note(None), opt("tdm-reservation=1", "tdm-header")]))
    found = judge(page, LOADED["evidence-only"])
    assert found.lines() == [
        "deny train: tdm-header:tdm-reservation=1 at #2 by tdm-reservation",
        "allow train,display,redistribute: rel-license:CC-BY-4.0 at #0 by licence.attribution",
    ]
    assert judge(page, LOADED["robots-asof"]).robots_ref is None
    asked = judge(Page(robots=robots("GPTBot")), LOADED["robots-asof"])
    assert asked.lines() == ["deny train: robots-txt:disallow:gptbot at robots:crawl.warc.gz@7 by robots-disallow"]
    assert asked.robots_ref == "crawl.warc.gz@7"


ROWS = st.lists(st.sampled_from([one for case in CASES for one in case.rows]), max_size=5)


@given(ROWS, st.sampled_from([one for case in CASES for one in case.rows if one["kind"] != "licence_claim"]))
def test_another_signal_that_restricts_never_loosens(rows: list[dict[str, object]], more: dict[str, object]) -> None:
    """Of signals a further one makes a verdict stricter, or speaks where nothing else did."""
    for name in set(POLICIES) - {"eu-dsm4-signals"}:  # there the carrier of TDMRep that comes last supersedes
        policy = LOADED[name]
        before, after = (judge(Page(statements=statements(each)), policy) for each in (rows, [*rows, more]))
        for use in USES:
            spoke = any(use in reason.verdicts for reason in before.reasons)
            if spoke and before.conclusion == after.conclusion:
                assert VERDICTS.index(after.verdicts[use]) >= VERDICTS.index(before.verdicts[use])


@given(ROWS)
def test_the_order_of_rows_changes_no_verdict(rows: list[dict[str, object]]) -> None:
    for policy in LOADED.values():
        found = {
            tuple(judge(Page(statements=statements(order)), policy).verdicts.items())
            for order in itertools.islice(itertools.permutations(rows), 24)
        }
        assert len(found) == 1


@given(ROWS, ROWS)
def test_a_copy_never_loosens(own: list[dict[str, object]], other: list[dict[str, object]]) -> None:
    for policy in LOADED.values():
        page, copy = (judge(Page(statements=statements(rows)), policy) for rows in (own, other))
        both = page.with_copies(copy.told("c0ffee"))
        for use in USES:
            assert VERDICTS.index(both.verdicts[use]) >= VERDICTS.index(page.verdicts[use])
            told = {reason.verdicts.get(use) for reason in copy.reasons}
            assert both.verdicts[use] == "deny" or "deny" not in told
        assert all(reason.of for reason in both.reasons[len(page.reasons) :])


def test_what_a_copy_does_not_say_reaches_nobody() -> None:
    for policy in LOADED.values():
        page = judge(Page(statements=statements([lic(CC_BY)])), policy)
        assert page.with_copies(judge(Page(), policy).told("c0ffee")) == page


def test_a_conflict_on_a_copy_is_one_of_the_text() -> None:
    policy = LOADED["evidence-only"]
    page, copy = (judge(Page(statements=statements(rows)), policy) for rows in ([lic(CC_BY)], [lic(CC_BY), lic(NC)]))
    both = page.with_copies(copy.told("c0ffee"))
    assert (both.conclusion.status, both.conclusion.spdx, both.verdicts["train"]) == (
        "conflict",
        "NOASSERTION",
        "unknown",
    )
    assert both.lines()[-1].endswith("of c0ffee")


RULED = Ruling("r1", "a.example", None, {}, "A. Person", "2026-11-27", "https://a.example/terms")


@pytest.mark.parametrize(
    ("rows", "changes", "train", "status"),
    [
        ([], {"licence": CC_BY}, "allow", "granted"),
        ([lic(NC)], {"licence": CC_BY}, "allow", "granted"),
        ([lic(CC_BY), lic(NC)], {"licence": CC_BY}, "allow", "granted"),
        ([lic(CC_BY)], {"licence": "NONE"}, "unknown", "none"),
        ([lic(CC_BY)], {"verdicts": {"train": "deny"}}, "deny", "granted"),
        ([opt("noai")], {"verdicts": {"train": "allow"}}, "deny", "none"),
        ([opt("noai")], {"verdicts": {"train": "allow"}, "overrides": True}, "allow", "none"),
        ([lic(CC_BY)], {"verdicts": {"train": "deny"}, "overrides": True}, "deny", "granted"),
        ([], {"verdicts": {"train": "allow"}}, "allow", "none"),
    ],
)
def test_rulings_about_domains(rows: list[dict[str, object]], changes: dict, train: str, status: str) -> None:
    from dataclasses import replace

    ruling = replace(RULED, **changes)
    page = Page(url="https://www.A.example:8080/x", statements=statements(rows))
    found = judge(page, LOADED["evidence-only"], {"a.example": ruling})
    assert (found.verdicts["train"], found.conclusion.status, found.ruling) == (train, status, "r1")
    assert any("domain-rule:r1" in line for line in found.lines()) or changes.get("licence") == "NONE"
    other = judge(
        Page(url="https://b.example/x", statements=statements(rows)), LOADED["evidence-only"], {"a.example": ruling}
    )
    assert other.ruling is None


def test_what_a_ruling_overrides_no_copy_takes_back() -> None:
    from dataclasses import replace

    rulings = {"a.example": replace(RULED, verdicts={"train": "allow"}, overrides=True)}
    policy = LOADED["evidence-only"]
    page = judge(Page(url="https://a.example/"), policy, rulings)
    copy = judge(Page(url="https://b.example/", statements=statements([opt("noai,noindex")])), policy, rulings)
    both = page.with_copies(copy.told("c0ffee"))
    assert (both.verdicts["train"], both.verdicts["display"]) == ("allow", "deny")


def test_the_longest_domain_decides() -> None:
    from dataclasses import replace

    rulings = {name: replace(RULED, id=name, domain=name) for name in ("example", "b.example", "c.b.example")}
    for url, expected in (
        ("https://c.b.example/", "c.b.example"),
        ("https://d.b.example/", "b.example"),
        ("https://xb.example/", "example"),
        ("https://example.org/", None),
        ("no url", None),
        (None, None),
    ):
        assert judge(Page(url=url), LOADED["evidence-only"], rulings).ruling == expected


@pytest.mark.parametrize(
    ("measured", "confidence"),
    [
        ({}, None),
        ({("rel-license", "page"): Measured(0, 0)}, None),
        ({("rel-license", "page"): Measured(100, 100)}, 0.963),
    ],
)
def test_confidence_is_measured_or_none(measured: dict[tuple[str, str], Measured], confidence: float | None) -> None:
    page = Page(statements=statements([lic(CC_BY)]))
    found = judge(page, LOADED["evidence-only"], calibration=measured).conclusion
    assert found.confidence == (None if confidence is None else pytest.approx(confidence, abs=1e-4))


def test_a_class_that_is_too_often_wrong_is_not_asserted() -> None:
    from dataclasses import replace

    policy = replace(LOADED["evidence-only"], min_confidence=0.95)
    page = Page(statements=statements([lic(CC_BY, "cc-link")]))
    for right, status in ((100, "granted"), (90, "noassertion")):
        found = judge(page, policy, calibration={("cc-link", "page"): Measured(100, right)})
        assert found.conclusion.status == status
    assert judge(page, policy).conclusion.status == "granted", "what nobody measured is neither raised nor lowered"


@pytest.mark.parametrize(
    ("rows", "page", "spdx", "status"),
    [
        ([], {}, "NONE", "none"),
        ([], {"truncated": True}, "NOASSERTION", "noassertion"),
        ([], {"flags": ("evidence-not-available",)}, "NOASSERTION", "noassertion"),
        ([lic(None)], {}, "NOASSERTION", "noassertion"),
        ([lic(CC_BY, scope="embedded")], {}, "NONE", "none"),
        ([lic(CC_BY), lic(NC)], {}, "NOASSERTION", "conflict"),
        ([lic(CC_BY)], {"truncated": True}, CC_BY, "granted"),
        ([lic("LicenseRef-CC-BY-SA-unspecified"), lic("CC-BY-4.0")], {}, "NOASSERTION", "conflict"),
        ([lic("LicenseRef-OGL-UK-unspecified"), lic("OGL-UK-3.0")], {}, "OGL-UK-3.0", "granted"),
    ],
)
def test_none_and_noassertion(rows: list[dict[str, object]], page: dict, spdx: str, status: str) -> None:
    found = judge(Page(statements=statements(rows), **page), LOADED["evidence-only"]).conclusion
    assert (found.spdx, found.status) == (spdx, status)
