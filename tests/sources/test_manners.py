"""One request budget for all workers of a run: what a server with a limit sees of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import throttled
import yurai
from run_helpers import until
from throttled import Throttled, fetch, fetch_all
from yurai.api.work import Reach, Work
from yurai.engine.local import in_order
from yurai.run.recipe import make_recipe
from yurai_manifests.errors import ThrottledError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store
from yurai_manifests.threads import many_at_once
from yurai_manifests.web_budget import Account, Limits, Refusal
from yurai_manifests.web_file_gate import FileGate, budget
from yurai_manifests.web_gate import installed

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

FILES = 40
RECIPE = make_recipe({"name": "rows", "stage": [{"use": "read"}, {"use": "extract"}]}, where="here")
SLOW = Refusal("data.example", 503, "Slow Down", "")
KEY = "crawl-data/x/{:05}.jsonl"


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 files with a row each under `plain/`, and the list of their keys."""
    folder = tmp_path_factory.mktemp("crawl")
    for number in range(FILES):
        file = folder / KEY.format(number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"text": f"page {number} of a crawl", "url": f"https://a.example/{number}"}) + "\n")
    (folder / "all.paths").write_text("".join(KEY.format(number) + "\n" for number in range(FILES)))
    return folder


@pytest.fixture(scope="module")
def digest(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the files give where nothing is throttled."""
    return ran(tmp_path_factory.mktemp("plain") / "out", crawl, f"{crawl}/")


def ran(out: Path, crawl: Path, where: str, *, workers: int = 1, runner: str = "local", **limits: Any) -> str:
    work = Work(str(out), runner, workers, report=False, limits=Limits(**limits))
    work.run(RECIPE, [str(crawl / "all.paths")], Reach(base=where))
    return load_run(open_store(str(out))).digest


def requests_of(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "journal/run/requests.json").read_bytes()))


@pytest.fixture(params=["local", pytest.param("ray", marks=pytest.mark.ray)])
def runner(request: pytest.FixtureRequest) -> str:
    if request.param == "ray":
        request.getfixturevalue("ray_cluster")
    return str(request.param)


RATE = 25.0
SPAN = 2.0
"""Seconds whose requests are counted. On a busy machine they are fewer; of each worker one may come late, none more."""


def fetched_here(urls: list[str]) -> list[bytes]:
    """Fetch in two processes of the local runner."""
    return list(in_order(fetch, urls, 2))


def fetched_on_ray(urls: list[str]) -> list[bytes]:
    """Fetch in two workers, eight at a time, as tasks of the Ray runner do."""
    import ray

    from yurai.ray.budget import shared_gate

    before = installed()
    assert before is not None
    gate = shared_gate(before)
    shares = [urls[0::2], urls[1::2]]
    ray.cloudpickle.register_pickle_by_value(throttled)  # workers do not find the modules of tests
    found = ray.get([ray.remote(fetch_all).remote(gate, share) for share in shares])
    ray.cloudpickle.unregister_pickle_by_value(throttled)
    return [data for pair in zip(*found, strict=True) for data in pair]


def test_two_workers_keep_to_one_rate(runner: str, crawl: Path) -> None:
    names = [KEY.format(number) for number in range(FILES)] * 2
    with Throttled(crawl, RATE * 1.2, burst=6) as web, budget(Limits(RATE)):
        urls = [f"{web.url}/plain/{name}" for name in names]
        found = fetched_here(urls) if runner == "local" else fetched_on_ray(urls)
    assert found == [(crawl / name).read_bytes() for name in names]
    assert web.most_in(SPAN) <= RATE * SPAN * 1.1
    assert (web.refused, len(web.came)) == (0, len(names))


def test_nothing_is_lost_at_a_server_that_throttles(runner: str, crawl: Path, digest: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Throttled(crawl, 40, burst=10) as web:
        assert ran(out, crawl, f"{web.url}/plain", workers=2, runner=runner, base=0.05) == digest
    assert web.refused > 0
    told = requests_of(out)
    assert told["refused"] == {"503": web.refused}
    assert told["said"] == {
        "origin": f"127.0.0.1:{web.server_port}",
        "status": 503,
        "phrase": "Service Unavailable",
        "retry_after": "1",
    }
    tasks = [json.loads(path.read_bytes()) for path in (out / "journal/00-extract").glob("*/*.json")]
    assert sum(task["web"]["requests"] for task in tasks) >= FILES
    assert all(headers["User-Agent"].startswith(f"yurai/{yurai.__version__} (+https://") for *_, headers in web.seen)


@pytest.mark.parametrize("status", [403, 429])
def test_a_run_stops_asking_and_the_same_call_resumes(status: int, crawl: Path, digest: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Throttled(crawl, status=status, retry_after="") as web:
        web.closes = 45
        with pytest.raises(ThrottledError) as stopped:
            ran(out, crawl, f"{web.url}/plain", refusals=3, base=0.01)
        assert f"127.0.0.1:{web.server_port} says {status} " in str(stopped.value)
        assert "3 times in a row; this run stopped asking: wait" in str(stopped.value)
        assert (len(web.came) - 45, web.refused) == (3, 3)
        web.closes = None
        assert ran(out, crawl, f"{web.url}/plain") == digest


def test_an_origin_that_asks_for_a_day_ends_the_run(
    crawl: Path, tmp_path: Path, yurai: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, out = tmp_path / "rows.toml", tmp_path / "out"
    recipe.write_text('name = "rows"\n[[stage]]\nuse = "read"\n[[stage]]\nuse = "extract"\n')
    with Throttled(crawl, retry_after="86400") as web:
        web.closes = 40
        words = ["run", recipe, "--input", crawl / "all.paths", "--base", f"{web.url}/plain", "--output", out]
        said = yurai(*words, "--runner", "local", "--no-report")
    assert said.code == 2
    assert f"cannot read {web.url}/plain/crawl-data/" in said.err
    assert "Retry-After: 86400, which is longer than this run waits" in said.err
    assert "wait 86,400 s, set --requests-per-second lower, then run the same command to resume: cd " in said.err
    assert web.refused == 1
    assert "Retry-After: 86400" in yurai("status", out).out


def test_who_was_never_let_in_is_not_asked_again(crawl: Path, tmp_path: Path) -> None:
    with Throttled(crawl, status=403) as web:
        web.closes = 0
        with pytest.raises(yurai.RecipeError, match="check user, password"):
            ran(tmp_path / "out", crawl, f"{web.url}/plain")
    assert web.refused <= 2 * 32


def test_places_in_flight_are_shared_by_threads(crawl: Path) -> None:
    """A body that is read holds its place: the server lets none end before two are there, and never sees a third."""

    with Throttled(crawl) as web, budget(Limits(in_flight=2)), ThreadPoolExecutor(8) as pool:
        web.together = threading.Barrier(2)
        found = list(pool.map(fetch, [f"{web.url}/plain/{KEY.format(number)}" for number in range(8)]))
    assert found == [(crawl / KEY.format(number)).read_bytes() for number in range(8)]
    assert web.most == 2


def test_a_request_that_outlives_its_run_is_none_of_the_next(crawl: Path) -> None:
    """A run that ends by an error waits for no thread; what such a thread still asks is not counted as the next run's."""
    with Throttled(crawl) as web, ThreadPoolExecutor(1) as pool:
        web.closes = 0
        with budget(Limits()):
            left = pool.submit(fetch, f"{web.url}/plain/{KEY.format(0)}")
            until(lambda: web.refused > 0)
        with budget(Limits()):
            gate = installed()
            assert gate is not None
            with pytest.raises(ThrottledError, match="the run that this request belongs to has ended"):
                left.result()
            assert gate.account() == Account()


def test_a_thread_that_outlives_its_run_asks_nobody_in_the_name_of_the_next(crawl: Path) -> None:
    left, ended = list[Future[bytes]](), threading.Event()

    def two_files(url: str) -> bytes:
        first = fetch(f"{url}/plain/{KEY.format(0)}")
        ended.wait(60)
        return first + fetch(f"{url}/plain/{KEY.format(1)}")

    def broken(web: Throttled) -> None:
        with budget(Limits()), many_at_once(1) as pool:
            left.append(pool.submit(two_files, web.url))
            until(lambda: web.answered > 0)
            raise KeyboardInterrupt

    with Throttled(crawl) as web:
        with pytest.raises(KeyboardInterrupt):
            broken(web)
        asked = web.answered
        with budget(Limits()):
            gate = installed()
            assert gate is not None
            ended.set()
            with pytest.raises(ThrottledError, match="the run that this request belongs to has ended"):
                left[0].result()
            assert (web.answered, gate.account()) == (asked, Account())


def test_a_killed_worker_gives_its_place_back(tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, sys, time\n"
        "from yurai_manifests.web_budget import Limits\n"
        "from yurai_manifests.web_file_gate import FileGate\n"
        f"gate = FileGate(pathlib.Path({str(tmp_path)!r}), Limits(in_flight=1))\n"
        "gate.begin()\n"
        "entry = asyncio.run(gate.enter())\n"
        "print('in', flush=True)\n"
        "sys.stdin.read()\n"
    )
    held = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert held.stdout is not None
    assert held.stdout.readline() == b"in\n"
    gate = FileGate(tmp_path, Limits(in_flight=1))
    assert asyncio.run(gate._take()) == -1
    os.kill(held.pid, signal.SIGKILL)
    held.communicate()
    assert asyncio.run(gate.enter()).place >= 0


@given(st.integers(1, 60), st.floats(0.5, 50))
def test_turns_of_who_asks_at_once_have_the_rate(asking: int, rate: float) -> None:
    account, limits = Account(), Limits(per_second=rate)
    turns = [account.ask(limits, 100.0, 0.0).turn for _ in range(asking)]
    assert turns == pytest.approx([100.0 + number / rate for number in range(asking)])


@given(st.lists(st.floats(0, 0.2), min_size=2, max_size=60), st.floats(0.5, 50))
def test_turns_are_spaced(gaps: list[float], rate: float) -> None:
    account, limits, now = Account(), Limits(per_second=rate), 100.0
    turns = []
    for gap in gaps:
        now += gap
        turns.append(account.ask(limits, now, 0.0).turn)
    assert all(later - turn >= 1 / rate - 1e-9 for turn, later in pairwise(turns))


@given(st.integers(1, 30), st.integers(1, 8))
def test_refusals_of_one_burst_count_once(burst: int, rounds: int) -> None:
    account, limits, now = Account(), Limits(refusals=rounds), 100.0
    for _ in range(rounds):
        assert not account.stopped
        turn = account.ask(limits, now, 0.0).turn
        now = turn + 0.01
        for _ in range(burst):
            account.refuse(limits, now, turn, SLOW)
        assert account.stopped or account.ask(limits, now, turn).turn >= account.paused
    assert account.stopped
    assert account.refused == {"503": burst * rounds}


def test_a_pause_holds_those_who_had_their_turn() -> None:
    account, limits = Account(), Limits(per_second=10)
    first, second = (account.ask(limits, 100.0, 0.0) for _ in range(2))
    account.refuse(limits, 100.05, first.turn, SLOW._replace(retry_after="30"))
    assert second.turn == pytest.approx(100.1)
    assert account.ask(limits, 100.2, second.turn).wait == pytest.approx(29.85)
    account.refuse(limits, 100.06, first.turn, SLOW._replace(retry_after=formatdate(usegmt=True)))
    assert account.rounds == 1
    account.answer()
    assert account.rounds == 0
