"""No control, bidirectional or hidden character of a crawl, a file name or a call reaches a terminal or a page."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from hostile_text import ESC, EVIL, NUL, RLO, heard, write_hostile
from run_helpers import run
from yurai.terminal import Table, put_table, say, tell
from yurai_manifests.canonical import canonical
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]

FOLDERS = ("documents", "extracted", "dropped", "evidence")
FORGED = "forged"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the inputs and the output of a run over them; not to be changed."""
    folder = tmp_path_factory.mktemp("hostile")
    write_hostile(folder)
    run(folder / "out", [folder / "archives", folder / "rows"])
    return folder


def checked(said: Said) -> Said:
    """Nothing acts, and no line begins with what was planted behind a line end; in HTML that is white space."""
    assert heard(said.out) == []
    assert heard(said.err) == []
    assert said.out.startswith("<!DOCTYPE html>") or not any(
        line.lstrip().startswith(FORGED) for line in (said.out + said.err).split("\n")
    )
    return said


def column(out: Path, folder: str, name: str) -> list[Any]:
    values: list[Any] = pq.read_table(out / folder)[name].to_pylist()
    return values


def test_the_crawl_is_as_hostile_as_it_should_be(hostile: Path) -> None:
    """Else the tests below say nothing: rows keep what was written."""
    columns = [
        *((folder, name) for folder in FOLDERS[:3] for name in ("source", "url")),
        *(
            (folder, name)
            for folder in FOLDERS[:2]
            for name in ("title", "text", "truncated", "payload_digest", "warc_record_id")
        ),
        ("evidence", "raw"),
    ]
    for folder, name in columns:
        assert any(heard(str(value)) for value in column(hostile / "out", folder, name)), (folder, name)
    urls = "".join(str(url) for url in column(hostile / "out", "dropped", "url"))
    assert "\n" in urls
    assert NUL in "".join(column(hostile / "out", "documents", "url"))
    kinds = load_run(open_store(str(hostile / "out"))).value["totals"]["other_records"]
    assert "nul\\x00" in kinds


@pytest.mark.parametrize("form", ["text", "json", "html"])
@pytest.mark.parametrize("more", [[], ["--full"]])
def test_audit(form: str, more: list[str], hostile: Path, yurai: Yurai) -> None:
    said = checked(yurai("audit", hostile / "out", "--format", form, *more))
    assert said.code == 0
    if form == "json":
        assert any(heard(finding["where"]) for finding in json.loads(said.out)["findings"])
    if form == "text":
        assert "scheme:gopher\\x1b[31m" in said.out
        assert "crawl\\x1b[31m\\u202e" in said.out.replace("\n", "")


def test_explain_every_page(hostile: Path, yurai: Yurai) -> None:
    out = hostile / "out"
    for name in {*column(out, "documents", "doc_id"), *column(out, "dropped", "doc_id")}:
        assert checked(yurai("explain", out, name)).code == 0
        (life,) = json.loads(checked(yurai("explain", out, name, "--format", "json")).out)
        assert life["doc_id"] == name
    urls = [*column(out, "documents", "url"), *column(out, "dropped", "url")]
    for url in {url for url in urls if url and "\udcff" not in url}:
        found = json.loads(checked(yurai("explain", out, url, "--format", "json")).out)
        assert {life["url"] for life in found} == {url}
    assert checked(yurai("explain", out, "--token", "00000:0")).code == 0


def test_sample(hostile: Path, yurai: Yurai) -> None:
    out = hostile / "out"
    asked = [["--kept"], *(["--dropped-by", reason] for reason in set(column(out, "dropped", "reason")))]
    for form in ("text", "json", "html"):
        for which in asked:
            assert checked(yurai("sample", out, *which, "--format", form)).code == 0
    assert checked(yurai("sample", out, "--dropped-by", f"no{ESC}{RLO}\nforged")).code == 2


def test_query(hostile: Path, yurai: Yurai) -> None:
    out = hostile / "out"
    for form in ("text", "json", "csv"):
        for asked in (["doubtful-records"], ["--sql", "SELECT url, title, source FROM extracted ORDER BY url"]):
            assert checked(yurai("query", out, *asked, "--format", form, "--limit", 1000)).code == 0
    rows = json.loads(checked(yurai("query", out, "--sql", "SELECT url FROM extracted", "--format", "json")).out)
    assert any(heard(row["url"] or "") for row in rows["rows"])
    wrong = ["--sql", f"SELECT '{ESC}{RLO}\nforged' FROM x{RLO}"]
    assert checked(yurai("query", out, *wrong)).code == 2
    assert checked(yurai("query", out, "waterfall", "--param", f"{ESC}\nforged=1")).code == 2


