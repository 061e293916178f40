"""docs/rights.md says what the data say."""

from __future__ import annotations

import re
from pathlib import Path

from yurai.declare.stage import STAGES
from yurai.rights import load_policy, shipped
from yurai.stages.select.weigh import CAPPED, MIXED

PAGE = (Path(__file__).parents[2] / "docs/rights.md").read_text("utf-8")


def test_the_table_of_policies_is_that_of_the_data() -> None:
    said = PAGE.partition("<!-- policies -->")[2].partition("<!-- /policies -->")[0]
    lines = [line for line in said.splitlines() if line.startswith("| `")]
    policies = {name: load_policy(name) for name in shipped()}
    due = {f"| `{name}` | {one.robots} | {one.silent['train']} | {one.named_for} |" for name, one in policies.items()}
    assert set(lines) == due
    assert len(lines) == len(due)


def test_the_policy_that_is_shown_loads(tmp_path: Path) -> None:
    shown = re.findall(r"```toml\n(name = \"my-house\".*?)```", PAGE, re.DOTALL)
    assert len(shown) == 1
    (tmp_path / "optouts.txt").write_text("a.example\n", "utf-8")
    (tmp_path / "own.toml").write_text(shown[0], "utf-8")
    policy = load_policy(str(tmp_path / "own.toml"))
    assert policy.conflict["train"] == "deny"
    assert [one.id for one in policy.signals].count("search-directive") == 1
    assert "usage-permitted" not in {one.id for one in policy.signals}


def test_reasons_are_told() -> None:
    for reason in (CAPPED, MIXED, "rights:train-deny"):
        assert f"`{reason}`" in PAGE
        assert reason in STAGES["select"].reasons
