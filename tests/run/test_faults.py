"""A run whose n-th file operation fails ends in one line, and goes on when it is called again; all n: bench/faults.py."""

from __future__ import annotations

import ctypes
import importlib
import random
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRIED, LENGTH = 30, 3


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler to build what fails with")
@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="operations are counted in glibc")
def test_a_run_survives_any_one_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    faults, laboratories = importlib.import_module("faults"), importlib.import_module("laboratory")
    laboratory = laboratories.Laboratory(tmp_path)
    try:
        every = list(faults.cases(laboratory, [1]))
        expected = laboratory.fresh(1)
        drawn = random.Random(0).sample(every, TRIED)
        chains = [drawn[start : start + LENGTH] for start in range(0, TRIED, LENGTH)]
        blows = [blow for cases in chains for blow in faults.chain(laboratory, cases, expected)]
    finally:
        laboratory.close()
    assert [outcome.why for _, outcome in blows if outcome.how == "wrong"] == []
    assert {outcome.how for _, outcome in blows} >= {"at once", "told"}
