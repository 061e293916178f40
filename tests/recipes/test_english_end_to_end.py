"""The recipes for English, each over a small archive to shards, audited: what stays, what goes and why."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from recipe_documents import prose, sentence
from run_helpers import assert_whole, run
from warc_samples import response

CC_BY = '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>'
CC_NC = '<a rel="license" href="https://creativecommons.org/licenses/by-nc/4.0/">CC BY-NC 4.0</a>'
ENGLISH = (
    "The harbour lies where the river meets the sea, and boats have come here for as long as people remember.",
    "In winter the market moves under the roof of the old hall, which was built by the guild of weavers.",
    "Most of the letters that we found there speak of the weather, of prices and of the health of children.",
    "A garden behind the library holds trees that were brought home by sailors from three different islands.",
    "When the bridge was opened in spring, the whole town walked across it before a single wagon was let on.",
    "Nobody knows who carved the stone above the gate, but the date on it can still be read with some care.",
    "Every morning the signal on the hill is checked by two men, and one of them writes the time in a book.",
    "The paper mill closed long ago, yet its wheel turns when there is enough water in the narrow channel.",
)
GERMAN = "Der Hafen liegt dort, wo der Fluss auf das Meer trifft, und seit langer Zeit kommen die Schiffe hierher. "


def page(*lines: str, foot: str = CC_BY) -> str:
    body = "".join(f"<p>{line}</p>" for line in lines)
    return f"<html><head><title>T</title></head><body><article><h1>A town</h1>{body}</article><footer>{foot}</footer>"


PAGES = {
    "good": page(*ENGLISH),
    "copy": page(*ENGLISH, "One line more stands at the end of this page than stood at the end of the first one."),
    "short": page(ENGLISH[0], ENGLISH[1]),
    "german": page(*[f"{GERMAN} {n}." for n in range(8)]),
    "again": page(*ENGLISH[:5], *[ENGLISH[5]] * 5),
    "without": page(*(line.replace("the", "a") for line in ENGLISH[::-1]), *prose(2).split("\n"), foot=""),
    "non-commercial": page(*(f"Note: {line}" for line in ENGLISH), *(sentence(n, 20) for n in range(9)), foot=CC_NC),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "pages.warc.gz"
    records = [
        response(n, html.encode(), WARC_Date=f"2024-05-0{n}T07:08:09Z", WARC_Target_URI=f"https://example.jp/{name}")
        for n, (name, html) in enumerate(PAGES.items(), 1)
    ]
    path.write_bytes(b"".join(gzip.compress(record) for record in records))
    return path


GERMAN_GOES = {"german": "language:language-not-listed"}
SHORT = {"short": "gopher-quality:too-few-words"}
COPY = {"copy": "near-duplicate"}
GONE = {
    "c4": GERMAN_GOES
    | {"short": "c4:too-few-sentences", "copy": "c4:too-few-sentences", "again": "no-line-left"}
    | dict.fromkeys(("without", "non-commercial"), "language:low-score"),
    "gopher": GERMAN_GOES | SHORT | COPY,
    "dclm-heuristics": GERMAN_GOES | SHORT | COPY | {"again": "gopher-repetition:duplicate-paragraphs"},
    "cccc": GERMAN_GOES
    | SHORT
    | COPY
    | {"again": "gopher-repetition:duplicate-lines"}
    | dict.fromkeys(("without", "non-commercial"), "rights:train-deny"),
}


@pytest.mark.parametrize("name", GONE)
def test_a_recipe_runs_to_shards(archive: Path, tmp_path: Path, name: str) -> None:
    record = run(tmp_path / "out", [archive], recipe=name)
    assert_whole(tmp_path / "out", record.digest)
    kept = ds.dataset(tmp_path / "out" / "documents", format="parquet").to_table(columns=["url"])["url"].to_pylist()
    dropped = ds.dataset(tmp_path / "out" / "dropped", format="parquet").to_table(columns=["url", "reason"]).to_pylist()
    why = {row["url"].rpartition("/")[2]: row["reason"] for row in dropped}
    assert why == GONE[name]
    assert sorted(url.rpartition("/")[2] for url in kept) == sorted(PAGES.keys() - why.keys())
    assert list((tmp_path / "out" / "shards").iterdir())
