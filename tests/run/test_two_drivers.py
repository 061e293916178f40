"""Two drivers on one output: one writes, the other is refused in one line or comes when it is done; one content."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from run_helpers import SMALL, assert_whole, finish, start
from yurai_manifests.lease import FOLDER
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

REFUSED = re.compile(
    r"^LeaseError: .* is being written by process \d+ on \S+, since [-\d]+ [:\d]+ UTC; .*$", re.MULTILINE
)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_of_two_drivers_at_once_each_ends_well_or_is_refused(workers: int, tmp_path: Path) -> None:
    def drivers(out: Path, count: int) -> list[int]:
        command = ("run", "demo", "--input", *SMALL, "--output", out, "--runner", "local")
        started = [start(*command, "--workers", workers) for _ in range(count)]
        ended = [finish(process) for process in started]
        for said in ended:
            assert "Traceback" not in said.err
            assert said.code == 0 or (said.code == 2 and len(REFUSED.findall(said.err)) == 1), said
        return [said.code for said in ended]

    drivers(tmp_path / "alone", 1)
    golden = load_run(open_store(str(tmp_path / "alone"))).digest
    for number in range(3):
        out = tmp_path / str(number)
        assert 0 in drivers(out, 3)
        assert_whole(out, golden)
        assert not list((out / FOLDER).iterdir())
        assert not list(out.rglob(".attempt-*"))
