"""Name what lies in a tree and nothing leads to, and check what work is left by the name that its content gave it."""

import re
from collections.abc import Iterator

from yurai_manifests.derived import KINDS
from yurai_manifests.findings import Finding
from yurai_manifests.signing.files import FOLDER as SIGNATURES
from yurai_manifests.spent import NONE, mark_key, outputs_of, spent_names
from yurai_manifests.step import tasks
from yurai_manifests.store import LocalStore, Store
from yurai_manifests.verify.chain import RESTORE, Chain
from yurai_manifests.verify.outside import is_outside

WORK = ".work/"
_DATA = re.compile(r"\.work/[^/]+/data/[0-9a-f]{2}/([0-9a-f]{64})(?:\.\w+)?")
DERIVED = tuple(f"{kind}/" for kind in KINDS)
SHOWN = 20


def strays(chain: Chain) -> Iterator[Finding]:
    """Yield what nothing leads to: an error, but in stages/, where earlier runs into the same tree left their steps."""
    left, work = list[str](), set[str]()
    known = {*chain.named, "run.json", *(mark_key(step.step) for step in chain.steps)}
    for name in sorted(_names(chain.store)):
        if is_outside(name):
            continue
        if match := _DATA.fullmatch(name):
            work.add(name)
            if chain.hasher.sha256(name) != match[1]:
                yield Finding("error", "changed", name, "its bytes are not those that its name is made of", RESTORE)
        elif name in known or name.startswith((f"{SIGNATURES}/", *DERIVED)):
            continue  # what is made from the run has manifests of its own
        elif name.startswith("stages/"):
            left.append(name)
        else:
            message, advice = "no manifest names this file", "remove it: it is not part of the run"
            yield Finding("error", "unreferenced", name, message, advice)
    yield from _left(left)
    yield from _lost_work(chain, work)


def _names(store: Store) -> Iterator[str]:
    for name in store.names("." if isinstance(store, LocalStore) else ""):
        yield name.removeprefix("./").lstrip("/")


def _left(names: list[str]) -> Iterator[Finding]:
    for name in names[:SHOWN]:
        message = "no step of this run names it; earlier runs into this tree leave such files"
        yield Finding("warning", "unreferenced", name, message, "remove it if no such run was there")
    if len(names) > SHOWN:
        message = f"{len(names) - SHOWN:,} more files are of no step of this run"
        yield Finding("warning", "unreferenced", "stages", message, "remove them if no earlier run was there")


def _lost_work(chain: Chain, work: set[str]) -> Iterator[Finding]:
    """Yield the files that tasks wrote and that are gone, but spent ones, unless all are: work is no part of a run."""
    spents = dict[str, frozenset[str]]()
    for step in chain.steps:
        found = spent_names(chain.store, step.step, outputs_of(step))
        spents[step.key] = NONE if isinstance(found, str) else found
        if isinstance(found, str):
            message, advice = f"the mark of spent files is damaged: {found}", "remove it, then run again with --rebuild"
            yield Finding("error", "changed", mark_key(step.step), message, advice)
    if not work:
        message = "the work of its steps was removed; the run is whole without it, rows of damage cannot be named"
        yield Finding("info", "no-work", ".work", message, "keep .work to resume or to name rows")
        return
    for step in chain.steps:
        spent = spents[step.key]
        for task in tasks(chain.store, step):
            for output in task.outputs:
                if output.path.startswith(WORK) and output.path not in work and output.name not in spent:
                    message = f"step {step.value['step']} wrote it, it is gone"
                    yield Finding("error", "missing", output.path, message, f"{RESTORE}; or remove .work whole")
