"""Models come by name, path or URL, and never without the digest they must have."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from yurai.declare.models import CARRIED, LID_176, _locate, load_fasttext, model_digest
from yurai.stages.language import Language, label
from yurai_manifests.errors import RecipeError
from yurai_manifests.schema import DOCUMENT

TEXTS = {
    "ja": "潮見原の図書館は、港の倉庫を直して作られました。",
    "en": "The library was made out of an old warehouse in the harbour.",
    "fr": "La bibliothèque fut aménagée dans un ancien entrepôt du port.",
    "und": "12345 — 67",
}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "other-name.ftz"
    path.write_bytes(_locate(LID_176, path.parent).read_bytes())
    return path


@pytest.fixture(scope="session")
def served(model: Path) -> Iterator[str]:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(model.parent))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{model.name}"
    server.shutdown()
    server.server_close()


def rows(texts: list[str]) -> pa.RecordBatch:
    filled = {field.name: ("" if pa.types.is_string(field.type) else 0) for field in DOCUMENT if not field.nullable}
    return pa.RecordBatch.from_pylist([filled | {"text": text} for text in texts], schema=DOCUMENT)


def test_language_of_texts_by_the_carried_model() -> None:
    found = label(rows(list(TEXTS.values())), Language())
    assert found.column("lang").to_pylist() == list(TEXTS)
    scores = found.column("lang_score").to_pylist()
    assert scores[-1] == 0.0
    assert all(0.5 < score <= 1.0 for score in scores[:-1])


@pytest.mark.parametrize("where", ["path", "url"])
def test_a_model_by_path_or_url_answers_as_the_carried_one(where: str, model: Path, served: str) -> None:
    spec = str(model) if where == "path" else served
    batch = rows(list(TEXTS.values()))
    assert label(batch, Language(model=spec, sha256=CARRIED[LID_176])).equals(label(batch, Language()))


def test_a_model_without_digest_is_refused_with_the_digest_it_has(model: Path) -> None:
    with pytest.raises(RecipeError, match=CARRIED[LID_176]):
        model_digest(str(model), "")


def test_a_damaged_model_is_refused(model: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.ftz"
    half.write_bytes(model.read_bytes()[: model.stat().st_size // 2])
    with pytest.raises(RecipeError, match="damaged or another version"):
        load_fasttext(str(half), CARRIED[LID_176])


@pytest.mark.parametrize("spec", ["/nowhere/model.ftz", "http://127.0.0.1:9/model.ftz"])
def test_a_model_that_is_not_there_is_refused(spec: str) -> None:
    with pytest.raises(RecipeError, match="model"):
        load_fasttext(spec, "0" * 64)


def test_a_batch_split_anywhere_gives_the_same_labels() -> None:
    batch = rows([*TEXTS.values()] * 3)
    whole = label(batch, Language())
    parts = pa.Table.from_batches(
        [label(batch.slice(0, 5), Language()), label(batch.slice(5), Language())]
    ).combine_chunks()
    assert parts.equals(pa.Table.from_batches([whole]).combine_chunks())
