"""What a newcomer types: every command of README and guide, line by line, in a fresh folder, by the command itself.

Each section is walked in a folder of its own that holds what the page says that the reader has (`BROUGHT`). A command
must end with 0, and print what the page shows. What needs a network, a cluster or a package registry is in `NOT_RUN`.
"""

from __future__ import annotations

import atexit
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fasttext_model import write_model
from page_blocks import ROOT, Command, commands
from sample_expectations import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Callable

REGISTRY = "installs from a package registry"
NETWORK = "reads Common Crawl over the network"
CLOUD = "reads and writes object storage of a cloud"
CLUSTER = "needs a Ray cluster"
AUTHORITY = "asks a time stamping authority over the network; tests of signing have one of their own"
MODEL = "needs a language model of some gigabytes; tests of the stage make a small one"
EXTRA = "is a tool of an extra; tests of signing call it"
NOT_RUN = {
    "make demo": REGISTRY,
    "make test": REGISTRY,
    "pip install .": REGISTRY,
    "pip install 'yurai[timestamp]'": REGISTRY,
    "pip install 'yurai[oms]'": REGISTRY,
    "yurai classifier train --positive good.jsonl --negative out/ --output quality.bin": REGISTRY,
    "pip install 'yurai[kenlm]'": REGISTRY,
    "yurai perplexity --input rows.jsonl --output scored/ --model ja.arpa.bin --sha256 HEX --pieces ja.sp.model "
    "--pieces-sha256 HEX": MODEL,
    "yurai threshold --input scored/ --output head/ --score perplexity --keep-share 0.3 --best low": MODEL,
    "yurai sign demo-out --key me.key --timestamp https://tsa.example/": AUTHORITY,
    "yurai verify demo-out --key me.key.pub --tsa-certificates tsa.pem": AUTHORITY,
    "model_signing verify key demo-out --signature demo-out/signatures/<id>.oms.json --public_key oms.key.pub": EXTRA,
    "curl -s https://data.commoncrawl.org/crawl-data/CC-MAIN-2024-51/warc.paths.gz | zcat | head -10 > ten.paths": NETWORK,
    "yurai run plain --input ten.paths --output corpus --workers 4": NETWORK,
    "yurai run plain --input ten.paths --base s3://commoncrawl/ --output s3://my-bucket/corpus": CLOUD,
    "yurai run web-en --input https://data.commoncrawl.org/crawl-data/CC-MAIN-2026-05/warc.paths.gz --output corpus "
    "--requests-per-second 5 --requests-in-flight 16": NETWORK,
    "export RAY_AUTH_MODE=token": CLUSTER,
    "yurai doctor plain --input ten.paths --output s3://my-bucket/corpus --address http://10.0.0.5:8265": CLUSTER,
    "yurai submit plain --input ten.paths --output s3://my-bucket/corpus --address http://10.0.0.5:8265": CLUSTER,
    "export RAY_AUTH_MODE=token RAY_worker_niceness=0": CLUSTER,
    "export RAY_grpc_client_keepalive_time_ms=10000 RAY_grpc_client_keepalive_timeout_ms=10000": CLUSTER,
    "ray get-auth-token --generate > /dev/null && chmod 600 ~/.ray/auth_token": CLUSTER,
    "yurai doctor plain --input s3://bucket/crawl --output s3://bucket/corpus --address http://127.0.0.1:8265": CLUSTER,
    "yurai submit plain --input s3://bucket/crawl --output s3://bucket/corpus --address http://127.0.0.1:8265": CLUSTER,
}
"""Commands that no test can run, each with the reason."""
RECIPE = """
name = "my-recipe"

[[stage]]
use = "read"
[[stage]]
use = "extract"
[[stage]]
use = "language"
[[stage]]
use = "measure"
[[stage]]
use = "filter"
rules = [{ use = "length", min_characters = 200 }]
"""
WALKED = [ROOT / "README.md", ROOT / "docs/guide.md"]
ALL = [command for page in WALKED for command in commands(page)]
RUN = [command for command in ALL if command.line not in NOT_RUN]
SECTIONS = list(dict.fromkeys((command.page, command.section) for command in RUN))


def crawl(at: Path) -> None:
    at.mkdir()
    for path in SAMPLE.iterdir():
        if path.name != "expected.jsonl":
            shutil.copy(path, at)


