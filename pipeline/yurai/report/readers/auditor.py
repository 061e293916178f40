"""Choose the figures that an auditor reads: controls, personal data, lineage, what made the run, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from yurai.report.readers import takedowns, tiers
from yurai.report.readers.controls import controls
from yurai.report.readers.figures import Cell, Figure, Name, Section, Share, Tile
from yurai.report.readers.queries import query
from yurai.report.readers.said import Said, say
from yurai.report.readers.shared import HEADS, examples, not_checked, signatures, sources
from yurai.report.readers.tree import Asked, figure
from yurai.report.readers.when import time_and_tampering
from yurai.report.readers.wording import STATES
from yurai.report.safe_text import shown
from yurai.stages.blocklist.known import BLOCKLIST
from yurai_manifests.canonical import Json
from yurai_manifests.plan import load_plan
from yurai_manifests.run import RunRecord

SHORT = 16
"""Digits of a digest that tell it from all others of a tree; run.json has the whole."""


def tiles(asked: Asked) -> Iterator[Tile]:
    """Yield what stands first."""
    states = [str(row[1]) for row in controls(asked)]
    for state in ("pass", "fail", "not-checked"):
        yield Tile(say("controls: {state}", state=STATES[state]), states.count(state), query("audit"))
    yield Tile(say("documents kept"), asked.kept, query("counts"))
    yield Tile(HEADS["tokens"], asked.tokens, query("counts"))


def sections(asked: Asked) -> Iterator[Section]:
    """Yield the sections in their order."""
    yield _controls(asked)
    yield _personal_data(asked)
    yield _input(asked)
    yield sources(asked)
    yield time_and_tampering(asked)
    yield _lineage(asked)
    yield _made_by(asked)
    if asked.earlier:
        yield _changed(asked)
    if taken_down := takedowns.whole(asked):
        yield taken_down
    yield signatures(asked)
    shown_pages = examples(asked)
    if shown_pages:
        yield shown_pages
    yield not_checked(asked)


def _controls(asked: Asked) -> Section:
    lead = say(
        "A control passes or fails by the number beside it. What nobody looked at is called not checked, never passed."
    )
    names = (say("control"), HEADS["state"], HEADS["value"], say("what the value is"))
    rows = list(controls(asked))
    found = figure("controls", say("Checklist"), names, rows, of="audit", most=len(rows))
    return Section("controls", say("Controls"), lead, [found, _findings(asked)])


def _findings(asked: Asked) -> Figure:
    rows: list[tuple[Cell, ...]] = []
    for severity, word in (("error", say("error")), ("warning", say("warning")), ("info", say("note"))):
        checks = [one.check for one in asked.audit.findings if one.severity == severity]
        rows += [(word, Name(check), checks.count(check)) for check in sorted(set(checks))]
    return figure(
        "findings", say("Findings of the audit"), (say("severity"), say("check"), say("found")), rows, of="audit"
    )


def _personal_data(asked: Asked) -> Section:
    if "redact" not in asked.uses:
        lead = say("Nobody looked for personal data: the recipe has no stage redact. What pages hold is in the texts.")
        return Section("personal-data", say("Personal data"), lead, [])
    rows: list[tuple[Cell, ...]] = [
        (Name(shown(kind)), *(int(one or 0) for one in counts)) for kind, *counts in asked.rows("personal-data")
    ]
    names = (say("found"), say("pages"), say("found in kept pages"), say("pages kept"))
    found = figure("personal-data", say("Finds by kind"), (HEADS["kind"], *names), rows)
    lead = say("What patterns found and masked, by kind. Counts alone are kept: what matched is written nowhere else.")
    return Section("personal-data", say("Personal data"), lead, [found, *_marked(asked)])


def _marked(asked: Asked) -> Iterator[Figure]:
    if asked.marked is None:
        return
    rows: list[tuple[Cell, ...]] = [
        (Name(shown(one.kind)), one.found, one.right + one.wrong, Share(one.right, one.right + one.wrong, one.interval))
        for one in asked.marked.kinds
    ]
    names = (HEADS["kind"], say("found"), say("marked by people"), say("right"))
    note = say("Of finds that were drawn and marked, with the 95 % interval of Wilson.")
    yield figure("marked", say("How often a find is right"), names, rows, note=note)


def _input(asked: Asked) -> Section:
    count, good, bad, none, cut = (int(one) for one in asked.one("digests"))
    rows: list[tuple[Cell, ...]] = [
        (say("payload has the digest that the record states"), good, Share(good, count)),
        (say("payload has another digest"), bad, Share(bad, count)),
        (say("no digest is stated"), none, Share(none, count)),
        (say("record was cut by the crawler"), cut, Share(cut, count)),
    ]
    digests = figure("digests", say("Digests of the input"), (say("candidates"), say("count"), say("share")), rows)
    documents, joined, hosts, unmatched, captures = (int(one) for one in asked.one("robots-join"))
    join: list[tuple[Cell, ...]] = [
        (say("captures of robots.txt and the like"), captures, STATES["not-applicable"]),
        (say("kept documents whose host was captured"), joined, Share(joined, documents)),
        (say("hosts of kept documents"), hosts, STATES["not-applicable"]),
        (say("hosts without a capture"), unmatched, Share(unmatched, hosts)),
    ]
    robots = figure("robots-join", say("Documents and robots.txt"), (HEADS["what"], say("count"), say("share")), join)
    lead = say("How far the input says what it is, and how many hosts said what they allow.")
    return Section("input", say("The input"), lead, [digests, robots])


def _lineage(asked: Asked) -> Section:
    steps = [step for step in asked.run.steps(asked.store) if step.value["totals"]["stages"]]
    rows: list[tuple[Cell, ...]] = []
    for step in steps:
        counts = step.value["totals"]["stages"]
        inner = Name(", ".join(one["stage"] for one in counts))
        moved = (int(counts[0]["seen"]), int(counts[-1]["kept"]))
        rows.append((Name(step.step.name), inner, *moved, Name(step.value["fingerprint"][:SHORT])))
    names = (HEADS["step"], say("stages"), say("in"), say("out"), say("fingerprint"))
    note = say("A fingerprint is made of settings, models, versions and the fingerprint before, so the last has all.")
    flow = figure("lineage", say("From the input to the corpus"), names, rows, of="manifest", note=note)
    lead = say("Each step names what went in and what came out by digest; run.json names the steps.")
    return Section("lineage", say("Lineage"), lead, [flow, _delivered(asked)])


def _delivered(asked: Asked) -> Figure:
    trees = (asked.run.value.get("roots") or {}).get("trees", {})
    rows: list[tuple[Cell, ...]] = []
    for folder in asked.run.value["files"]:
        files = asked.run.files(folder)
        root = trees.get(folder, {}).get("root")
        count = sum(one.rows for one in files if one.name.endswith(".parquet"))
        rows.append((Name(folder), len(files), count, Name(root[:SHORT]) if root else None))
    names = (say("folder"), say("files"), say("rows"), say("Merkle root"))
    return figure("delivered", say("What was delivered"), names, rows, of="manifest")


def _made_by(asked: Asked) -> Section:
    code = asked.run.value["code"]
    rows: list[tuple[Cell, ...]] = [(Name("yurai"), _version(code.get("yurai")))]
    rows += [(Name("Python"), _version(code.get("python"))), (say("machine"), _version(code.get("machine")))]
    rows += [(Name(name), _version(version)) for name, version in sorted(code.get("packages", {}).items())]
    made = figure("programs", say("Programs"), (say("name"), say("version")), rows, of="manifest")
    plan = load_plan(asked.store)
    stages: dict[tuple[str, str], list[str]] = {}
    for identity in plan["stages"] if plan else []:
        for one in _used(asked, identity, code.get("packages", {})):
            stages.setdefault(one, []).append(str(identity["stage"]))
    found: list[tuple[Cell, ...]] = [
        (Name(shown(name)), Name(shown(version)), Name(", ".join(used))) for (name, version), used in stages.items()
    ]
    names = (say("model, list or part"), say("digest or version"), say("stages"))
    models = figure("models", say("Models, lists and parts with a version"), names, found, of="plan", most=len(found))
    lead = say("Who started the run is written nowhere: run.json names programs, versions and digests, and no person.")
    return Section("made-by", say("What made it"), lead, [made, models])


def _used(asked: Asked, identity: Mapping[str, Json], packages: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name, and digest or version, of each model, list and part that a stage's output depends on."""
    models, parts = (cast("dict[str, Json]", identity[of]) for of in ("models", "packages"))
    yield from ((_file(asked, name), str(one)[:SHORT]) for name, one in sorted(models.items()))
    for name, version in sorted(parts.items()):
        if name not in packages:  # the table of programs has those
            yield name, str(version)


