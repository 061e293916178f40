"""Go through the controls that an auditor of data governance asks for: the state of each, and what shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from yurai.report.readers.figures import Cell, Outcome, Share
from yurai.report.readers.said import Said, say
from yurai.report.readers.tree import Asked
from yurai_manifests.signing.files import signature_names

Control = Callable[[Asked], tuple[str, Cell, Said]]
"""Returns the state, a value, and what shows it."""


def controls(asked: Asked) -> Iterator[tuple[Cell, ...]]:
    """Yield what is asked, its state, a value, and what shows it."""
    for words, control in CONTROLS:
        state, value, shown = control(asked)
        counted = value._replace(counted=True) if isinstance(value, Share) else value
        yield words, Outcome(state), counted, shown


def _adds_up(asked: Asked) -> tuple[str, Cell, Said]:
    errors = [one for one in asked.audit.findings if one.severity == "error"]
    shown = say("all checks of `yurai audit`; errors are counted")
    return "fail" if errors else "pass", len(errors), shown


def _accounted(asked: Asked) -> tuple[str, Cell, Said]:
    totals = asked.run.value["totals"]
    ended = totals["kept"] + totals["dropped"] + totals["failed"]
    shown = say("kept + dropped + failed, of all candidates")
    return "pass" if ended == totals["candidates"] else "fail", Share(ended, totals["candidates"]), shown


def _bytes(asked: Asked) -> tuple[str, Cell, Said]:
    gaps = asked.audit.totals["unreadable"]
    shown = say("unreadable ranges of the input, each listed by `yurai audit`")
    return "fail" if gaps else "pass", len(gaps), shown


def _digests(asked: Asked) -> tuple[str, Cell, Said]:
    _, good, bad, none, _ = asked.one("digests")
    if not good + bad:
        return "not-applicable", None, say("no record of the input states a digest of its payload")
    shown = say("records whose payload has the digest that they state; {none} state none", none=int(none))
    return "fail" if bad else "pass", Share(int(good), int(good + bad)), shown


def _robots(asked: Asked) -> tuple[str, Cell, Said]:
    documents, joined, _, _, captures = asked.one("robots-join")
    if not captures:
        return "not-checked", None, say("no capture of a robots.txt is in the inputs: `--side robots=PATH` adds them")
    shown = say("kept documents whose host has a capture of its robots.txt")
    return "pass" if joined == documents else "fail", Share(int(joined), int(documents)), shown


def _judged(asked: Asked) -> tuple[str, Cell, Said]:
    if "select" not in asked.uses:
        return "not-checked", None, say("the recipe has no stage select")
    judged = sum(int(documents) for name, documents in asked.rows("policies") if name)
    return "pass" if judged == asked.kept else "fail", asked.of_kept(judged), say("kept documents that a policy judged")


def _denied(asked: Asked) -> tuple[str, Cell, Said]:
    if "select" not in asked.uses:
        return "not-checked", None, say("the recipe has no stage select")
    *_, denied, _ = asked.one("whole")
    shown = say("kept documents that the policy denies for training: none is a pass")
    return "fail" if denied else "pass", asked.of_kept(int(denied)), shown


def _redacted(asked: Asked) -> tuple[str, Cell, Said]:
    if "redact" not in asked.uses:
        return "fail", None, say("nobody looked for personal data: the recipe has no stage redact")
    masked = sum(value == "redact" for value in asked.uses["redact"].values())
    return "pass", masked, say("kinds of personal data that stage redact masks")


def _precision(asked: Asked) -> tuple[str, Cell, Said]:
    if asked.marked is None:
        return "not-checked", None, say("no marks of people were given: --pii-marks FILE, from `yurai pii audit`")
    right, wrong = (sum(getattr(one, side) for one in asked.marked.kinds) for side in ("right", "wrong"))
    return "pass", Share(right, right + wrong), say("finds that people called right; intervals by kind are below")


def _stage(name: str, shown: Said) -> Control:
    def control(asked: Asked) -> tuple[str, Cell, Said]:
        if name not in asked.uses:
            return "not-checked", None, say("the recipe has no stage {stage}", stage=name)
        gone = sum(counts.dropped.total() for counts in asked.run.stages if counts.stage == name)
        return "pass", gone, shown

    return control


def _never(shown: Said) -> Control:
    return lambda _: ("not-checked", None, shown)


def _signed(asked: Asked) -> tuple[str, Cell, Said]:
    count = len(signature_names(asked.store))
    if not count:
        return "fail", 0, say("nothing lies in signatures/: `yurai sign` signs a run")
    return "not-checked", count, say("files in signatures/: `yurai verify --key` checks them")


def _rooted(asked: Asked) -> tuple[str, Cell, Said]:
    trees = (asked.run.value.get("roots") or {}).get("trees", {})
    shown = say("Merkle trees, by which a page is proved to be in the run or not: `yurai prove`")
    return "pass" if trees else "fail", len(trees), shown


CONTROLS: Final[tuple[tuple[Said, Control], ...]] = (
    (say("The tree adds up, row by row"), _adds_up),
    (say("Every candidate is accounted for"), _accounted),
    (say("Every byte of the input could be read"), _bytes),
    (say("Payloads have the digests that they state"), _digests),
    (say("Hosts have a robots.txt of the time of capture"), _robots),
    (say("Rights were judged by a policy"), _judged),
    (say("No document is denied for training"), _denied),
    (say("Personal data was looked for and masked"), _redacted),
    (say("What was masked was checked by people"), _precision),
    (say("Illegal and harmful content was looked for"), _never(say("this version has no stage that looks for it"))),
    (say("Equal texts were removed"), _stage("dedup", say("documents that stage dedup dropped"))),
    (say("Near-duplicates were removed"), _stage("near-dedup", say("documents that stage near-dedup dropped"))),
    (
        say("Texts of evaluations were looked for"),
        _stage("decontaminate", say("documents that stage decontaminate dropped")),
    ),
    (say("Takedown cases were answered"), _never(say("no case is recorded in this tree"))),
    (
        say("Pages were made again from their source"),
        _never(say("a run does not record it: `yurai reproduce` makes sampled pages again")),
    ),
    (say("The run can be proved against"), _rooted),
    (say("The run is signed"), _signed),
)
"""What is asked, in its order, and what answers it."""
