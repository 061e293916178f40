"""One driver at a time writes to a tree; a dead one is taken over by exactly one of those that want to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from run_helpers import until
from yurai_manifests import lease as leases
from yurai_manifests.errors import LeaseError, ShardError
from yurai_manifests.lease import DEAD, FOLDER, Holder, held
from yurai_manifests.store import Store, open_store


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "out") if request.param == "folder" else f"memory://{tmp_path.name}")


def write(store: Store, holder: Holder, number: int = 0) -> None:
    assert store.put_if_absent(f"{FOLDER}/{number:08}.json", holder.json())


def numbers(store: Store) -> list[str]:
    return sorted(name.rpartition("/")[2] for name in store.names(FOLDER))


def elsewhere(beat: float) -> Holder:
    return replace(Holder.this(), host="node-7", pid=17, place="another boot", beat=beat)


def test_a_second_driver_is_refused_by_a_line_that_names_the_first(store: Store) -> None:
    with held(store) as lease:
        assert not lease.after_a_death
        with pytest.raises(LeaseError) as refused, held(store):
            pass
        message = str(refused.value)
        assert f"process {os.getpid()} on " in message
        assert "since 20" in message
        assert "run the same command again" in message
        assert "\n" not in message
    with held(store) as lease:
        assert not lease.after_a_death
    assert numbers(store) == []


def test_a_driver_that_failed_leaves_the_tree_as_one_that_died(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt), held(store):
        raise KeyboardInterrupt
    with held(store) as lease:
        assert lease.after_a_death
    with held(store) as lease:
        assert not lease.after_a_death


def test_a_driver_that_was_killed_here_is_taken_over_at_once(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    program = (
        "import sys; from yurai_manifests.lease import held; from yurai_manifests.store import open_store\n"
        "with held(open_store(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, out], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(LeaseError, match=f"process {process.pid} on "), held(open_store(out)):
        pass
    process.send_signal(signal.SIGKILL)
    until(lambda: not Holder.of((tmp_path / "out" / FOLDER / "00000000.json").read_bytes()).lives())  # type: ignore[union-attr]
    with held(open_store(out)) as lease:  # the killed one is not even waited for: it is a zombie
        assert lease.after_a_death
        assert numbers(open_store(out)) == ["00000001.json"]
    process.communicate()


def test_a_process_id_that_is_used_again_is_another_process(store: Store) -> None:
    write(store, replace(Holder.this(), started="12"))
    with held(store) as lease:
        assert lease.after_a_death


def test_a_driver_elsewhere_is_dead_after_a_minute_without_a_beat(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = elsewhere(beat=Holder.this().beat)
    write(store, first)
    with pytest.raises(LeaseError, match="process 17 on node-7"), held(store):
        pass
    monkeypatch.setattr(leases.time, "time", lambda: first.beat + DEAD + 1)
    with held(store) as lease:
        assert lease.after_a_death


def test_without_a_kernel_that_tells_beats_alone_count(store: Store) -> None:
    now = Holder.this()
    assert replace(now, place="").lives()
    assert not replace(now, place="", beat=now.beat - DEAD - 1).lives()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"host": 1}', json.dumps({"token": "x"}).encode()])
def test_what_is_no_lease_holds_nobody_up(data: bytes, store: Store) -> None:
    store.put(f"{FOLDER}/00000004.json", data)
    with held(store):
        assert numbers(store) == ["00000005.json"]


@pytest.mark.parametrize("dead", [False, True])
def test_of_many_that_want_a_tree_one_gets_it(dead: bool, store: Store) -> None:
    if dead:
        write(store, elsewhere(beat=0))
    start, ended = threading.Barrier(8), threading.Barrier(8)
    got: list[str] = []

    def want() -> None:
        start.wait()
        try:
            with held(store):
                got.append("held")
                ended.wait()
        except LeaseError:
            got.append("refused")
            ended.wait()

    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ["held"] + ["refused"] * 7


def test_a_driver_that_slept_notices_who_took_over(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT", 0.01)
    with held(store) as lease:
        lease.check()
        write(store, elsewhere(beat=0), number=1)

        def noticed() -> bool:
            try:
                lease.check()
            except LeaseError as error:
                return "taken over by process 17 on node-7" in str(error)
            return False

        until(noticed)
    assert numbers(store) == ["00000001.json"]


def test_a_holder_renews_its_beat(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT", 0.01)
    with held(store):
        key = f"{FOLDER}/00000000.json"
        first = json.loads(store.read(key))
        until(lambda: json.loads(store.read(key))["beat"] > first["beat"])
        later = json.loads(store.read(key))
        assert {**later, "beat": 0} == {**first, "beat": 0} == {**asdict(Holder(**first)), "beat": 0}


def test_a_store_that_takes_no_beats_stops_the_driver_when_another_may_have_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BEAT", 0.01)
    store = open_store(str(tmp_path / "out"))
    with held(store) as lease:

        def put(*_: object) -> None:
            raise ShardError("the disk is gone")

        monkeypatch.setattr(store, "put", put)
        until(lambda: lease._fault)
        lease.check()  # for a while nobody can have taken over
        late = lease._holder.beat + DEAD + 1
        monkeypatch.setattr(leases.time, "time", lambda: late)
        with pytest.raises(ShardError, match="the disk is gone"):
            lease.check()