@pytest.mark.parametrize("form", ["text", "json"])
def test_gc(form: str, hostile: Path, yurai: Yurai) -> None:
    assert checked(yurai("gc", hostile / "out", "--dry-run", "--format", form)).code == 0
    assert checked(yurai("gc", hostile / f"no{ESC}{RLO}")).code == 2


def test_diff(hostile: Path, tmp_path: Path, yurai: Yurai) -> None:
    other = tmp_path / f"out{ESC}{RLO}"
    run(other, [hostile / "archives"])
    for form in ("text", "json"):
        assert checked(yurai("diff", hostile / "out", other, "--format", form)).code == 1


def test_index_and_trace(hostile: Path, tmp_path: Path, yurai: Yurai) -> None:
    """A text that is traced, and what is around it, are as hostile as the corpus is."""
    out, index = hostile / "out", tmp_path / "index"
    assert checked(yurai("index", out, "--output", index)).code == 0
    for text in column(out, "documents", "text"):
        for form in ("text", "json"):
            words = ("--index", index, "--min-letters", 3, "--format", form)
            assert checked(yurai("trace", out, text[:400].replace("\0", ""), *words)).code == 0
            assert checked(yurai("trace", out, text[:2].replace("\0", ""), "--next", *words)).code == 0
    assert checked(yurai("trace", out, f"{ESC}{RLO}", "--index", tmp_path / f"none{ESC}")).code == 2


def test_export_order_and_meta(hostile: Path, tmp_path: Path, yurai: Yurai) -> None:
    for order in (f"no{ESC}{RLO}\nforged", f"./no{ESC}{RLO}\nforged"):
        asked = ("--order", order, "--output", tmp_path / f"to{ESC}{RLO}")
        assert checked(yurai("export-order", hostile / "out", *asked)).code == 2
    shard = tmp_path / f"mine{ESC}{RLO}"
    for suffix in ("bin", "idx"):
        shutil.copy(hostile / f"out/shards/00000.{suffix}", f"{shard}.{suffix}")
    asked = ("--documents", hostile / "out", "--tokenizer", "bytes")
    assert checked(yurai("meta", shard, *asked)).code == 0
    assert checked(yurai("meta", f"{shard}no", *asked)).code == 2


def test_inquire(hostile: Path, yurai: Yurai) -> None:
    out = hostile / "out"
    urls = {url for url in (*column(out, "documents", "url"), *column(out, "dropped", "url")) if url}
    for url in [url for url in urls if "\udcff" not in url]:
        assert checked(yurai("inquire", out, "--url", url)).code == 0
        assert json.loads(checked(yurai("inquire", out, "--url", url, "--format", "json")).out)["works_count"] > 0
        assert checked(yurai("history", out, url, "--diff")).code == 0
        assert json.loads(checked(yurai("history", out, url, "--diff", "--format", "json")).out)["captures"]
    assert checked(yurai("history", out, f"{ESC}{RLO}\nforged")).code == 1
    for asked in (["--domain", "example"], ["--contains", f"no{ESC}{RLO}\nforged"], ["--url", f"{ESC}{RLO}\nforged"]):
        assert checked(yurai("inquire", out, *asked)).code == 0
    assert checked(yurai("inquire", out, "--domain", f"{ESC}{RLO}\nforged/")).code == 2


def test_report_and_profile(hostile: Path, tmp_path: Path, yurai: Yurai) -> None:
    out = f"{tmp_path}/out{ESC}{RLO}\nforged"
    inputs = ["--input", hostile / "archives", "--input", hostile / "rows"]
    assert checked(yurai("run", "demo", *inputs, "--output", out, "--runner", "local", "--profile")).code == 0
    page = (Path(out) / "report/index.html").read_text("utf-8")
    assert heard(page) == []
    assert "\\u202e" in page
    again = checked(yurai("run", "demo", *inputs, "--output", out, "--runner", "local"))
    assert "0 tasks" in again.err
    assert checked(yurai("audit", out)).code == 0


def test_stage_commands(hostile: Path, tmp_path: Path, yurai: Yurai) -> None:
    read = tmp_path / f"read{ESC}"
    assert checked(yurai("extract", "--input", hostile / "archives", "--output", read, "--runner", "local")).code == 0
    more = ["--input", read, "--output", tmp_path / "more", "--runner", "local"]
    assert checked(yurai("language", *more)).code == 0


