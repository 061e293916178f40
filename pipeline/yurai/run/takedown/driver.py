"""Drive a takedown: decide, write affected files again, publish them as a run does, and remove the work of the run.

Steps of a takedown stand behind those of the run and are committed like them, so one that was killed goes on where it
was: what was decided is read back, committed tasks are not run again, and publishing the same files twice changes
nothing. run.json is written last; until the work is removed and the decision with it, no run writes to the tree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

from yurai.engine.engine import Engine, Runner
from yurai.engine.progress import Reporter
from yurai.engine.task import AnyTask, failpoint
from yurai.run.publish import PAGE, SIGNATURES, entry_of, with_last_step
from yurai.run.run import open_engine
from yurai.run.takedown.blocklist import blocklist_of
from yurai.run.takedown.case_proof import load_before, put_before
from yurai.run.takedown.decide import Order, decided
from yurai.run.takedown.gaps import FillTokens, fill_tokens
from yurai.run.takedown.tasks import RemoveRows, RemoveTokens, remove_rows, remove_tokens
from yurai.sources.fetch import Shard
from yurai.stages.packing import pack_task
from yurai.stages.roots.driver import make_roots
from yurai_manifests.canonical import Json, canonical, fingerprint, sha256
from yurai_manifests.card import put_card
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.run import RUN, Delivered, RunRecord, content_digest, load_run, token_shards, token_sum
from yurai_manifests.seal import SEAL, sealed
from yurai_manifests.step import StepRecord, tasks
from yurai_manifests.store import Store
from yurai_manifests.takedown.blocklist import blocklist_name, list_key, parse_blocklist, put_blocklist
from yurai_manifests.takedown.keyed import keyed
from yurai_manifests.takedown.modes import STABLE
from yurai_manifests.takedown.pending import PENDING, Pending, load_pending, put_pending
from yurai_manifests.takedown.tombstones import FIELD, FOLDER, TASK_ID, Stone
from yurai_manifests.task import Output, StepId

LEASE: Final = ".work/lease/"
INDEXES: Final = "search"
"""Indexes of the texts, which hold the texts (`yurai_manifests.derived`)."""
Named = dict[str, list[tuple[str, Output]]]
Files = dict[str, list[Delivered]]


@dataclass(frozen=True, slots=True)
class Done:
    """What a takedown made of a tree."""

    run: RunRecord
    tombstone: Stone
    name: str
    report: bool
    """The tree had a report: it is gone, and to be drawn again."""
    index: bool = False
    """The tree had an index of its texts: it is gone, and to be made again."""


def take_down(
    output: str,
    order: Order,
    runner: Runner,
    reporter: Reporter | None = None,
    *,
    blocklist: Path | None = None,
    proof: Path | None = None,
) -> Done:
    """Take down what `order` says, or end the takedown of its case that was interrupted.

    `blocklist` is a folder, outside of the tree, that gets what later runs know it by; `proof` a file there that gets
    the proof that what goes was in, which `yurai.run.takedown.case_proof.finish` needs.

    Raises:
        RecipeError: no ended run, nothing is selected, the case was taken down before, or begun with another key or
            without a blocklist or proof; one of these cannot be written.
        DriftError: the takedown of another case has not ended.
        AuditError: the tree is damaged.
        LeaseError: another driver writes to it.
        ShardError: storage failed; the same command resumes.
    """
    with open_engine(output, runner, reporter, noted=False) as engine:
        store = engine.store
        pending = load_pending(store)
        if pending is None:
            pending, plan = decided(store, order)
            if blocklist:
                put_blocklist(blocklist, blocklist_of(order, plan))
            if proof:
                put_before(store, proof, pending)
            put_pending(store, pending)
            failpoint("takedown-decided")
        elif pending["case"] != order.case:
            raise DriftError(
                f"{store.url}: the takedown of case {pending['case']} has not ended; run its command again first"
            )
        elif pending["stone"]["case_hmac"] != keyed(order.key, "case", order.case):
            raise RecipeError(
                f"{store.url}: case {order.case} was begun with another key; give the file that its first call wrote"
            )
        elif pending["stone"]["mode"] != order.mode:
            raise RecipeError(
                f"{store.url}: case {order.case} was begun with --mode {pending['stone']['mode']}; end it so"
            )
        else:
            _refuse_unprepared(order, blocklist, proof)
        done = _carried_out(engine, pending)
        indexed = _remove_work(store)
        failpoint("takedown-work-removed")
        store.remove(PENDING)
        return replace(done, index=indexed)


def _refuse_unprepared(order: Order, blocklist: Path | None, proof: Path | None) -> None:
    """Raise RecipeError where the call that began the takedown did not write these: what they are of is gone since."""
    if proof:
        load_before(proof)
    if not blocklist:
        return
    path = blocklist_name(blocklist, order.case)
    listed = parse_blocklist(path.read_bytes(), str(path)) if path.is_file() else None
    if listed is None or listed["key"] != list_key(order.key).hex():
        raise RecipeError(
            f"{path} is not there: the takedown of case {order.case} was begun without this blocklist, and the texts "
            "may be gone; leave --blocklist out, or name the folder of the first call"
        )


def _carried_out(engine: Engine, pending: Pending) -> Done:
    name, store = f"{FOLDER}/{pending['case']}.json", engine.store
    before = RunRecord(pending["run"])
    if store.size(RUN) is not None and sha256(store.read(RUN)) != pending["run_sha256"]:
        run = load_run(store)  # it was published; what is left to do is to remove the work
        stone, _ = _tombstone(pending, before, _files(run), run.digest, run.value["roots"]["run"])
        return Done(run, stone, name, pending["report"])
    step, rewritten = _rewritten(engine, pending, before)
    files = {folder: [_delivered(*one) for one in entries] for folder, entries in rewritten.items()}
    made = make_roots(engine, pending["position"], rewritten)
    digest, roots = content_digest(files), made.roots.json()
    listed = {folder: [_json(file) for file in entries] for folder, entries in files.items()}
    stone, data = _tombstone(pending, before, files, digest, roots["run"])
    entry: dict[str, Json] = {"case": pending["case"], "tombstone": name, "sha256": sha256(data)}
    value = {key: part for key, part in before.value.items() if key != SEAL} | {
        "files": listed,
        "counts": pending["counts"],
        "totals": _totals(before, [StageCounts.of(one) for one in pending["counts"]], files),
        "digest": digest,
        "roots": roots,
        "steps": [*before.value["steps"], *map(entry_of, (step, *made.steps))],
        FIELD: [*before.value.get(FIELD, []), entry],
    }
    run = RunRecord(sealed(with_last_step(engine, pending["position"], value)))
    _publish(store, run, rewritten, (name, data))
    return Done(run, stone, name, pending["report"])


def _rewritten(engine: Engine, pending: Pending, before: RunRecord) -> tuple[StepRecord, Named]:
    """Run the tasks over the affected files; return their step, and every delivered file with where its bytes are."""
    identity: dict[str, Json] = {
        TASK_ID: {"case": pending["case"], "basis": pending["stone"]["basis"], "run": pending["run_sha256"]}
    }
    step = StepId(f"{pending['position']:02}-takedown", fingerprint(identity))
    expected = list(_tasks(engine, step, pending, before))
    record = engine.step(step, identity, lambda: expected, len(expected))
    made = {task.source: task.outputs for task in tasks(engine.store, record)}
    named: Named = {}
    for folder in before.value["files"]:
        files = [(file.name, _there(folder, file)) for file in before.files(folder)]
        named[folder] = [(name, _output(made, name) or output) for name, output in files]
    return record, named


def _output(made: dict[str, list[Output]], name: str) -> Output | None:
    """Return what a task made in the place of a file; the files of a token shard are of the task of its index."""
    stem, _, suffix = name.rpartition(".")
    if not name.startswith("shards/"):
        return made[name][0] if name in made else None
    return next((one for one in made.get(f"{stem}.parquet", ()) if one.name == suffix), None)


def _there(folder: str, file: Delivered) -> Output:
    return Output(folder, file.name, file.sha256, file.bytes, file.rows, file.size)


def _tasks(engine: Engine, step: StepId, pending: Pending, before: RunRecord) -> Iterator[AnyTask]:
    gone, named = tuple(pending["documents"]), {*pending["rows"], *pending["pointing"]}
    shards = {one.name: one for one in before.files("shards")}
    ids_of = {f"{one.name.rpartition('.')[0]}.parquet": one for one in token_shards(shards.values())}
    for folder in before.value["files"]:
        for file in (one for one in before.files(folder) if one.name in named):
            ids = tuple(pending["rows"].get(file.name, ()))
            if folder != "shards":
                about = gone if file.name in pending["pointing"] else ()
                yield pack_task(
                    remove_rows, step, engine, (_shard(engine, file),), RemoveRows(folder, ids, about), file.name
                )
                continue
            stored = ids_of[file.name]
            inputs = tuple(dict.fromkeys((_shard(engine, file), _shard(engine, stored))))
            if pending["stone"]["mode"] == STABLE:
                args = FillTokens(ids, _dtype(stored), pending["stone"]["gaps"][0]["filler"])
                yield pack_task(fill_tokens, step, engine, inputs, args, file.name)
            else:
                yield pack_task(remove_tokens, step, engine, inputs, RemoveTokens(ids, _dtype(stored)), file.name)


def _shard(engine: Engine, file: Delivered) -> Shard:
    return Shard(engine.store.url, file.name, file.sha256, file.rows, file.size, file.name)


def _dtype(stored: Delivered) -> str:
    """Return the type of a token in a .bin; "" where the index has the ids in it."""
    if not stored.name.endswith(".bin"):
        return ""
    return "<i4" if stored.bytes // stored.size > 2 else "<u2"  # noqa: PLR2004 - bytes of a uint16


def _files(run: RunRecord) -> Files:
    return {folder: run.files(folder) for folder in run.value["files"]}


def _delivered(name: str, output: Output) -> Delivered:
    return Delivered(name, output.sha256, output.bytes, output.rows, output.size)


def _json(file: Delivered) -> dict[str, Json]:
    return {slot: getattr(file, slot) for slot in Delivered.__slots__}


def _totals(before: RunRecord, counts: Sequence[StageCounts], files: Files) -> dict[str, Json]:
    return {
        **before.value["totals"],
        "candidates": counts[0].seen,
        "kept": counts[-1].kept,
        "dropped": sum(one.dropped.total() for one in counts),
        "failed": sum(one.failed.total() for one in counts),
        "tokens": token_sum(files.get("shards", [])),
    }


def _tombstone(pending: Pending, before: RunRecord, files: Files, digest: str, root: str) -> tuple[Stone, bytes]:
    old = {file.name: file.sha256 for folder in before.value["files"] for file in before.files(folder)}
    new = {file.name: file.sha256 for entries in files.values() for file in entries}
    written = [
        {"name": name, "before": old[name], "after": new[name]} for name in sorted(old) if old[name] != new[name]
    ]
    stone = Stone(**pending["stone"], files=written, after={"digest": digest, "root": root})
    return stone, canonical(cast("Json", stone))


def _publish(store: Store, run: RunRecord, named: Named, stone: tuple[str, bytes]) -> None:
    store.remove(RUN)
    failpoint("takedown-run-removed")
    for key in [PAGE, *store.names(SIGNATURES)]:  # they tell of what is replaced now
        store.remove(key)
    for name, output in (one for entries in named.values() for one in entries):
        if output.path != name:
            store.copy(output.path, name)
            failpoint("in-takedown")
    store.put(*stone)
    put_card(store, run)
    store.put(RUN, canonical(run.value))
    failpoint("takedown-published")


def _remove_work(store: Store) -> bool:
    """Remove whatever holds rows of the run as it was: the work of all steps, what the report was drawn from, indexes.

    Tell whether there was an index.
    """
    removed = {folder: [*store.names(folder)] for folder in (".work", "report", INDEXES)}
    for key in [key for keys in removed.values() for key in keys if not key.startswith(LEASE)]:
        store.remove(key)
    for key in [key for key in store.names("stages") if key.startswith("stages/report.")]:
        store.remove(key)
    return bool(removed[INDEXES])
