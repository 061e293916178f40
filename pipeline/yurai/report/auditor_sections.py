"""Make the sections for an auditor: the recipe as it ran, what was not checked, and how fast the run was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from yurai.report.components import card, code, fold, none, section, table, words
from yurai.report.journal import Pace
from yurai.report.markup import Child, Markup, el
from yurai.report.merge import Facts
from yurai.report.numbers import duration, number, size
from yurai.report.readers.not_checked import gaps
from yurai.report.readers.said import say
from yurai.report.safe_text import visible
from yurai.report.told import counted, heads, told
from yurai_manifests.audit import Audit
from yurai_manifests.run import RunRecord

RANGES = 50
FINDINGS = 100
NOT_JUDGED = ":not-judged"
SEVERITIES: Final = {"error": say("error"), "warning": say("warning"), "info": say("info")}


def recipe(run: RunRecord) -> Markup:
    """Return every stage with every setting."""
    value = run.value
    code_of = value["code"]
    lead = told(
        "Every setting as it ran, defaults included. Fingerprint {fingerprint}; made by yurai {yurai} on Python "
        "{python}, {machine}.",
        fingerprint=value["fingerprint"],
        yurai=code_of["yurai"],
        python=code_of["python"],
        machine=code_of["machine"],
    )
    packages = ", ".join(f"{name} {version}" for name, version in sorted(code_of["packages"].items()))
    stages = [_stage(stage) for stage in run.recipe_stages]
    deliver = {f"deliver.{name}": target for name, target in value["recipe"]["deliver"].items()}
    last = fold(told("delivery and packages"), _list(deliver | {"packages": packages}))
    return section("recipe", told("Recipe"), lead, card(el("div", *stages, last, class_="packed")))


def _stage(stage: Mapping[str, object]) -> Markup:
    """Return the settings of a stage, folded below its name."""
    rules = cast("Sequence[Mapping[str, object]]", stage.get("rules", []))
    count = len(stage) - 1 - ("rules" in stage)
    parts = [counted(count, "setting")] if count else []
    parts += [counted(len(rules), "rule")] if rules else []
    return fold(f"{stage['use']}: {', '.join(parts) or told('no settings')}", *_settings(stage, rules))


def _settings(stage: Mapping[str, object], rules: Sequence[Mapping[str, object]]) -> list[Markup]:
    plain = {name: value for name, value in stage.items() if name not in ("use", "rules")}
    parts = [_list(plain)] if plain else []
    for number_of_rule, rule in enumerate(rules, 1):
        settings = {name: value for name, value in rule.items() if name != "use"}
        parts.append(el("h3", f"{number_of_rule}. {rule['use']}"))
        parts.append(_list(settings) if settings else none(told("no settings")))
    return parts or [none(told("no settings"))]


def _list(settings: Mapping[str, object]) -> Markup:
    pairs: list[Child] = []
    for name, value in settings.items():
        pairs += [el("dt", words(name)), el("dd", words(visible(_in_words(value))))]
    return el("dl", *pairs, class_="settings")


def _in_words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_in_words(part) for part in value) or told("(empty)")
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: told("unset")}[value]
    return number(value) if isinstance(value, int | float) else str(value)


def not_checked(run: RunRecord, audit: Audit, facts: Facts | None) -> Markup:
    """Return the findings of the audit, what rules left unjudged, unreadable bytes, and what nobody looked at."""
    lead = told("A count says nothing of what was never looked at. This is what the numbers on this page do not cover.")
    marked = bool(facts and facts.rights.marks)
    limits = [el("li", told(text)) for text in gaps(run, marked=marked)]
    parts: list[tuple[str, Sequence[Markup]]] = [
        (told("Limits of this corpus"), [el("ul", *limits, class_="plain")]),
        (told("Findings of the audit"), _findings(audit)),
        (told("Pages that a rule did not judge"), [_unjudged(audit)]),
        (told("Unreadable ranges of the input"), _unreadable(audit)),
    ]
    return section(
        "not-checked",
        told("What was not checked"),
        lead,
        el("div", *map(_headed, parts), class_="packed"),
    )


def _headed(part: tuple[str, Sequence[Markup]]) -> Markup:
    return card(el("h3", part[0]), *part[1])


def _findings(audit: Audit) -> list[Markup]:
    if not audit.findings:
        return [none(told("None."))]
    ordered = sorted(audit.findings, key=lambda finding: [*SEVERITIES].index(finding.severity))
    shown = [
        el(
            "div",
            el("span", told(SEVERITIES[finding.severity]), class_=f"chip {finding.severity}"),
            el("span", visible(f"{finding.check}: {finding.where}: {finding.message}. {finding.do}.")),
            class_="finding",
        )
        for finding in ordered[:FINDINGS]
    ]
    if len(ordered) > FINDINGS:
        rest = counted(len(ordered) - FINDINGS, "more finding")
        shown.append(none(told("and {findings}: yurai audit OUT lists all", findings=rest)))
    return shown


def _unjudged(audit: Audit) -> Markup:
    rows: list[list[Child]] = [
        [stage, note.removesuffix(NOT_JUDGED), number(count)]
        for stage, notes in audit.notes.items()
        for note, count in sorted(notes.items())
        if note.endswith(NOT_JUDGED)
    ]
    if not rows:
        return none(told("None: every rule could judge every page that reached it."))
    return table(heads("stage", "rule, or rule and limit", "#pages that passed unjudged"), rows)


def _unreadable(audit: Audit) -> list[Markup]:
    gaps = audit.totals["unreadable"]
    if not gaps:
        return [none(told("None: every byte of the input lies in a record or is padding."))]
    unreadable_bytes = sum(gap["bytes"] for gap in gaps)
    rows: list[list[Child]] = [
        [visible(gap["file"]), number(gap["offset"]), number(gap["bytes"])] for gap in gaps[:RANGES]
    ]
    summary = f"{counted(len(gaps), 'range')}, {size(unreadable_bytes)}" + (
        told("; the first {count}:", count=RANGES) if len(gaps) > RANGES else ""
    )
    return [el("p", summary), table(heads("file", "#at byte", "#bytes"), rows)]


def throughput(paces: list[Pace]) -> Markup:
    """Return how fast each step went."""
    lead = told(
        "From the journal, which belongs to no digest: no other section differs between equal runs. Wall time runs "
        "from the first start to the last end of a step, in whole seconds, pauses of a resumed run included."
    )
    if not paces:
        return section("throughput", told("Throughput"), lead, none(told("The journal is not there.")))
    many = any(pace.hosts > 1 for pace in paces)
    rows: list[list[Child]] = [
        [
            code(pace.step),
            number(pace.tasks),
            duration(pace.wall),
            f"{number(round(pace.rows / pace.wall))} /s",
            f"{size(pace.bytes / pace.wall)}/s",
            size(pace.peak_kib * 1024),
            *([number(pace.hosts)] if many else []),
        ]
        for pace in paces
    ]
    columns = heads("step", "#tasks", "#wall", "#rows", "#bytes", "#memory", *(["#hosts"] if many else []))
    note = told(
        "Bytes are those of the source files for the first step, of what was written for others; memory is the peak "
        "of one process."
    )
    shown = card(table(columns, rows, of="step"), el("p", note, class_="caption"))
    return section("throughput", told("Throughput"), lead, shown)
