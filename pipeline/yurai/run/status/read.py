"""Read how far a run is. Names of one step's tasks are listed, no manifest of a task is opened."""

import time
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from yurai.engine.note import Call, State, load_call, load_state
from yurai.engine.pace import Recent, recent
from yurai_manifests.errors import RecipeError
from yurai_manifests.lease import Holder, holder_of
from yurai_manifests.plan import PLAN, Plan, load_plan
from yurai_manifests.run import RUN
from yurai_manifests.store import Store

Life: TypeAlias = Literal["running", "dead", "done"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One step: tasks committed of how many (None: not known), tasks a second, and seconds left, of this step alone.

    `recent` is the rate of its last minutes, None where it is young; what is left goes by that.
    """

    step: str
    place: int | None
    """Its stage's place in the recipe, from 1; None for what comes after the stages."""
    stages: int
    done: int
    tasks: int | None
    rate: float
    left: float | None
    recent: Recent | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """How far a run is; times are seconds since 1970, 0 where none is known."""

    tree: str
    life: Life
    why: str
    """Why a dead one is dead; what a running one does that is no step."""
    recipe: str
    driver: str
    since: float
    seen: float
    """Last sign of life, or the end."""
    step: Progress | None
    before: tuple[tuple[str, int], ...]
    """Steps that this driver has brought to their commit, and their tasks."""
    error: str
    error_at: float
    call: Call | None


def status_of(store: Store) -> Status:
    """Return how far the run is whose tree this is.

    Raises:
        RecipeError: no run has begun here.
        AuditError: plan.json is damaged.
        ShardError: storage failed.
    """
    holder, state, plan = holder_of(store), load_state(store), load_plan(store)
    whole = store.size(RUN) is not None
    if holder is None and state is None and plan is None and not whole:
        raise RecipeError(f"{store.url} is no output tree: there is no {PLAN}, no {RUN} and no journal; check the path")
    life = _life(holder, state, whole=whole)
    state = state if life != "running" or _of_driver(state, holder) else None
    steps = state["steps"] if state else []
    seen = max([holder.beat if holder else 0.0, state["ended"] if state else 0.0, *(step["begun"] for step in steps)])
    return Status(
        tree=store.url,
        life=life,
        why=_why(life, holder, state),
        recipe=plan["recipe"] if plan else "",
        driver=_driver(holder if life == "running" else None, state),
        since=state["since"] if state else holder.since if holder else 0.0,
        seen=seen,
        step=_progress(store, life, state, plan, seen),
        before=tuple((step["step"], step["tasks"]) for step in (steps if life == "done" else steps[:-1])),
        error=state["error"] if state else "",
        error_at=state["error_at"] if state else 0.0,
        call=load_call(store),
    )


def _life(holder: Holder | None, state: State | None, *, whole: bool) -> Life:
    """A driver that is refused before its first step leaves a lease, and the work of the one before it is whole."""
    if holder is not None and holder.lives():
        return "running"
    return "done" if whole and (state is None or state["outcome"] == "done") else "dead"


def _of_driver(state: State | None, holder: Holder | None) -> bool:
    """Tell whether the driver that holds the tree wrote the note, not one before it."""
    return bool(state and holder and (state["host"], state["process"]) == (holder.host, holder.pid))


def _why(life: Life, holder: Holder | None, state: State | None) -> str:
    if life == "running":
        if state is None:
            return "no step has begun"
        return "counts what the report shows" if state["outcome"] else ""
    if life == "done":
        return ""
    if state and state["outcome"] == "failed":
        return "the driver ended with an error"
    if state and state["outcome"] == "interrupted":
        return "the driver was interrupted"
    if state is None and holder is None:
        return "no step has begun"
    return "the driver was killed, or its machine is gone"


def _driver(holder: Holder | None, state: State | None) -> str:
    host, process = (holder.host, holder.pid) if holder else (state["host"], state["process"]) if state else ("", 0)
    return f"process {process} on {host}" if host else ""


def _progress(store: Store, life: Life, state: State | None, plan: Plan | None, seen: float) -> Progress | None:
    steps = state["steps"] if state else []
    if life == "done":
        return None
    if not steps:
        return _unnoted(store, plan) if life == "dead" else None
    step = steps[-1]
    there = sum(1 for _ in store.names(f"{step['folder']}/tasks"))
    now = time.time() if life == "running" else seen
    made, spent = max(there - step["there"], 0), now - step["begun"]
    done, rate = min(there, step["tasks"]), made / spent if spent > 0 else 0.0
    points = [(point["at"], point["done"]) for point in (state.get("pace", []) if state else [])]
    late = recent(points, step["begun"], now, there) if life == "running" else None
    left = (step["tasks"] - done) / speed if (speed := late.rate if late else rate) and life == "running" else None
    return Progress(step["step"], _place(step["step"], plan), _stages(plan), done, step["tasks"], rate, left, late)


def _unnoted(store: Store, plan: Plan | None) -> Progress | None:
    """Count the tasks of the last step of a tree without notes; the first has one for each source."""
    counts: dict[str, int] = {}
    for name in store.names("stages"):
        parts = PurePosixPath(name).parts
        counts[parts[1]] = counts.get(parts[1], 0) + ("tasks" in parts)
    if not counts:
        return None
    step = max(counts)
    tasks = len(plan["sources"]) if plan and step.startswith("00-") else None
    return Progress(step, _place(step, plan), _stages(plan), counts[step], tasks, 0.0, None)


def _stages(plan: Plan | None) -> int:
    return len(plan["stages"]) if plan else 0


def _place(step: str, plan: Plan | None) -> int | None:
    """Return the place in the recipe of the stage that a step, `NN-stage.part`, belongs to."""
    number, _, rest = step.partition("-")
    name = rest.partition(".")[0]
    names = [str(stage["stage"]) for stage in plan["stages"]] if plan else []
    places = [place for place, stage in enumerate(names, 1) if stage == name]
    return next(
        (place for place in places if number.isdecimal() and place > int(number)), places[0] if places else None
    )
