"""Show the result of `yurai doctor`: for each node which checks passed and failed, then what to do about failures."""

import json
from dataclasses import asdict

from yurai.run.doctor.survey import Check, failures
from yurai.terminal import Table, logged, put_table, say, tell
from yurai_manifests.words import plural

COLUMNS = {"ok": "passed", "fail": "FAILED", "skip": "not checked"}


def as_json(checks: list[Check]) -> str:
    """Return all checks: {"ok", "checks": [{"node", "check", "state", "said", "do"}]}."""
    return json.dumps({"ok": not failures(checks), "checks": [asdict(check) for check in checks]}, indent=2)


def tell_failures(checks: list[Check]) -> None:
    """Print all of it to standard error, or as a log an event for each failure."""
    if not logged():
        show(checks, stderr=True)
        return
    for check in failures(checks):
        tell(_failure(check), "unfit", node=check.node)


def _failure(check: Check) -> str:
    return f"{check.node}: {check.check}: {check.said}. Do: {check.do}"


def show(checks: list[Check], *, stderr: bool = False) -> None:
    """Print a row for each node, and what to do about each failure."""
    nodes = dict.fromkeys(check.node for check in checks)
    table = Table()
    table.column("node", whole=True)
    for column in COLUMNS.values():
        table.column(column)
    for node in nodes:
        node_checks = [check for check in checks if check.node == node]
        states = [", ".join(check.check for check in node_checks if check.state == state) for state in COLUMNS]
        table.row(node, *states)
    put_table(table, stderr=stderr)
    failed = failures(checks)
    for check in failed:
        say(_failure(check), stderr=stderr)
    unfit = {check.node for check in failed}
    verdict = (
        f"{len(unfit)} of {plural(len(nodes), 'node')} cannot take part"
        if unfit
        else f"all of {len(nodes)} can take part"
    )
    say((verdict, "bold"), stderr=stderr)


def refusal(checks: list[Check]) -> str:
    """Return one line that names every node that cannot take part, and the checks that it failed."""
    failed = failures(checks)
    nodes = dict.fromkeys(check.node for check in failed)
    failures_by_node = "; ".join(
        f"{node}: {', '.join(check.check for check in failed if check.node == node)}" for node in nodes
    )
    whole = plural(len({check.node for check in checks}), "node")
    return (
        f"{len(nodes)} of {whole} cannot take part: {failures_by_node}. "
        "Nothing was run: mend them or take them out of the cluster, then run the same command"
    )
