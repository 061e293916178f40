"""SentencePiece models behind the tokenizer seam, and tokenizers that would drop what they do not know."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer
from tokenizers import Tokenizer as Library
from tokenizers import models, normalizers, pre_tokenizers

from run_helpers import demo_recipe
from yurai.declare.stage import STAGES
from yurai.tokens import load_tokenizer
from yurai_manifests.errors import ContractError, RecipeError

if TYPE_CHECKING:
    from yurai.tokens import Tokenizer

SENTENCES = [
    "こんにちは、世界。由来は大切です。",
    "Every token can say where it came from.",
    "日本語の文章 and some English, 2024年5月。",
    "<html> に </s> と書く。",
] * 30
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=12)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KINDS: dict[str, dict[str, Any]] = {
    "unigram": {},
    "bpe": {"model_type": "bpe"},
    "fallback": {"byte_fallback": True, "vocab_size": 400},
    "symbols": {"user_defined_symbols": ["<|own|>"], "control_symbols": ["<|end|>"]},
    "endless": {"eos_id": -1},
}


def trained(**changes: Any) -> bytes:
    stream = io.BytesIO()
    asked = {"vocab_size": 120, "hard_vocab_limit": False, "minloglevel": 2} | changes
    SentencePieceTrainer.train(sentence_iterator=iter(SENTENCES), model_writer=stream, **asked)
    return stream.getvalue()


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("models")
    for name, changes in KINDS.items():
        (folder / f"{name}.model").write_bytes(trained(**changes))
    return {name: str(folder / f"{name}.model") for name in KINDS}


@pytest.fixture(scope="module", params=["unigram", "bpe", "fallback"])
def tokenizer(request: pytest.FixtureRequest, paths: dict[str, str]) -> Tokenizer:
    return load_tokenizer(paths[request.param])


def ids(arrays: list[Any]) -> list[list[int]]:
    return [array.tolist() for array in arrays]


@QUICK
@given(texts=TEXTS, cut=st.integers(0, 12))
def test_column_is_its_documents_joined_however_it_is_cut(tokenizer: Tokenizer, texts: list[str], cut: int) -> None:
    column = pa.array(texts, pa.large_string())
    tokens, lengths = tokenizer.encode_column(column)
    documents = tokenizer.encode_batch(texts)
    assert tokens.tolist() == [token for document in documents for token in document.tolist()]
    assert lengths.tolist() == [len(document) for document in documents]
    assert tokens.dtype == tokenizer.dtype == np.dtype("<u2")
    parts = [tokenizer.encode_column(column.slice(0, cut)), tokenizer.encode_column(column.slice(min(cut, len(texts))))]
    assert b"".join(part.tobytes() for part, _ in parts) == tokens.tobytes()


@QUICK
@given(
    texts=st.lists(
        st.lists(st.sampled_from(["</s>", "\uff1c/s\uff1e", "<", "s", " ", "日本"]), max_size=8).map("".join)
    )
)
def test_end_of_document_stands_at_ends_only(tokenizer: Tokenizer, texts: list[str]) -> None:
    for document in tokenizer.encode_batch(texts):
        assert np.flatnonzero(document == tokenizer.eod).tolist() == [document.size - 1]


def test_ids_are_those_of_the_library(paths: dict[str, str]) -> None:
    library = SentencePieceProcessor(model_file=paths["fallback"])
    tokenizer = load_tokenizer(paths["fallback"])
    wanted = [[*library.encode(text), library.eos_id()] for text in [*SENTENCES[:4], "龘\n\x00"]]
    assert ids(tokenizer.encode_batch([*SENTENCES[:4], "龘\n\x00"])) == wanted
    assert library.decode(wanted[0][:-1]) == "こんにちは、世界。由来は大切です。"
    assert tokenizer.vocab_size == library.get_piece_size()


def test_null_text_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(ContractError, match="first in row 1"):
        tokenizer.encode_column(pa.array(["a", None], pa.string()))


def test_end_of_document_is_a_control_piece(paths: dict[str, str]) -> None:
    library = SentencePieceProcessor(model_file=paths["symbols"])
    assert load_tokenizer(paths["symbols"]).eod == library.eos_id()
    assert load_tokenizer(paths["symbols"], eod="<|end|>").eod == library.piece_to_id("<|end|>")
    assert library.piece_to_id("<|own|>") in library.encode("a<|own|>b"), "the trap is not there any more"
    assert load_tokenizer(paths["symbols"], eod="<|own|>").eod == library.piece_to_id("<|own|>")
    for eod in ("<unk>", "a", "nosuch"):
        with pytest.raises(RecipeError, match=r"no control piece .*set eod to one of <s>, </s>, <\|end\|>, <\|own\|>"):
            load_tokenizer(paths["symbols"], eod=eod)
    with pytest.raises(RecipeError, match=r"no control piece '<\|own\|>'"):
        load_tokenizer(paths["symbols"], eod="<|own|>", allow=["<|own|>"])
    with pytest.raises(RecipeError, match=r"no end-of-sentence piece.*set eod to one of <s>"):
        load_tokenizer(paths["endless"])
    assert load_tokenizer(paths["endless"], eod="<s>").eod == 1


def test_wide_vocabulary_has_wide_ids(tmp_path: Path) -> None:
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 20_000)] + [
        chr(code) for code in range(0xAC00, 0xAC00 + 11_000)
    ]
    extra = [f"<{number}>" for number in range(40_000)]
    stream = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(["".join(letters[row : row + 100]) for row in range(0, len(letters), 100)]),
        model_writer=stream,
        model_type="char",
        vocab_size=70_000,
        hard_vocab_limit=False,
        character_coverage=1.0,
        user_defined_symbols=extra,
        minloglevel=2,
    )
    (tmp_path / "wide.model").write_bytes(stream.getvalue())
    tokenizer = load_tokenizer(str(tmp_path / "wide.model"))
    assert tokenizer.vocab_size > 1 << 16
    assert tokenizer.dtype == tokenizer.encode_batch(["一"])[0].dtype == np.dtype("<i4")


def test_digest_names_the_tokenizer_and_is_checked_first(paths: dict[str, str], tmp_path: Path) -> None:
    digest = hashlib.sha256(Path(paths["bpe"]).read_bytes()).hexdigest()
    tokenizer = load_tokenizer(f"file://{paths['bpe']}", sha256=digest.upper())
    assert (tokenizer.name, tokenizer.sha256) == (f"sp:{digest[:16]}", digest)
    (tmp_path / "bad.model").write_bytes(b"no model")
    with pytest.raises(RecipeError, match="the recipe says 000"):
        load_tokenizer(str(tmp_path / "bad.model"), sha256="0" * 64)


def test_damaged_model_is_refused(paths: dict[str, str], tmp_path: Path) -> None:
    good = Path(paths["bpe"]).read_bytes()
    for damaged in (good[: len(good) // 2], b"", b"{}", b"\xff" + good):
        (tmp_path / "bad.model").write_bytes(damaged)
        with pytest.raises(RecipeError, match=r"bad\.model is damaged .* fetch it again"):
            load_tokenizer(str(tmp_path / "bad.model"))
    with pytest.raises(RecipeError, match=r"no tokenizer at .*\.model"):
        load_tokenizer(str(tmp_path / "none.model"))


def test_only_packages_in_use_are_identity(paths: dict[str, str]) -> None:
    stage = STAGES["tokenize"]
    used = {
        name: set(stage.identity(stage.use({"tokenizer": spec}).settings, "")["packages"])
        for name, spec in (("bytes", "bytes"), ("model", paths["bpe"]))
    }
    assert used == {"bytes": set(), "model": {"sentencepiece"}}
    recipe = demo_recipe(lambda stages: stages["tokenize"].update(tokenizer=paths["bpe"]))
    (identity,) = (entry for entry in recipe.identities() if entry["stage"] == "tokenize")
    assert identity["models"] == {paths["bpe"]: hashlib.sha256(Path(paths["bpe"]).read_bytes()).hexdigest()}


# Tokenizers that drop what they do not know


def bpe(vocab: list[str], **changes: Any) -> Library:
    return Library(models.BPE({piece: number for number, piece in enumerate(vocab)}, [], **changes))


def saved(library: Library, folder: Path) -> str:
    library.save(str(folder / "tokenizer.json"))
    return str(folder / "tokenizer.json")


ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def test_the_trap_is_there() -> None:
    assert bpe(["</s>", "a"]).encode("a龘a").tokens == ["a", "a"]


@pytest.mark.parametrize(
    ("library", "message"),
    [
        (bpe(["</s>", "a"]), "no byte-level split and no byte fallback"),
        (bpe(["</s>", *BYTES[1:]], byte_fallback=True), "lacks 1 of 256 bytes"),
        (bpe(["</s>", *BYTES]), "no byte fallback"),
    ],
)
def test_tokenizer_that_drops_characters_is_refused(library: Library, message: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=f"without a trace: .*{message}.*yurai tokenizer train"):
        load_tokenizer(saved(library, tmp_path))


def test_byte_level_split_without_all_bytes_is_refused(tmp_path: Path) -> None:
    library = bpe(["</s>", *ALPHABET[2:]])
    library.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(), pre_tokenizers.ByteLevel()])
    with pytest.raises(RecipeError, match="lacks 2 of 256 bytes"):
        load_tokenizer(saved(library, tmp_path))


@pytest.mark.parametrize("place", ["pre_tokenizer", "sequence", "normalizer", "fallback", "unknown"])
def test_tokenizer_that_drops_nothing_is_taken(place: str, tmp_path: Path) -> None:
    library = bpe(["</s>", *(BYTES if place == "fallback" else ALPHABET)], byte_fallback=place == "fallback")
    if place == "unknown":
        library = bpe(["</s>", "[UNK]", "a"], unk_token="[UNK]")
    if place == "normalizer":
        library.normalizer = normalizers.ByteLevel()
    if place == "pre_tokenizer":
        library.pre_tokenizer = pre_tokenizers.ByteLevel()
    if place == "sequence":
        library.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(), pre_tokenizers.ByteLevel()])
    tokenizer = load_tokenizer(saved(library, tmp_path))
    assert len(tokenizer.encode_batch(["龘"])[0]) > 1
    assert json.loads(library.to_str())["model"]["type"] == "BPE"