def test_lists_digest_exports_plan_and_tokenizers(hostile: Path, tmp_path: Path, yurai: Yurai) -> None:
    out = hostile / "out"
    for what in ("stages", "filters", "recipes", "exports"):
        assert checked(yurai("list", what)).code == 0
    assert len(checked(yurai("digest", out)).out) == 65
    for form in ("text", "json"):
        assert checked(yurai("status", out, "--format", form)).code == 0
    assert checked(yurai("rights", "review", out, "--output", tmp_path / "rulings.toml")).code == 0
    assert "crawl\\x1b[31m\\u202e" in checked(yurai("export", out, "sources")).out
    written = tmp_path / "sources.csv"
    assert checked(yurai("export", out, "sources", "--output", written)).code == 0
    assert written.read_bytes().count(b"\n") == 3
    assert checked(yurai("plan", "demo", "--input", hostile / "rows", "--runner", "local", "--share", "1")).code == 0
    texts = tmp_path / f"texts{ESC}.jsonl"
    texts.write_text(json.dumps({"text": f"{ESC}[31m{RLO} write to somebody@tide.example.com {NUL}"}) + "\n")
    assert checked(yurai("pii", "audit", texts, "--draw", tmp_path / f"marks{ESC}{RLO}.csv")).code == 0
    made = tmp_path / f"tokenizer{ESC}{RLO}.json"
    assert checked(yurai("tokenizer", "train", "--input", out, "--output", made, "--vocab-size", "300")).code == 0
    assert checked(yurai("doctor", "--input", hostile / "archives")).code == 0


def test_recipes(tmp_path: Path, yurai: Yurai) -> None:
    mine = tmp_path / f"recipe{ESC}{RLO}.toml"
    mine.write_text(f'# {RLO}\nname = "{RLO}"\n[[stage]]\nuse = "read"\n[[stage]]\nuse = "extract"\n', "utf-8")
    for words in (
        ["show", mine],
        ["show", mine, "--full"],
        ["diff", mine, "plain"],
        ["show", mine, "--format", "json"],
    ):
        assert checked(yurai("recipe", *words)).code == 0
    published = tmp_path / f"published{ESC}{RLO}.jsonl"
    published.write_text(json.dumps({"text": f"{ESC}[31m{RLO} {NUL}", "url": f"https://{ESC}.example/"}) + "\n")
    assert checked(yurai("recipe", "verify", "swallow-v1", "--published", published)).code == 1


def test_training_of_a_classifier(tmp_path: Path, yurai: Yurai) -> None:
    """Refused before a trainer is installed; what is printed of a training stands in the same texts."""
    one = tmp_path / f"texts{ESC}{RLO}.jsonl"
    one.write_text(json.dumps({"text": f"{ESC}[31m{RLO} a text {NUL}"}) + "\n")
    words = ("--positive", one, "--negative", one, "--output", tmp_path / f"model{ESC}.bin")
    assert checked(yurai("classifier", "train", *words)).code == 2


def test_errors(hostile: Path, tmp_path: Path, yurai: Yurai) -> None:
    bad = f"x{ESC}{RLO}\x9b\nforged"
    recipe = tmp_path / f"recipe{ESC}\nforged.toml"
    for text in (
        f'name = "{RLO}"\nstage = 3',
        f'name = "x"\n[[stage]]\nuse = "{RLO}\\u001b\\nforged"',
        "\x1b = 1",
        RLO,
    ):
        recipe.write_text(text, "utf-8")
        assert checked(yurai("run", recipe, "--input", hostile / "archives", "--output", tmp_path / "no")).code == 2
    local = ["--output", tmp_path / "no", "--runner", "local"]
    calls: list[list[object]] = [
        ["audit", tmp_path / bad],
        ["digest", tmp_path / bad],
        ["explain", tmp_path / bad, "https://x.example/"],
        ["explain", hostile / "out", bad],
        ["explain", hostile / "out", "--token", bad],
        ["sample", hostile / "out", "--dropped-by", bad],
        ["sample", hostile / "out", "--kept", "-n", bad],
        ["export", hostile / "out", bad],
        ["list", bad],
        ["run", "demo", "--input", tmp_path / bad, *local],
        ["run", bad, "--input", hostile / "rows", *local],
        ["run", "demo", "--input", hostile / "rows", "--sources", recipe, *local],
        ["language", "--input", tmp_path / bad, *local],
        ["language", "--input", hostile / "out", "--set", bad, *local],
        ["language", "--input", hostile / "out", "--recipe", bad, *local],
        ["plan", "demo", "--input", tmp_path / bad, "--runner", "local"],
        ["doctor", "--input", tmp_path / bad],
        ["tokenizer", "train", "--input", tmp_path / bad, "--output", tmp_path / "t.json"],
        ["audit", hostile / "out", bad],
        ["audit", hostile / "out", f"--{bad}"],
        [bad],
    ]
    for call in calls:
        said = checked(yurai(*call))
        assert said.code == 2, call
        assert "Traceback" not in said.err


