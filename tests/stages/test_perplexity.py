"""Stage perplexity: a KenLM model scores texts, in the form and the words that it was made of; its files are known."""

# ruff: noqa: RUF001 - texts as they are written
from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from sentencepiece import SentencePieceTrainer

from fasttext_model import write_model
from run_helpers import run
from yurai.declare.batches import document_batches, named_scores
from yurai.engine.local import LocalRunner
from yurai.report.explain import explain
from yurai.run.recipe import Recipe, make_recipe
from yurai.stages.perplexity.declare import score
from yurai.stages.perplexity.model import MOST
from yurai.stages.perplexity.normal_forms import formed
from yurai.stages.perplexity.settings import Perplexity
from yurai_filters import splitters
from yurai_manifests.audit import audit
from yurai_manifests.canonical import sha256
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

pytest.importorskip("kenlm", reason="yurai[kenlm] is not installed")
ARPA = """\\data\\
ngram 1=6
ngram 2=3

\\1-grams:
-1.0\t<unk>
-99\t<s>\t-0.3
-1.0\t</s>
-0.5\ta\t-0.2
-0.7\t雨\t-0.4
-40\tb

\\2-grams:
-0.1\t<s> a
-0.2\ta 雨
-0.3\t雨 </s>

\\end\\
"""
"""log10 of probabilities, and of what it costs to fall back behind a word."""
LOGS = {
    "a 雨": ((-0.1, -0.2, -0.3), 3),  # each pair is known
    "雨 a": ((-0.3, -0.7, -0.4, -0.5, -0.2, -1.0), 3),  # none is: what falling back costs, and the single word
    "a": ((-0.1, -0.2, -1.0), 2),
    "x": ((-0.3, -1.0, -1.0), 2),  # an unknown word has no cost of falling back
    "a\na 雨": ((-0.1, -0.2, -1.0, -0.1, -0.2, -0.3), 5),
    "a\n \n\na 雨": ((-0.1, -0.2, -1.0, -0.1, -0.2, -0.3), 5),
    "a </s> 雨 <s>": ((-0.1, -0.2, -0.3), 3),
    "b b b": ((-0.3, -40, -40, -40, -1.0), 4),
}
"""What the lines of a text come to, reckoned by hand, and their words with one end for each line."""


