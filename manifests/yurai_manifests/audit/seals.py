"""Check the seals of run.json, in itself and in the last of its steps: each field that was edited alone is named."""

from collections.abc import Iterator

from yurai_manifests.audit.case import Case
from yurai_manifests.audit.sums import DO
from yurai_manifests.findings import Finding
from yurai_manifests.run import RUN
from yurai_manifests.seal import SEAL, SEALED, broken, differences, digests, needs_seal


def check_seal(case: Case) -> Iterator[Finding]:
    """Name the fields that are not as they were sealed."""
    value = case.run.value
    if SEAL in value:
        yield from (Finding("error", "seal", RUN, f"{name} is not as it was sealed", DO) for name in broken(value))
    elif needs_seal(value["schema_version"]):
        yield Finding("error", "seal", RUN, f"schema {value['schema_version']} has a field seal, and it is missing", DO)
    else:
        message = (
            f"trees of schema {value['schema_version']} have no seal: fields that nothing repeats were not checked"
        )
        yield Finding("warning", "seal", RUN, message, "run the same command again, which seals it")


def check_sealed(case: Case) -> Iterator[Finding]:
    """Name the fields that are not as the last step says; steps were read before."""
    value = case.run.value
    said = case.steps[-1].value["identity"].get(SEALED) if case.steps else None
    if case.sums.broken or not (said or needs_seal(value["schema_version"])):
        return
    if not isinstance(said, dict):
        yield Finding("error", "seal", RUN, "the last of its steps is not the one that seals it", DO)
        return
    for name in dict.fromkeys(differences(digests(value | {"steps": value["steps"][:-1]}), said)):
        yield Finding("error", "seal", RUN, f"{name} is not as step {case.steps[-1].value['step']} has it", DO)
