"""A run whose n-th file operation fails ends in one line, and goes on when it is called again; all n: bench/faults.py."""

from __future__ import annotations

import ctypes
import importlib.util
import random
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRIED = 30


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler to build what fails with")
@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="operations are counted in glibc")
def test_a_run_survives_any_one_fault(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("bench_faults", ROOT / "bench/faults.py")
    assert spec is not None
    assert spec.loader is not None
    faults = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = faults  # its dataclasses look themselves up
    spec.loader.exec_module(faults)
    laboratory = faults.Laboratory(tmp_path)
    try:
        every = list(faults.cases(laboratory, [1]))
        golden = laboratory.fresh(1)
        drawn = random.Random(0).sample(every, TRIED)
        wrong = {case.key(): found for case in drawn if (found := laboratory.tried(case, golden))}
    finally:
        laboratory.close()
    assert wrong == {}