def _file(asked: Asked, name: str) -> str:
    """Return how a model is called: in public without the path that a recipe may give, or the case of a blocklist."""
    if asked.tier == "public" and name.startswith(BLOCKLIST):
        return BLOCKLIST.strip()
    return name.replace("\\", "/").rsplit("/", 1)[-1] if asked.tier == "public" else name


def _version(version: str | None) -> Name | None:
    return Name(shown(version)) if version else None


def _changed(asked: Asked) -> Section:
    """Compare with an earlier run: totals, counts of stages, settings and versions that differ."""
    now, before = asked.run, asked.earlier or asked.run
    rows: list[tuple[Cell, ...]] = [
        (
            word,
            before.value["totals"][key],
            now.value["totals"][key],
            now.value["totals"][key] - before.value["totals"][key],
        )
        for key, word in TOTALS.items()
    ]
    names = (HEADS["what"], say("earlier"), say("now"), say("difference"))
    totals = figure("totals", say("Totals"), names, rows, of="compare")
    settings = dict(_flat(before)), dict(_flat(now))
    differ = sorted(name for name in {*settings[0], *settings[1]} if settings[0].get(name) != settings[1].get(name))
    changed: list[tuple[Cell, ...]] = [
        (Name(shown(name)), *(_value(asked, name, one) for one in settings)) for name in differ
    ]
    named = (say("setting or version"), say("earlier"), say("now"))
    lead = say("Compared with the run of content digest {digest}.", digest=before.digest)
    figures = [totals, figure("settings", say("Settings and versions that differ"), named, changed, of="compare")]
    return Section("changed", say("What changed"), lead, figures)


TOTALS: dict[str, Said] = {
    "candidates": say("candidates"),
    "kept": say("kept"),
    "dropped": say("dropped"),
    "failed": say("failed"),
    "tokens": say("tokens"),
}


def _flat(run: RunRecord) -> Iterator[tuple[str, str]]:
    """Yield each setting of each stage, and each version, with its place."""
    value = run.value
    for number, stage in enumerate(run.recipe_stages, 1):
        for name, setting in stage.items():
            yield f"{number}. {stage['use']} {name}", str(setting)
    for name, version in {**value["code"].get("packages", {}), "yurai": value["code"].get("yurai")}.items():
        yield f"version of {name}", str(version)


def _value(asked: Asked, name: str, settings: dict[str, str]) -> Cell:
    """Return a setting; in public a text is left out, as it may be a path."""
    value = settings.get(name)
    if value is None:
        return None
    if asked.tier == "public" and not value.replace(".", "").isdigit() and value not in ("True", "False", "None"):
        return tiers.WITHHELD
    most = 60
    return Name(shown(value if len(value) <= most else value[: most - 1] + "…"))
