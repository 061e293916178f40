"""Check what run.json says of recipe, sources and code against plan.json and the identities of its steps.

A fingerprint is the digest of an identity, and each identity names the fingerprint before it, so that the settings of
every stage are in the name of every folder below it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from yurai_manifests.audit.case import Case
from yurai_manifests.audit.sums import DO
from yurai_manifests.canonical import Json, canonical, fingerprint
from yurai_manifests.errors import AuditError
from yurai_manifests.findings import Finding
from yurai_manifests.plan import PLAN, Plan, load_plan
from yurai_manifests.run import RUN
from yurai_manifests.step import StepRecord
from yurai_manifests.store import digest_of

PIN: Final = "#sha256="
"""What parts the name of a list from its digest in a checked recipe; an identity has the digest alone."""
Table = Mapping[str, Json]


def check_plan(case: Case) -> Iterator[Finding]:
    """Read plan.json and compare its digest with the one that run.json names, where it names one."""
    advice = "end the run that began after this one, or restore it"
    try:
        case.plan = load_plan(case.store)
    except AuditError as error:
        yield Finding("error", "plan", PLAN, str(error), advice)
        return
    if case.plan is None:
        yield Finding("error", "plan", PLAN, "it is missing", advice)
    elif "plan" in case.run.value and digest_of(case.store, PLAN) != case.run.value["plan"]:
        message = "it is not the plan of this run: it was edited, or a later run has not ended"
        yield Finding("error", "plan", PLAN, message, advice)
        case.plan = None


def check_identities(case: Case) -> Iterator[Finding]:
    """Compare recipe, sources, code and the order of steps, field by field."""
    if case.sums.broken:
        return
    for fault in _faults(case):
        yield Finding("error", "identity", RUN, fault, DO)


def _faults(case: Case) -> Iterator[str]:
    staged = [step for step in case.steps if "stage" in step.value["identity"]]
    yield from _recipe(case, staged)
    yield from _chain(case, staged)
    yield from _delivery(case)
    yield from _code(case, staged)
    if case.plan:
        yield from _planned(case, case.plan)
        yield from _sides(case, case.plan)
        yield from _sources(case, case.plan)
        yield from _plan_chain(case.plan, staged)
    if "sources" in case.run.value["carried"]:
        said, due = ({**one} for one in (case.run.value["sources"], case.run.value["carried"]["sources"]))
        if case.plan and case.plan.get("side"):
            said["side"] = due["side"] = None  # of this run and of the earlier one
        yield from unlike(said, due, "sources", "carried.sources")


def _recipe(case: Case, staged: Sequence[StepRecord]) -> Iterator[str]:
    """Compare each stage of the recipe with the identity of each of its steps, and its tables with those of the first.

    The first step of a run over sources is fused: it ran several stages, and has the identity of the last one of them.
    """
    recipe = case.run.value["recipe"]
    before, seen = len(case.run.value["carried"].get("stages", [])), set[int]()
    for step in staged:
        identity, name = step.value["identity"], step.value["step"]
        at = _place(step) - before
        if "fused" in identity:
            at += len(identity["fused"]) - 1
            seen.update(range(at))
            yield from unlike([one["use"] for one in recipe["stages"][: at + 1]], identity["fused"], "recipe", name)
            yield from unlike(recipe["sources"], identity["tables"], "recipe.sources", name)
        if not 0 <= at < len(recipe["stages"]):
            yield f"step {name} is of no stage of the recipe"
            continue
        if at not in seen:
            seen.add(at)
            yield from _stage(recipe["stages"][at], identity, f"recipe.stages[{at}]", name)
    for at in sorted({*range(len(recipe["stages"]))} - seen):
        yield f"recipe.stages[{at}] ({recipe['stages'][at]['use']}) is of no step"


def _stage(written: Table, identity: Table, where: str, by: str) -> Iterator[str]:
    """Compare a stage of the recipe with an identity: name and settings, and of lists their digests."""
    settings = {name: value for name, value in written.items() if name != "use"}
    yield from unlike(written["use"], identity["stage"], f"{where}.use", by)
    yield from unlike(settings, identity["settings"], where, by)
    models, rules = identity["models"], settings.get("rules")
    if not isinstance(models, Mapping) or not isinstance(rules, Sequence):
        return
    for number, rule in enumerate(rules):
        rule_of: Table = rule if isinstance(rule, Mapping) else {}
        for name, lists in rule_of.items():
            for at, spec in enumerate(_lists(lists)):
                key = f"rules[{number}] {rule_of.get('use')}.{name}[{at}]"
                yield from unlike(spec.partition(PIN)[2], models.get(key), f"{where}.{key}", by)


def _lists(value: Json) -> list[str]:
    """Return the lists that a setting names, each as `spec#sha256=digest`; none if it is another setting."""
    named = [one for one in value if isinstance(one, str) and PIN in one] if isinstance(value, list) else []
    return named if isinstance(value, list) and len(named) == len(value) else []


def unlike(found: Json, due: Json, where: str, by: str) -> Iterator[str]:
    """Say in which fields a value of run.json differs from what `by` says; an identity has no names of lists."""
    if canonical(found) == canonical(due):
        return
    if isinstance(found, Mapping) and isinstance(due, Mapping):
        for key in sorted({*found, *due}):
            if key in due or not _may_lack(found[key]):
                yield from unlike(found.get(key), due.get(key), f"{where}.{key}", by)
    elif isinstance(found, list) and isinstance(due, list) and len(found) == len(due):
        for at, (one, other) in enumerate(zip(found, due, strict=True)):
            yield from unlike(one, other, f"{where}[{at}]", by)
    else:
        yield f"{where} is {found!r}, {due!r} by {by}"


def _may_lack(value: Json) -> bool:
    return value == [] or bool(_lists(value))


def _chain(case: Case, staged: Sequence[StepRecord]) -> Iterator[str]:
    """Each identity names the fingerprint of the stage before; the run has that of the last."""
    fingerprints = [step.value["fingerprint"] for step in staged]
    for before, step, after in zip(fingerprints, staged[1:], fingerprints[1:], strict=False):
        if after != before and step.value["identity"]["before"] != before:
            yield f"step {step.value['step']} does not go on from the step before it"
    if fingerprints and case.run.value["fingerprint"] != fingerprints[-1]:
        yield "fingerprint is not that of the last stage"
    positions = [_place(step) for step in case.steps]
    if positions != sorted(positions):
        yield "steps are not in the order of their stages"


def _delivery(case: Case) -> Iterator[str]:
    """Compare the sizes of files and the folders with the step that delivers."""
    recipe, files = case.run.value["recipe"], case.run.value["files"]
    for step in case.steps:
        identity, name = step.value["identity"], step.value["step"]
        if "deliver" in identity:
            yield from unlike(recipe.get("deliver", {}).get("text_bytes"), identity["target"], "recipe.deliver", name)
            yield from unlike(sorted({*files} - {"shards"}), sorted(identity["deliver"]), "files", name)


def _code(case: Case, staged: Sequence[StepRecord]) -> Iterator[str]:
    """Compare the versions of packages with those that fingerprints are made of, stage by stage."""
    code = case.run.value.get("code", {}).get("packages", {})
    used = [(step.value["identity"]["packages"], step.value["step"]) for step in staged]
    used += [
        (stage["packages"], f"{PLAN} stages[{at}]") for at, stage in enumerate(case.plan["stages"] if case.plan else [])
    ]
    for name in sorted(code):
        found = (
            unlike(code[name], versions[name], f"code.packages.{name}", by) for versions, by in used if name in versions
        )
        yield from next((told for one in found if (told := [*one])), [])


def _planned(case: Case, plan: Plan) -> Iterator[str]:
    recipe = case.run.value["recipe"]
    yield from unlike(recipe.get("name"), plan["recipe"], "recipe.name", PLAN)
    yield from unlike(recipe.get("deliver"), plan["deliver"], "recipe.deliver", PLAN)
    yield from unlike(recipe["sources"], list(plan["tables"]), "recipe.sources", PLAN)
    if len(recipe["stages"]) != len(plan["stages"]):
        yield f"recipe.stages has {len(recipe['stages'])} stages, {len(plan['stages'])} by {PLAN}"
        return
    for at, (written, identity) in enumerate(zip(recipe["stages"], plan["stages"], strict=True)):
        yield from _stage(written, identity, f"recipe.stages[{at}]", PLAN)


def _sources(case: Case, plan: Plan) -> Iterator[str]:
    """Compare the sources with those of the plan, and both with the tasks of the first step."""
    run, sums, sources = case.run.value, case.sums, case.run.value["sources"]
    if run["carried"]:
        yield from unlike(
            run["carried"].get("digest"), plan["sources"][0] if plan["sources"] else None, "carried", PLAN
        )
        return
    yield from unlike(sources["count"], len(sums.sources), "sources.count", "the tasks of the first step")
    if list(sums.sources) != plan["sources"]:
        yield f"{PLAN} names other sources than the tasks of the first step"
    yield from unlike(sources.get("digest"), fingerprint({"names": list(sums.sources)}), "sources.digest", "the tasks")
    if sources.get("bytes", 0) > sums.source_bytes:
        yield f"sources.bytes is {sources['bytes']}, tasks read {sums.source_bytes}"


def _sides(case: Case, plan: Plan) -> Iterator[str]:
    """Compare side inputs: files that the plan names, those that tasks read, and what run.json says of them."""
    run, planned = case.run.value, plan.get("side", {})
    if [name for files in planned.values() for name in files] != list(case.sums.side):
        yield f"{PLAN} names other files of side inputs than tasks read"
    if planned or not run["carried"]:  # else `sources` is what the earlier tree says
        due: Table = {
            name: {"count": len(files), "digest": fingerprint({"names": [*files]})} for name, files in planned.items()
        }
        said = {name: dict(side) for name, side in run["sources"].get("side", {}).items()}
        for side in said.values():
            side.pop("bytes", None)  # as storage listed them: no task says it
        yield from unlike(said, due, "sources.side", PLAN)


def _plan_chain(plan: Plan, staged: Sequence[StepRecord]) -> Iterator[str]:
    """Compare the fingerprints of the plan's stages with each other and with the first step, which has the last fused.

    So the settings of stages that ran fused before it are those that its fingerprint is made of.
    """
    before: Json = None
    for identity in plan["stages"]:
        if before is not None and identity["before"] != before:
            yield f"{PLAN}: stage {identity['stage']} does not go on from the stage before it"
        before = fingerprint(identity)
    if not staged or not plan["stages"]:
        return
    first = _place(staged[0])
    for step in staged:
        identity, at = step.value["identity"], _place(step) - first
        bare: dict[str, Json] = {key: value for key, value in identity.items() if key not in ("fused", "tables")}
        at += len(identity.get("fused", [0])) - 1
        if at < len(plan["stages"]):
            planned = dict(plan["stages"][at])
            if step is not staged[0]:  # goes on from the fused step, whose fingerprint is of more than its stages
                planned["before"] = bare["before"]
            yield from unlike(planned, bare, f"{PLAN} stages[{at}]", step.value["step"])


def _place(step: StepRecord) -> int:
    """Return the place of the first stage of a step, which its name begins with."""
    return int(step.value["step"].partition("-")[0])
