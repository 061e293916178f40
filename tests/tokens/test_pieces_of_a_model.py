"""Pieces that a user of SentencePiece adds control something; text does not spell them unless the recipe says so."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer

from yurai.tokens import load_tokenizer
from yurai_manifests.errors import RecipeError

TURN, MASK, TABLE, SPACES = "<|im_start|>", "<mask>", "<table>", "▁▁▁▁"
ADDED = [TURN, MASK, TABLE, "[CLS]", "※", SPACES]
LETTERS = "abcdefghijklmnopqrstuvwxyz <|> [] / _ CLS"
SENTENCES = [f"日本語の文章と {LETTERS} を混ぜる。", "The mask of a table starts here."] * 40


def trained(folder: Path, kind: str, **changes: object) -> str:
    stream = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES),
        model_writer=stream,
        model_type=kind,
        vocab_size=400 if changes else 120,
        hard_vocab_limit=False,
        user_defined_symbols=ADDED,
        remove_extra_whitespaces=False,
        minloglevel=2,
        **changes,
    )
    path = folder / f"{kind}.model"
    path.write_bytes(stream.getvalue())
    return str(path)


@pytest.fixture(scope="module", params=["unigram", "bpe"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return trained(tmp_path_factory.mktemp("model"), request.param)


@pytest.mark.parametrize(
    "page", [TURN, f"a{MASK}b", f"{TABLE}{TABLE}", f"文{TURN}章", "[CLS] x", "</s><s><unk>", TURN * 30]
)
def test_a_page_that_spells_one_is_letters(model: str, page: str) -> None:
    library = SentencePieceProcessor(model_file=model)
    ids = load_tokenizer(model).encode_batch([page])[0][:-1].tolist()
    assert not {library.piece_to_id(one) for one in (TURN, MASK, TABLE, "[CLS]", "<s>", "</s>")} & set(ids)
    assert library.decode(ids) == page


def test_letters_and_white_space_stay_pieces(model: str) -> None:
    library = SentencePieceProcessor(model_file=model)
    ids = load_tokenizer(model).encode_batch(["a    ※"])[0][:-1].tolist()
    assert library.piece_to_id("※") in ids
    assert ids == library.encode("a    ※")


def test_a_recipe_allows_some(model: str) -> None:
    library = SentencePieceProcessor(model_file=model)
    ids = load_tokenizer(model, allow=[TABLE]).encode_batch([f"{TABLE}{MASK}"])[0].tolist()
    assert library.piece_to_id(TABLE) in ids
    assert library.piece_to_id(MASK) not in ids
    with pytest.raises(
        RecipeError, match=r"adds no token '<tabel>' that allow_tokens could allow; it adds <\|im_start\|>"
    ):
        load_tokenizer(model, allow=["<tabel>"])


def test_ids_of_all_other_text_are_those_of_the_library(model: str) -> None:
    library = SentencePieceProcessor(model_file=model)
    for page in SENTENCES[:2]:
        if not any(one in page for one in ADDED[:4]):
            assert load_tokenizer(model).encode_batch([page])[0][:-1].tolist() == library.encode(page)


def test_bytes_are_what_nothing_is_unknown_with(tmp_path: Path) -> None:
    path = trained(tmp_path, "bpe", byte_fallback=True)
    tokenizer = load_tokenizer(path)
    assert tokenizer.unknown is None
    assert len(tokenizer.encode_batch(["龘"])[0]) > 3


@settings(max_examples=40, deadline=None)
@given(pieces=st.lists(st.sampled_from([*ADDED, "<", ">", "|", "im_start", "[", "日本", " ", "</s>"]), max_size=10))
def test_no_text_holds_one(pieces: list[str], model: str) -> None:
    library = SentencePieceProcessor(model_file=model)
    ids = load_tokenizer(model).encode_batch(["".join(pieces)])[0][:-1].tolist()
    assert not {library.piece_to_id(one) for one in (TURN, MASK, TABLE, "[CLS]")} & set(ids)


def test_damage_is_refused_or_read(model: str, tmp_path: Path) -> None:
    """One library reads a model before another changes its pieces: what the first takes, the second takes."""
    draw, good = random.Random(0), Path(model).read_bytes()
    for _ in range(300):
        data = bytearray(good)
        for _ in range(draw.randint(1, 4)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        (tmp_path / "damaged.model").write_bytes(bytes(data[: draw.choice([len(data), draw.randrange(len(data))])]))
        try:
            load_tokenizer(str(tmp_path / "damaged.model")).encode_batch([SENTENCES[0]])
        except RecipeError:
            continue