def write_arpa(path: Path, text: str = ARPA) -> dict[str, str]:
    path.write_text(text, "utf-8")
    return {"model": str(path), "sha256": sha256(text.encode())}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return write_arpa(tmp_path_factory.mktemp("models") / "tiny.arpa")


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A SentencePiece model that knows letters, and has words begin with a mark of their own."""
    stream = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(["a 雨", "雨 a"] * 9),
        model_writer=stream,
        vocab_size=6,
        model_type="char",
        minloglevel=2,
    )
    path = tmp_path_factory.mktemp("models") / "sp.model"
    path.write_bytes(stream.getvalue())
    return {"pieces": str(path), "pieces_sha256": sha256(stream.getvalue())}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    lines = [{"url": f"https://one.example/{number}", "text": text} for number, text in enumerate(LOGS)]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def scores_of(texts: list[str], **given: Any) -> list[float | None]:
    (batch,) = document_batches([{"text": text} for text in texts])
    found = named_scores(score(batch, Perplexity(**given))).get("perplexity")
    return [None] * len(texts) if found is None else found.to_pylist()


def chain(*tables: dict[str, Any]) -> Recipe:
    stages = [{"use": "read"}, {"use": "extract"}, {"use": "language"}, *tables]
    return make_recipe({"name": "perplexed", "stage": stages}, where="test")


def table(model: dict[str, str], **given: Any) -> dict[str, Any]:
    return {"use": "perplexity", "form": "none", **model, **given}


def kept(out: Path) -> set[str]:
    return {row["text"] for row in pq.read_table(out / "documents", columns=["text"]).to_pylist()}


@pytest.mark.parametrize("text", LOGS)
def test_it_is_what_the_model_says_by_hand(model: dict[str, str], text: str) -> None:
    logs, count = LOGS[text]
    (found,) = scores_of([text], **model, form="none")
    assert found == pytest.approx(min(10 ** (-sum(logs) / count), MOST), rel=2e-6, abs=1e-4)


def test_a_score_is_of_the_text_alone_and_no_word_has_none(model: dict[str, str]) -> None:
    texts = [*LOGS, "", " \n\n ", "</s>"]
    found = scores_of(texts, **model, form="none")
    assert found == [scores_of([text], **model, form="none")[0] for text in texts]
    assert found[-3:] == [None, None, None]
    assert None not in found[:-3]


@pytest.mark.parametrize(
    ("text", "form", "meant"),
    [
        ("　Ａ、Ｂ。\n「１２」", "ccnet", 'ａ,ｂ."00"'),
        ("がぎ café 한", "ccnet", "かき cafe \u1112\u1161\u11ab"),
        ("a…b—c．d", "ccnet", "a...b - c. d"),
        ("①Ａ", "nfkc", "1A"),
        ("①Ａ\n", "none", "①Ａ\n"),
    ],
)
def test_forms(text: str, form: Any, meant: str) -> None:
    assert formed(text, form) == meant


def test_the_form_comes_before_the_words(model: dict[str, str]) -> None:
    known, small, joined = scores_of(["a 雨", "A 雨", "a 雨\na 雨"], **model)
    assert known == small
    assert joined == scores_of(["a 雨a 雨"], **model, form="none")[0], "a page is one line, as CCNet has it"


def test_pieces_are_the_words(model: dict[str, str], pieces: dict[str, str]) -> None:
    found = scores_of(["雨a", "a"], **model, **pieces, form="none")
    # ▁ 雨 a: the mark is unknown, behind it 雨 and a as single words, a ends as in the table
    first, second = (-0.3, -1.0, -0.7, -0.4, -0.5, -0.2, -1.0), (-0.3, -1.0, -0.5, -0.2, -1.0)
    assert found == pytest.approx([10 ** (-sum(first) / 4), 10 ** (-sum(second) / 3)], abs=1e-4)


@pytest.mark.skipif(splitters.missing("sudachi") is not None, reason="yurai[sudachi] is not installed")
def test_words_of_a_splitter(model: dict[str, str]) -> None:
    (split,) = scores_of(["雨が雨"], **model, form="nfkc", splitter="sudachi")
    assert split == scores_of(["雨 が 雨"], **model, form="none")[0]
    assert split != scores_of(["雨が雨"], **model, form="none")[0]


def test_head_and_tail_by_share_and_by_limit(model: dict[str, str], rows: Path, tmp_path: Path) -> None:
    by_score = sorted(LOGS, key=lambda text: scores_of([text], **model, form="none")[0] or 0)
    cut = {"use": "threshold", "score": "perplexity", "best": "low"}
    record = run(tmp_path / "head", [rows], recipe=chain(table(model), cut | {"keep_share": 0.25}))
    found = audit(open_store(str(tmp_path / "head")))
    assert found.ok, found
    assert kept(tmp_path / "head") == {*by_score[:2]} == {"a 雨", "a </s> 雨 <s>"}
    (counts,) = [one for one in record.stages if one.stage == "threshold"]
    assert counts.dropped == {"high-score:perplexity": len(LOGS) - 2}
    (fact,) = (one["cut"] for one in record.value["facts"].values() if "cut" in one)
    last = round(10**0.2, 4)
    assert fact == {"score": round(last * 10_000), "documents": len(LOGS), "stay": 2}
    limits = [({"max_score": last}, by_score[:2]), ({"max_score": last - 1e-4}, [])]
    for number, (limit, stay) in enumerate(limits):
        run(tmp_path / f"{number}", [rows], recipe=chain(table(model), cut | limit))
        assert kept(tmp_path / f"{number}") == {*stay}
    rules = [{"use": "score", "name": "perplexity", "min_score": 2, "max_score": 3}]
    run(tmp_path / "middle", [rows], recipe=chain(table(model), {"use": "filter", "rules": rules}))
    assert kept(tmp_path / "middle") == {
        text for text in LOGS if 2 <= (scores_of([text], **model, form="none")[0] or 0) <= 3
    }
    dropped = pq.read_table(tmp_path / "head/dropped").to_pylist()[0]
    assert json.loads(dropped["detail"])["cut"] == last
    (life,) = explain(open_store(str(tmp_path / "head")), "https://one.example/0")
    told = {one["stage"]: one for one in life["decisions"]}
    assert told["perplexity"]["reads"].keys() == {"perplexity"}
    assert told["threshold"]["cut"] == last


def test_workers_change_nothing(model: dict[str, str], rows: Path, tmp_path: Path) -> None:
    one = run(tmp_path / "one", [rows], recipe=chain(table(model)))
    assert run(tmp_path / "two", [rows], recipe=chain(table(model)), runner=LocalRunner(2)).digest == one.digest


def test_its_files_are_their_bytes(model: dict[str, str], pieces: dict[str, str], rows: Path, tmp_path: Path) -> None:
    recipe = chain(table(model, **pieces))
    identity: Any = recipe.identities()[-1]
    assert {*identity["models"].values()} == {model["sha256"], pieces["pieces_sha256"]}
    assert identity["packages"].keys() & {"kenlm", "kenlm-ex"}
    assert "sentencepiece" in identity["packages"]
    path = tmp_path / "model.arpa"
    run(tmp_path / "out", [rows], recipe=chain(table(write_arpa(path))))
    with pytest.raises(DriftError):
        run(tmp_path / "out", [rows], recipe=chain(table(write_arpa(path, ARPA.replace("-0.7", "-0.8")))))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"model": ""}, "names no model"),
        ({"model": "/nowhere/model.arpa"}, "does not exist"),
        ({"sha256": ""}, "no sha256"),
        ({"sha256": "0" * 64}, "damaged or another version"),
        ({"name": "text"}, "no column of documents"),
        ({"name": "line_count"}, "a tagger writes|no column of documents"),
        ({"pieces": "/nowhere/sp.model"}, "no sha256"),
        ({"pieces": "sp.model", "splitter": "sudachi"}, "two ways to make words"),
        ({"form": "nfd"}, "form must be one of"),
    ],
)
def test_what_cannot_be_meant_is_refused(model: dict[str, str], given: dict[str, Any], why: str) -> None:
    with pytest.raises(RecipeError, match=why) as refused:
        chain(table(model) | given)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_model_is_refused(model: dict[str, str], tmp_path: Path) -> None:
    other = tmp_path / "fasttext.bin"
    with pytest.raises(RecipeError, match="no model that KenLM reads") as refused:
        chain(table({"model": str(other), "sha256": write_model(other, {"positive": "a", "negative": "b"})}))
    assert "\n" not in str(refused.value)
    digest = sha256(other.read_bytes())
    with pytest.raises(RecipeError, match="no SentencePiece model"):
        chain(table(model, pieces=str(other), pieces_sha256=digest))


def test_a_missing_extra_is_one_line(model: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Block:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "kenlm":
                raise ModuleNotFoundError(name=name)

    monkeypatch.delitem(sys.modules, "kenlm")
    monkeypatch.setattr(sys, "meta_path", [Block(), *sys.meta_path])
    with pytest.raises(RecipeError) as refused:
        chain(table(model))
    assert str(refused.value).count("\n") == 0
    assert "pip install 'yurai[kenlm]'" in str(refused.value)


def test_the_command_scores_the_documents_of_a_finished_tree(
    model: dict[str, str], rows: Path, tmp_path: Path, yurai: Callable[..., Said]
) -> None:
    run(tmp_path / "plain", [rows], recipe=chain())
    options = ("--model", model["model"], "--sha256", model["sha256"], "--form", "none", "--runner", "local")
    said = yurai("perplexity", "--input", tmp_path / "plain/extracted", *options, "--output", tmp_path / "out")
    assert said.code == 0, said.err
    found = pq.read_table(tmp_path / "out/documents", columns=["quality"])["quality"].to_pylist()
    assert sorted(row[0]["score"] for row in found) == sorted(scores_of([*LOGS], **model, form="none"))
