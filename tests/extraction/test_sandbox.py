"""The sandbox: order, equality with the pure function, limits, crashes, and the ledger that repeats verdicts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from yurai.extraction import DictLedger, ExtractOptions, Ledger, Page, Sandbox, extract_page
from yurai_manifests.errors import YuraiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# libxml2 compares each attribute with all before it: ten seconds of CPU and more in C code, where no Python handler runs
SLOW = b"<p " + b" ".join(b'a%d=""' % n for n in range(120_000)) + b">slow"
HUGE = b"<body>" + b"<p>x</p>" * 250_000
LIMITS = ExtractOptions(max_attributes=10**9, cpu_seconds=1)


def page(body: bytes, key: str = "good") -> Page:
    return Page(key, body, "text/html", "utf-8", "https://example.org/", None)


def good(number: int) -> Page:
    return page(f"<body><p>Page number {number} is a good page.</p></body>".encode(), f"good-{number}")


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox(ExtractOptions(), DictLedger()) as sandbox:
        yield sandbox


def test_answers_equal_the_pure_function_in_order() -> None:
    options = ExtractOptions()
    pages = [good(number) for number in range(100)]
    pages[10:10] = [page(b"<p>" + b"long text " * 200_000), page(b"%PDF-", "pdf"), page(b"", "empty")]
    with Sandbox(options, DictLedger()) as sandbox:
        first, second = list(sandbox.extract(pages)), list(sandbox.extract(iter(pages)))
        assert list(sandbox.extract([])) == []
    assert first == second == [extract_page(item, options) for item in pages]
    assert sandbox.pid is None


def test_reading_ahead_is_bounded(shared: Sandbox) -> None:
    drawn = []

    def source() -> Iterator[Page]:
        for number in range(1_000):
            drawn.append(number)
            yield good(number)

    answers = shared.extract(source())
    assert "number 0" in next(answers).text
    assert len(drawn) < 100


def test_an_abandoned_iteration_leaves_no_stray_answers(shared: Sandbox) -> None:
    for number, _ in enumerate(shared.extract(good(number) for number in range(50))):
        if number == 3:
            break
    assert "number 77" in next(shared.extract([good(77)])).text


def test_what_a_library_prints_cannot_spoil_the_answers() -> None:
    lines = (
        "import os, sys, yurai.extraction.child as child",
        "inner = child.extract_page",
        "child.extract_page = lambda *a: (print('noise', flush=True), os.write(1, b'raw noise'), inner(*a))[2]",
        "child.main(int(sys.argv[1]))",
    )
    command = [sys.executable, "-c", "\n".join(lines), str(os.getpid())]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with child:
        assert child.stdin
        assert child.stdout
        assert child.stderr
        to_child = Connection(os.dup(child.stdin.fileno()), readable=False)
        from_child = Connection(os.dup(child.stdout.fileno()), writable=False)
        with to_child, from_child:
            child.stdin.close()
            to_child.send(ExtractOptions())
            assert from_child.recv() == "ready"
            to_child.send(good(1))
            assert from_child.recv() == extract_page(good(1), ExtractOptions())
        assert child.stderr.read() == b"noise\nraw noise" * 2  # a child warms up on a page of its own


def test_cpu_limit_costs_one_page_and_is_remembered() -> None:
    ledger = DictLedger()
    with Sandbox(LIMITS, ledger) as sandbox:
        answers = list(sandbox.extract([good(0), page(SLOW, "slow"), good(1), page(SLOW, "slow"), good(2)]))
        assert [(answer.outcome, answer.reason) for answer in answers] == [
            ("text", None),
            ("failed", "cpu-limit"),
            ("text", None),
            ("failed", "cpu-limit"),
            ("text", None),
        ]
    assert ledger == {f"slow:{LIMITS.limits_version()}": "cpu-limit"}
    assert isinstance(ledger, Ledger)
    with Sandbox(LIMITS, ledger) as sandbox:
        assert list(sandbox.extract([page(SLOW, "slow")])) == [answers[1]]
        assert sandbox.pid is None


def test_other_limits_are_another_verdict() -> None:
    assert LIMITS.limits_version() != replace(LIMITS, cpu_seconds=2).limits_version()
    assert LIMITS.limits_version() != replace(LIMITS, memory_bytes=2 << 30).limits_version()


def test_a_verdict_survives_every_other_option() -> None:
    """Verdicts cost minutes of CPU each; an option that says nothing of limits must not orphan them."""
    others = {"mode": "fast", "titles": False, "whole_page_links": 0, "max_bytes": 10, "max_attributes": 5}
    assert LIMITS.limits_version() == replace(LIMITS, **others).limits_version()  # type: ignore[arg-type] # fields of it


def test_memory_limit_costs_one_page() -> None:
    ledger = DictLedger()
    # under what a child has already; it serves small pages from what it holds
    with Sandbox(ExtractOptions(memory_bytes=100 << 20), ledger) as sandbox:
        answers = list(sandbox.extract([good(0), page(HUGE, "huge"), good(1)]))
    assert [answer.reason for answer in answers] == [None, "memory-limit", None]
    assert list(ledger.values()) == ["memory-limit"]


def kill_during(sandbox: Sandbox, number: int, times: int) -> Callable[[], None]:
    """Start a thread that ends the first `times` children of a sandbox with a signal; returns its join."""

    def run() -> None:
        seen: set[int] = set()
        while len(seen) < times:
            pid = sandbox.pid
            if pid is not None and pid not in seen:
                time.sleep(0.5)  # inside the slow page
                os.kill(pid, number)
                seen.add(pid)
            time.sleep(0.01)

    thread = threading.Thread(target=run)
    thread.start()
    return thread.join


@pytest.mark.slow
def test_a_page_that_crashes_two_children_is_believed() -> None:
    ledger = DictLedger()
    with Sandbox(ExtractOptions(max_attributes=10**9), ledger) as sandbox:
        join = kill_during(sandbox, signal.SIGSEGV, 2)
        answers = list(sandbox.extract([page(SLOW, "slow"), good(1)]))
        join()
    assert [answer.reason for answer in answers] == ["crashed:SIGSEGV", None]
    assert list(ledger.values()) == ["crashed:SIGSEGV"]


@pytest.mark.slow
def test_a_child_that_someone_kills_costs_no_page() -> None:
    ledger = DictLedger()
    slow = SLOW[: len(SLOW) // 2] + b">slow"  # a quarter of the time is enough to be killed in
    with Sandbox(ExtractOptions(max_attributes=10**9, cpu_seconds=60), ledger) as sandbox:
        join = kill_during(sandbox, signal.SIGKILL, 1)
        answers = list(sandbox.extract([page(slow, "slow"), good(1)]))
        join()
    assert [answer.outcome for answer in answers] == ["text", "text"]
    assert ledger == {}


def test_an_error_of_a_library_is_a_reason() -> None:
    """An XPath of a million steps is refused by libxml2: a deep page is asked whether it is deeper than that."""
    with Sandbox(ExtractOptions(max_depth=10**6), DictLedger()) as sandbox:
        answer = next(sandbox.extract([page(b"<div>" * 300 + b"deep", "deep")]))
    assert (answer.outcome, answer.reason, answer.text) == ("failed", "extractor-error:XPathSyntaxError", "")


def test_the_child_dies_with_its_parent() -> None:
    script = (
        "import os; from yurai.extraction import *\n"
        "box = Sandbox(ExtractOptions(), DictLedger())\n"
        "list(box.extract([Page('k', b'<p>x', 'text/html', None, 'http://x/', None)]))\n"
        "print(box.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, text=True)
    assert ended.returncode == -signal.SIGKILL
    child = int(ended.stdout)
    for _ in range(100):
        if not alive(child):
            return
        time.sleep(0.05)
    pytest.fail("the child outlived its parent")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_that_cannot_start_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nonexistent")
    with Sandbox(ExtractOptions(), DictLedger()) as sandbox, pytest.raises(YuraiError, match="did not start"):
        next(sandbox.extract([good(1)]))
