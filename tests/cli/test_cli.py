"""Commands that look: list, explain, audit, digest; and what help says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from run_helpers import run
from yurai.cli.stage_options import is_flag
from yurai.declare.stage import STAGES
from yurai.run.recipe import make_recipe, shipped
from yurai_filters import EDITORS, FILTERS, TAGGERS
from yurai_manifests.schema import PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]

LISTS = (
    "address",
    "blocklists",
    "evaluations",
    "fields",
    "labels",
    "rules",
    "taggers",
    "allow_tokens",
    "against",
    "gate_languages",
    "retry_rules",
    "require",
    "weights",
)
"""Settings that only --set takes."""
TOTALS = {"candidates", "kept", "dropped", "failed", "tokens", "shards", "other_records", "unreadable"}


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in which no word is cut."""
    monkeypatch.setenv("COLUMNS", "2000")


@pytest.mark.usefixtures("wide")
def listed(yurai: Yurai, what: str) -> list[str]:
    """Names that a list begins its rows with; what is folded, or stands below a row, is set in."""
    lines = yurai("list", what).out.splitlines()[1:]
    names = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert names == [one["name"] for one in json.loads(yurai("list", what, "--format", "json").out)[what]]
    return names


def test_lists(yurai: Yurai) -> None:
    stages = listed(yurai, "stages")
    assert stages == [
        "read",
        "extract",
        "language",
        "classify",
        "perplexity",
        "redact",
        "measure",
        "decontaminate",
        "filter",
        "threshold",
        "dedup",
        "line-dedup",
        "near-dedup",
        "select",
        "tokenize",
    ]
    assert {*stages} == STAGES.keys()
    assert {*listed(yurai, "filters")} == FILTERS.keys() | EDITORS.keys() | TAGGERS.keys()
    assert {*listed(yurai, "recipes")} == shipped().keys() >= {"plain", "demo"}
    assert yurai("list", "pages").code == 2


@pytest.mark.usefixtures("wide")
def test_help_of_every_command_documents_its_settings(yurai: Yurai) -> None:
    everything = yurai("--help").out
    for command, stages in ((stage.name, stage.command) for stage in STAGES.values() if stage.command):
        assert command in everything
        said = yurai(command, "--help")
        assert said.code == 0
        words = " ".join(said.out.split()).replace("- ", "-")  # lines may end behind a hyphen
        for stage in stages:
            for name, setting in STAGES[stage].options.items():
                option = f"--{name.replace('_', '-')}"
                assert is_flag(setting) or name in LISTS, "a list is given with --set"
                assert not is_flag(setting) or option in words, option
                default = f"default: {setting.default}]"
                assert not is_flag(setting) or setting.default in ("", None, ()) or default in words, option
    for command in ("run", "demo", "audit", "digest", "explain", "list"):
        assert yurai(command, "--help").code == 0


def lives(yurai: Yurai, *arguments: Any) -> list[dict[str, Any]]:
    said = yurai("explain", *arguments, "--format", "json")
    assert said.code == 0, said.err
    found: list[dict[str, Any]] = json.loads(said.out)
    return found


def verdicts(life: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry.get("rule", entry["stage"]), entry["verdict"]) for entry in life["decisions"]]


STAGES_BEFORE = [("read", "kept"), ("extract", "kept"), ("language", "kept"), ("redact", "kept"), ("measure", "kept")]


def test_life_of_a_kept_page_by_url_id_and_token(yurai: Yurai, demo_tree: Path) -> None:
    row = pq.read_table(demo_tree / "documents").to_pylist()[7]
    index = pq.read_table(demo_tree / "shards/00000.parquet").to_pylist()[7]
    (life,) = lives(yurai, demo_tree, row["url"])
    assert {field.name: life[field.name] for field in PROVENANCE} == {f.name: row[f.name] for f in PROVENANCE}
    assert life["outcome"] == "kept"
    assert life["tokens"] == {
        "shard": "shards/00000.bin", "start": index["token_start"], "count": index["token_count"]
    }  # fmt: skip
    assert verdicts(life)[:5] == STAGES_BEFORE
    rules = verdicts(life)[5:]
    filters = ["nfc", "length", "language", "gopher-quality"]
    assert [name for name, _ in rules] == [*filters, "dedup", "near-dedup", "select", "tokenize"]
    assert {verdict for _, verdict in rules} <= {"kept", "unchanged", "edited", "not judged"}
    assert lives(yurai, demo_tree, row["doc_id"]) == [life]
    for inside in (0, row["text_bytes"]):
        token = index["token_start"] + inside
        (found,) = lives(yurai, demo_tree, "--token", f"00000:{token}")
        assert found.pop("token") == {"shard": "shards/00000.bin", "number": token, "in_document": inside}
        assert found == life
    (after,) = lives(yurai, demo_tree, "--token", f"00000:{index['token_start'] + index['token_count']}")
    assert after["doc_id"] != row["doc_id"]