def rows(at: Path) -> None:
    at.write_text(
        '{"text": "A river carries water from the hills down to the sea, all year.", "url": "https://r.example/"}\n'
    )


def tree(at: Path) -> None:
    """A finished run, as `yurai demo` leaves it."""
    shutil.copytree(_demo(), at, symlinks=True)


@functools.cache
def _demo() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="newcomer-"))
    atexit.register(shutil.rmtree, folder)
    yurai_in(folder, "yurai demo --output demo")
    return folder / "demo"


BROUGHT: dict[str, Callable[[Path], object]] = {
    "crawl": crawl,
    "my.warc.gz": lambda at: shutil.copy(SAMPLE / "sample-00.warc.gz", at),
    "my.jsonl": rows,
    "my-recipe.toml": lambda at: at.write_text(RECIPE),
    "urls.txt": lambda at: at.write_text("https://nowhere.example/1\nhttps://nowhere.example/2\n"),
    "mine.txt": lambda at: at.write_text("A text of mine that no crawl has seen.\n"),
    "valid.jsonl": lambda at: at.write_text(
        '{"question": "Which river carries most water to the sea?", "answer": "A"}\n'
    ),
    "quality.bin": lambda at: write_model(at, {"positive": "the of and to in", "negative": "buy now cheap"}),
    "demo-out": tree,
    "corpus": tree,
    "out": tree,
}
"""What a reader has, by the name that the pages give it: made where a section reads it before it has written it."""


def yurai_in(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line as a shell does that has the environment of these tests activated."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "200", "HOME": str(folder)}
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def bring(folder: Path, line: str) -> None:
    """Make what a line names and nobody has made, but for what it is about to write."""
    written = re.findall(r"--output (\S+)", line)
    for word in re.findall(r"[\w.-]+", line):
        if word in BROUGHT and word not in {name.rstrip("/") for name in written} and not (folder / word).exists():
            BROUGHT[word](folder / word)


def normal(text: str) -> str:
    """The text with what differs from machine to machine masked: digests by order, sizes of text that they stand for.

    Other versions of an extractor move numbers of bytes and tokens a little; the same digest twice is the same mask.
    """
    seen: dict[str, str] = {}
    lines = (line.rstrip() for line in text.strip().splitlines())
    named = [re.sub(r"\b[0-9a-f]{16,}\b", lambda found: seen.setdefault(found[0], f"H{len(seen)}"), x) for x in lines]
    counted = re.compile(r"token|bytes|_count|lang")
    return "\n".join(re.sub(r"\d[\d,.]*", "N", line) if counted.search(line) else line for line in named)


@pytest.mark.slow
@pytest.mark.parametrize(("page", "section"), SECTIONS)
def test_a_section_does_what_it_says(page: str, section: str, tmp_path: Path) -> None:
    lines = [command for command in RUN if (command.page, command.section) == (page, section)]
    for command in lines:
        bring(tmp_path, command.line)
        ended = yurai_in(tmp_path, command.line)
        assert ended.returncode == 0, f"{command.line}\n{ended.stdout[-1000:]}\n{ended.stderr[-2000:]}"
        assert "Traceback" not in ended.stderr, command.line
        if command.shown:
            assert normal(ended.stdout) == normal(command.shown), command.line
    if section == "Single stages":
        the_chain_has_the_digest_of_the_run(tmp_path, lines)


def the_chain_has_the_digest_of_the_run(folder: Path, lines: list[Command]) -> None:
    """As the guide says behind its chain."""
    last = [found[1] for line in lines if (found := re.search(r"--recipe demo .*--output (\S+)", line.line))][-1]
    tree(folder / "whole")
    digests = {yurai_in(folder, f"yurai digest {name}").stdout for name in (last, "whole")}
    assert len(digests) == 1


def test_what_is_not_run_is_shown_and_the_rest_is_run() -> None:
    """A line that is in the table and on no page is stale; of most lines none is in it."""
    assert [line for line in NOT_RUN if line not in {command.line for command in ALL}] == []
    assert len(RUN) > 30


def test_the_programs_that_are_run_are_ours() -> None:
    """Whoever adds a line with another program says here where a reader gets it."""
    assert Counter(command.line.split()[0] for command in RUN).keys() == {"yurai"}
