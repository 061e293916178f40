"""`yurai plan -q` and `-v`, and those of `yurai policy replay`: what is said beside the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from run_helpers import SMALL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said


@pytest.mark.slow
def test_quiet_says_the_prediction_alone(yurai: Callable[..., Said]) -> None:
    inputs = [option for path in SMALL for option in ("--input", path)]
    quiet = yurai("plan", "plain", *inputs, "--workers", 1, "-q")
    assert quiet.code == 0, quiet.err
    assert not quiet.err
    assert "kept" in quiet.out
    assert "low to high: holds" not in quiet.out


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "plain", "--input", SMALL[0]),
        ("policy", "replay", "tree", "--policy", "evidence-only", "--output", "new"),
    ],
)
def test_quiet_and_verbose_exclude_each_other(
    command: tuple[object, ...], yurai: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = yurai(*command, "-q", "-v")
    assert said.code == 2
    assert "--quiet and --verbose exclude each other" in said.err
