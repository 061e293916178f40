"""One --input may take what a shell's glob gives."""

from __future__ import annotations

import pytest

from yurai.cli.arguments import spread_inputs


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["run", "plain", "--input", "a", "--output", "o"], ["run", "plain", "--input", "a", "--output", "o"]),
        (
            ["run", "plain", "--input", "a", "b", "c", "--output", "o"],
            ["run", "plain", "--input", "a", "--input", "b", "--input", "c", "--output", "o"],
        ),
        (
            ["run", "plain", "--output", "o", "--input", "a", "b"],
            ["run", "plain", "--output", "o", "--input", "a", "--input", "b"],
        ),
        (
            ["run", "plain", "--input", "a", "--input", "b", "c"],
            ["run", "plain", "--input", "a", "--input", "b", "--input", "c"],
        ),
        (["explain", "out", "--token", "00000:1"], ["explain", "out", "--token", "00000:1"]),
        ([], []),
    ],
)
def test_values_after_an_input_are_inputs(given: list[str], meant: list[str]) -> None:
    assert spread_inputs(given) == meant