@pytest.mark.parametrize(
    ("stage", "reason", "last"),
    [
        ("read", "http-status:404", ("read", "dropped")),
        ("read", "body-incomplete", ("read", "failed")),
        ("extract", "no-text", ("extract", "dropped")),
        ("filter", "length:too-short", ("length", "dropped")),
        ("filter", "language:language-not-listed", ("language", "dropped")),
        ("filter", "gopher-quality:too-few-words", ("gopher-quality", "dropped")),
        ("dedup", "exact-duplicate", ("dedup", "dropped")),
        ("near-dedup", "near-duplicate", ("near-dedup", "dropped")),
    ],
)
def test_life_of_a_page_that_went(
    stage: str, reason: str, last: tuple[str, str], yurai: Yurai, demo_tree: Path
) -> None:
    gone = pq.read_table(demo_tree / "dropped").to_pylist()
    row = next(row for row in gone if (row["stage"], row["reason"]) == (stage, reason))
    (life,) = lives(yurai, demo_tree, row["doc_id"])
    assert (life["outcome"], life["stage"], life["reason"]) == (row["outcome"], stage, reason)
    assert (life["tokens"], life["url"]) == (None, row["url"])
    assert verdicts(life)[-1] == last
    assert life["decisions"][-1]["reason"] == reason
    stages = STAGES_BEFORE[: {"read": 0, "extract": 1}.get(stage, 5)]
    assert verdicts(life)[: len(stages)] == stages
    if stage == "filter":
        assert life["decisions"][-1]["reads"]
    if stage in ("dedup", "near-dedup"):
        (first,) = lives(yurai, demo_tree, row["detail"])
        assert (life["detail"], life["kept_url"], life["kept_path"]) == (first["doc_id"], first["url"], first["source"])
    text = yurai("explain", demo_tree, row["doc_id"]).out
    assert reason in text
    assert f"{row['source']} at byte {row['warc_offset']:,}" in text.replace("\n", " ")


def test_a_url_captured_twice_has_two_lives(yurai: Yurai, tmp_path: Path) -> None:
    from run_helpers import ARCHIVES

    for name in ("a.arc", "b.arc"):
        (tmp_path / name).write_bytes(ARCHIVES[-1].read_bytes())
    run(tmp_path / "out", [tmp_path / "a.arc", tmp_path / "b.arc"])
    url = pq.read_table(tmp_path / "out/documents")["url"][0].as_py()
    first, second = lives(yurai, tmp_path / "out", url)
    assert (first["source"], first["outcome"]) == ("a.arc", "kept")
    assert (second["source"], second["reason"], second["detail"]) == ("b.arc", "exact-duplicate", first["doc_id"])


def test_a_page_dropped_by_the_second_of_two_filters(yurai: Yurai, tmp_path: Path) -> None:
    import tomllib

    from run_helpers import SMALL

    value = tomllib.loads(shipped()["demo"].read_text("utf-8"))
    value["stage"].insert(5, {"use": "filter", "rules": [{"use": "length", "min_characters": 900}]})
    run(tmp_path / "out", SMALL, recipe=make_recipe(value, where="two filters"))
    gone = pq.read_table(tmp_path / "out/dropped").to_pylist()
    row = next(row for row in gone if row["reason"] == "length:too-short")
    (life,) = lives(yurai, tmp_path / "out", row["doc_id"])
    assert verdicts(life)[-1] == ("length", "dropped")
    assert life["decisions"][-1]["settings"]["min_characters"] in (120, 900)
    audit = json.loads(yurai("audit", tmp_path / "out", "--format", "json").out)
    counted = sum(count for reasons in audit["dropped_by"].values() for count in reasons.values())
    assert counted == audit["totals"]["dropped"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["https://nowhere.example/"], "no candidate of"),
        (["0" * 32], "has doc_id 000"),
        (["--token", "00000:99999999"], "it ends before that"),
        (["--token", "00009:0"], "shards: 00000"),
        (["--token", "5000"], "--token wants SHARD:N"),
        (["--token", "00000:-1"], "--token wants SHARD:N"),
    ],
)
def test_what_cannot_be_explained(arguments: list[str], said: str, yurai: Yurai, demo_tree: Path) -> None:
    found = yurai("explain", demo_tree, *arguments)
    assert (found.code, said in found.err, found.out) == (2, True, "")


@pytest.mark.parametrize("arguments", [[], ["https://a.example/", "--token", "00000:0"]])
def test_explain_wants_one_thing(arguments: list[str], yurai: Yurai, demo_tree: Path) -> None:
    found = yurai("explain", demo_tree, *arguments)
    assert found.code == 2
    assert "--token SHARD:N" in found.err


def test_audit_as_json(yurai: Yurai, demo_tree: Path) -> None:
    said = yurai("audit", demo_tree, "--format", "json")
    found = json.loads(said.out)
    assert found.keys() >= {"totals", "dropped_by", "findings"}
    assert found.keys() <= {"totals", "dropped_by", "findings", "failed_by", "notes", "digest", "outside"}
    assert found["totals"].keys() == TOTALS
    (gap,) = found["totals"]["unreadable"]
    assert gap.keys() == {"file", "offset", "bytes"}
    assert gap["file"] == "sample-01.warc.gz"
    counted = {stage: sum(reasons.values()) for stage, reasons in found["dropped_by"].items()}
    assert sum(counted.values()) == found["totals"]["dropped"]
    assert (
        found["totals"]["tokens"] == pq.read_table(demo_tree / "shards/00000.parquet")["token_count"].to_numpy().sum()
    )
    (finding,) = found["findings"]
    assert finding.keys() == {"severity", "check", "where", "message", "do"}
    assert (said.code, finding["severity"], finding["check"]) == (0, "warning", "unreadable")


def test_audit_as_text(yurai: Yurai, demo_tree: Path) -> None:
    said = yurai("audit", demo_tree)
    for words in ("candidates", "no-handler:application/json", "warning unreadable", "adds up"):
        assert words in said.out


def test_digest_is_one_line(yurai: Yurai, demo_tree: Path) -> None:
    value = json.loads((demo_tree / "run.json").read_bytes())
    assert yurai("digest", demo_tree).out == value["digest"] + "\n"


def test_demo(yurai: Yurai, demo_tree: Path, tmp_path: Path) -> None:
    said = yurai("demo", "--output", tmp_path / "out")
    assert said.code == 0
    assert json.loads((demo_tree / "run.json").read_bytes())["digest"] in said.out
    assert f"yurai explain {tmp_path / 'out'} --token 00000:0" in said.out
