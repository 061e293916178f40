"""Ask all machines, compare each with the driver, and say for every difference what to do."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeVar

from yurai.run.doctor.node import DRIVER, Ask, Fact, cross, look, note_key
from yurai_manifests.store import Store, open_store

Answer = TypeVar("Answer")
State = Literal["ok", "fail", "skip"]
ALIKE = ("code", "packages", "python", "plugins", "models", "input")
REMEDIES = {
    "reach": "look at the node's logs, restart it, or take it out of the cluster",
    "code": "install the same Yurai on every node; one image for all is the simplest",
    "packages": "install the same versions on every node; one image for all is the simplest",
    "python": "use one Python and one CPU architecture; other ones may give other bytes",
    "plugins": "install the same plugins on every node",
    "models": "put the file at that path on every node, or name it by URL with its sha256",
    "input": "mount the same storage at the same path on every node, or name inputs by URL",
    "output": "mount the same storage at the same path on every node, or write to a URL such as s3://",
    "put-if-absent": "choose a store with conditional writes",
    "disk": "free space there, or point TMPDIR or --output at a larger disk",
    "auth": "export RAY_AUTH_MODE=token before `ray start` on every node, and chmod 600 the token file",
    "keepalive": "export both as 10000 before `ray start` on every node",
}
CHECKS = tuple(REMEDIES)
"""Every machine has these; the driver's own may have one more, `driver`."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One node; `label` is how people are told of it, `runs_tasks` false for a head without CPUs."""

    key: str
    label: str
    runs_tasks: bool = True
    drives: bool = False
    """Whether the process that asks runs there: what it sees is what others are compared with."""


@dataclass(frozen=True, slots=True)
class Silent:
    """A machine gave no answer, for this reason, and the check that it fails by that."""

    why: str
    check: str = "reach"


class Fleet(Protocol):
    """Machines that can be asked."""

    machines: tuple[Machine, ...]

    def ask(
        self, function: Callable[..., Answer], arguments: Mapping[str, tuple[object, ...]]
    ) -> dict[str, Answer | Silent]:
        """Call `function` on each machine that `arguments` has a key of; all at once."""


class ThisMachine:
    """The fleet of one: the machine that this process runs on, without Ray."""

    machines: tuple[Machine, ...] = (Machine("here", "this machine"),)

    def ask(
        self, function: Callable[..., Answer], arguments: Mapping[str, tuple[object, ...]]
    ) -> dict[str, Answer | Silent]:
        """Call `function` here."""
        return {key: function(*given) for key, given in arguments.items()}


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one machine: what was found, and what to do when it failed."""

    node: str
    check: str
    state: State
    said: str
    do: str = ""


def failures(checks: list[Check]) -> list[Check]:
    """Return the checks that failed."""
    return [check for check in checks if check.state == "fail"]


def survey(fleet: Fleet, ask: Ask) -> list[Check]:
    """Return every check of every machine.

    Raises:
        ShardError: the driver itself cannot write to the output.
    """
    asked = replace(ask, nonce=uuid.uuid4().hex)
    store = open_store(ask.output) if ask.output else None
    try:
        if store:
            store.put(note_key(asked.nonce, DRIVER), asked.nonce.encode())
        driver_facts = look(asked, DRIVER, True)
        answers = fleet.ask(look, {one.key: (asked, one.key, one.runs_tasks) for one in fleet.machines})
        unseen = _unseen(fleet, asked, store, answers) if store else {}
    finally:
        if store:
            for name in (DRIVER, *(one.key for one in fleet.machines)):
                store.remove(note_key(asked.nonce, name))
    checks = [check for one in fleet.machines for check in _judge(one, answers[one.key], driver_facts, unseen)]
    return [*checks, *_odd_driver(fleet.machines, checks)]


def _odd_driver(machines: tuple[Machine, ...], checks: list[Check]) -> Iterator[Check]:
    """Name the driver's own node where most others differ from it: a job may be placed on the only unfit node."""
    unfit = {check.node for check in failures(checks) if check.check in (*ALIKE, "output")}
    others = [one.label for one in machines if not one.drives]
    if len(unfit.intersection(others)) * 2 > len(others) > 1:
        for one in machines:
            if one.drives:
                message = "the driver runs here, and most other nodes differ from it"
                yield Check(one.label, "driver", "fail", message, "look at this node first: it is likely the odd one")


def _unseen(fleet: Fleet, ask: Ask, store: Store, answers: Mapping[str, dict[str, Fact] | Silent]) -> dict[str, str]:
    """Return {machine: whose notes it cannot read, or who cannot read its own}; those without a note are left out."""
    labels = {one.key: one.label for one in fleet.machines}
    wrote = [key for key, facts in answers.items() if not isinstance(facts, Silent) and _wrote(facts)]
    unseen = {
        key: "the driver does not see what it writes" for key in wrote if store.size(note_key(ask.nonce, key)) is None
    }
    readers = [key for key in wrote if key not in unseen]
    for key, missing in fleet.ask(cross, dict.fromkeys(readers, (ask, readers))).items():
        if isinstance(missing, Silent):
            unseen[key] = missing.why
        elif missing:
            unseen[key] = f"does not see what {', '.join(labels[name] for name in missing)} wrote"
    return unseen


def _wrote(facts: Mapping[str, Fact]) -> bool:
    return "output" in facts and not facts["output"].fault


def _judge(
    one: Machine, facts: dict[str, Fact] | Silent, driver_facts: Mapping[str, Fact], unseen: Mapping[str, str]
) -> Iterator[Check]:
    if isinstance(facts, Silent):
        yield Check(one.label, facts.check, "fail", facts.why, REMEDIES[facts.check])
        return
    yield Check(one.label, "reach", "ok", "answers")
    for check in CHECKS[1:]:
        fact = facts.get(check)
        if fact is None:
            reason = "not asked for" if one.runs_tasks else "runs no tasks"
            yield Check(one.label, check, "skip", reason)
            continue
        fault = fact.fault or (_difference(fact, driver_facts[check]) if check in ALIKE else "")
        fault = fault or (unseen.get(one.key, "") if check == "output" else "")
        state: State = "fail" if fault else "ok"
        yield Check(one.label, check, state, fault or _plain(fact.value), REMEDIES[check] if fault else "")


def _difference(node_fact: Fact, driver_fact: Fact) -> str:
    if node_fact.value == driver_fact.value:
        return ""
    if isinstance(node_fact.value, dict) and isinstance(driver_fact.value, dict):
        names = sorted({*node_fact.value, *driver_fact.value})
        pairs = [(name, node_fact.value.get(name, "none"), driver_fact.value.get(name, "none")) for name in names]
        return "; ".join(
            f"{name} is {theirs}, {wanted} with the driver" for name, theirs, wanted in pairs if theirs != wanted
        )
    return f"{_plain(node_fact.value)}, but {driver_fact.fault or _plain(driver_fact.value)} with the driver"


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {text}" for name, text in value.items()) or "none"
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)