def test_damaged_trees(hostile: Path, tmp_path: Path, yurai: Yurai) -> None:
    """Findings quote what lies in a tree, whoever put it there."""
    out = Path(shutil.copytree(hostile / "out", tmp_path / "out"))
    (out / "documents" / f"x{ESC}{RLO}\nforged.parquet").write_bytes(b"")
    for form in ("text", "json", "html"):
        said = checked(yurai("audit", out, "--format", form))
        assert said.code == 1
    value = json.loads((out / "run.json").read_bytes())
    value["totals"]["other_records"] = {f"{EVIL}\nforged": 3}
    value["digest"] = f"{EVIL}\nforged"
    (out / "run.json").write_bytes(canonical(value))
    assert checked(yurai("digest", out)).code == 0
    for form in ("text", "json", "html"):
        assert checked(yurai("audit", out, "--format", form)).code == 1
    for form in ("html", "md", "json"):
        words = ("--for", "auditor", "--tier", "internal", "--lang", "ja", "--format", form)
        assert checked(yurai("report", out, *words)).code == 1
    (out / "run.json").write_text(f"{{{EVIL}", "utf-8")
    assert checked(yurai("audit", out)).code == 1


def test_select_records(tmp_path: Path, yurai: Yurai) -> None:
    place = {"url": f"http://example/{EVIL}", "filename": f"a{EVIL}.warc", "offset": "0", "length": "9"}
    lines = f"example)/ 20240101000000 {json.dumps(place)}\n"
    index = tmp_path / f"a{ESC}{RLO}.cdxj"
    index.write_text(lines)
    assert checked(yurai("select-records", index, "--output", tmp_path / "out")).code == 0
    assert (
        checked(yurai("select-records", index, "--where", f"no{ESC}{RLO} = 1", "--output", tmp_path / "no")).code == 2
    )
    index.write_text(lines + lines.replace('"0"', '"5"'))
    assert checked(yurai("select-records", index, "--output", tmp_path / "over")).code == 2


def test_every_command_was_called() -> None:
    from yurai.cli.commands import PLACES, STAGE_NAMES

    called = {
        "run",
        "plan",
        "select-records",
        "audit",
        "sample",
        "digest",
        "explain",
        "list",
        "export",
        "export-order",
        "meta",
        "query",
        "diff",
        "inquire",
        "history",
        "index",
        "trace",
        "doctor",
        "status",
        "rights",
        "recipe",
        "pii",
        "report",
        "classifier",
    }
    elsewhere = {
        "demo",
        "submit",
        "tokenizer",
        "policy",
        "sign",
        "verify",
        "prove",
        "reproduce",
        "release",
        "restore",
        "serve",
        "takedown",
        "gc",
        "pack",
        "step",
    }
    assert PLACES.keys() - {*STAGE_NAMES} == called | elsewhere, "a new command prints: call it in a test above"


def test_a_bug_is_told_without_what_a_terminal_obeys() -> None:
    code = (
        "import sys; from yurai.cli import app; from yurai_manifests import run\n"
        f"def fail(*_, **__): raise ValueError({EVIL + chr(10) + 'forged'!r})\n"
        "run.load_run = fail; app.call(['digest', 'x'])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "ValueError: \\x1b[31m" in ended.stderr
    assert heard(ended.stderr) == []


def test_the_place_itself(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(title=f"title {EVIL}")
    table.column("name")
    table.row(f"cell {EVIL}\nforged [bold]not markup[/]")
    put_table(table)
    say((f"bold {EVIL}\nforged", "bold"), f" plain {EVIL}")
    tell(f"told {EVIL}\nforged")
    said = capsys.readouterr()
    assert heard(said.out + said.err) == []
    assert "\\nforged [bold]not markup[/]" in said.out.replace("\n", "")
    assert "bold \\x1b[31m\\x9b2J\\u202e\\u2066\\u200b\\ufeff\\x07\\nforged plain" in said.out
    assert said.err.count("\n") == 1
