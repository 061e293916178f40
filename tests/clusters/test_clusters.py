"""Jobs and examinations on clusters of several raylets: the head's death, other callers, nodes that cannot take part.

One cluster serves all tests, since a head takes up to 15 s to start: each test begins with what the one before left, or
starts it when it runs alone.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ray_heads import Cluster, change, copy_of_yurai, own_cluster, private_mounts, said
from run_helpers import SMALL, assert_whole, finish, start, task_manifests, until
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

pytestmark = pytest.mark.slow
WORKERS = ("node-b", "node-c")
NODES = 1 + len(WORKERS)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with own_cluster() as found:
        yield found


def line_with(process: subprocess.Popen[str], words: str) -> str:
    """Read what a call says until a line has these words, and return it."""
    assert process.stderr
    seen = []
    for line in process.stderr:
        seen.append(line)
        if words in line:
            return line
    raise AssertionError(f"ended without {words!r}: {seen}")


def test_submit_again_finishes_what_a_dead_head_began(cluster: Cluster, crawl: Path, tmp_path: Path) -> None:
    out, call = tmp_path / "out", ("submit", "plain", "--input", crawl, "--address", cluster.server)
    call = (*call, "--output", out)
    alone = start("run", "plain", "--input", crawl, "--output", tmp_path / "alone", "--runner", "local", "--workers", 1)
    cluster.start(2)
    assert finish(alone).code == 0
    first = cluster.yurai(*call)
    stranger = cluster.yurai(*call, RAY_AUTH_MODE="disabled")
    line_with(first, "started job yurai-run-")
    waiting = cluster.yurai(*call)
    refused = said(stranger)
    assert (refused.code, refused.out) == (2, ""), refused
    assert "refused this user (401)" in refused.err
    line_with(waiting, "following job yurai-run-")
    until(lambda: task_manifests(out, "00-extract"), process=first)
    first.kill()
    cluster.lose_power()
    assert 0 < task_manifests(out, "00-extract") < len([*crawl.iterdir()])
    assert not (out / "run.json").exists()

    line_with(waiting, "waiting for a head at that address")
    waiting.send_signal(signal.SIGSTOP)
    cluster.start(0, *WORKERS)
    again = cluster.yurai(*call)
    line_with(again, "started job yurai-run-")
    waiting.send_signal(signal.SIGCONT)
    other = cluster.yurai(*call, "--workers", 1)
    asked = ("doctor", "plain", "--input", crawl, "--output", out, "--address", cluster.address)
    doctor = cluster.yurai(*asked, "--format", "json")
    refused = said(other)
    assert refused.code == 2, refused
    assert f"is writing to {out} with another recipe or other arguments" in refused.err
    examined = said(doctor)
    assert examined.code == 0, examined
    assert {check["node"].split()[0] for check in json.loads(examined.out)["checks"]} == {"head", *WORKERS}
    ends = [said(again), said(waiting)]
    assert [one.code for one in ends] == [0, 0], ends
    assert f"doctor: {NODES} nodes can take part" in ends[0].out
    assert re.search(r"00-extract: \d+ tasks in .*, [1-9]\d* reused", ends[0].out), ends[0].out
    assert "following job" in ends[1].err
    assert_whole(out, load_run(open_store(str(tmp_path / "alone"))).digest)


def test_raylets_that_cannot_take_part_are_refused_by_name(cluster: Cluster, tmp_path: Path) -> None:
    if not cluster.nodes:
        cluster.start(0, *WORKERS)
    out, changed = tmp_path / "shared/out", tmp_path / "changed"
    out.parent.mkdir()
    change(copy_of_yurai(changed))
    call = ("plain", "--input", SMALL[0], "--output", out, "--address")
    cluster.start_node("node-other", PYTHONPATH=str(changed))
    if hidden := private_mounts():
        blind = f'mount -t tmpfs none {out.parent} && exec "$@"'
        cluster.start_node("node-blind", before=(*hidden, "sh", "-c", blind, "sh"))
    doctor = cluster.yurai("doctor", *call, cluster.address)
    submit = cluster.yurai("submit", *call, cluster.server)  # Ray may put the job on one of the two
    examined, refused = said(doctor), said(submit)
    assert examined.code == 1, examined
    expected = {("node-other", "code")} | ({("node-blind", "output")} if hidden else set())
    assert set(re.findall(r"^(\S+) \(\S+, \w{8}\): (\w+): .* Do: ", examined.out, re.MULTILINE)) == expected
    assert refused.code == 2, refused
    assert re.search(r"^node-\S+ \(\S+, \w{8}\): (code|output): .* Do: ", refused.out, re.MULTILINE), refused.out
    assert f"{1 + bool(hidden)} of {NODES + 1 + bool(hidden)} nodes cannot take part" in examined.out
    assert f"of {NODES + 1 + bool(hidden)} nodes cannot take part: " in refused.err
    assert refused.err.count("started job") == 1
    assert not (out / "stages").exists()
    if not hidden:
        pytest.skip("mount namespaces are not permitted here, so no raylet could be kept from seeing the output")
