"""Text never spells a control token, whatever an added token is marked as in the tokenizer's file."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, models, normalizers, pre_tokenizers
from tokenizers import Tokenizer as Library

from tokenizer_helpers import train_bpe
from yurai.tokens.base import Tokenizer
from yurai.tokens.load import load_tokenizer

TURN, TOOL, END = "<|turn|>", "<tool_use>", "<|endoftext|>"
FLAGS = [
    dict(zip(("lstrip", "rstrip", "normalized", "single_word"), bits, strict=True))
    for bits in product((False, True), repeat=4)
]
PAGES = [
    f"Write {TURN}user and {TOOL} in the prompt.",
    f"{TURN}{TOOL}{TURN}",
    f"a   {TURN}   b\n{TOOL}\n{END}",
    f"{TURN.upper()} {TURN.title()} <<|turn|>> <|turn|",
    f"日本語{TURN}の文章{TOOL}",
    f"{TURN}" * 40,
]


def loaded(library: Library, folder: Path, eod: str = END) -> tuple[Tokenizer, Library]:
    path = folder / "tokenizer.json"
    library.save(str(path))
    return load_tokenizer(str(path), eod=eod), Library.from_file(str(path))


def assert_plain(tokenizer: Tokenizer, library: Library, text: str, controls: set[int]) -> None:
    ids = tokenizer.encode_batch([text])[0].tolist()
    assert ids[-1] == tokenizer.eod
    assert not controls & set(ids[:-1])
    assert library.decode(ids[:-1], skip_special_tokens=False) == text


@pytest.mark.parametrize("special", [False, True])
@pytest.mark.parametrize("flags", FLAGS, ids=str)
def test_added_tokens_are_plain_text(flags: dict[str, bool], special: bool, tmp_path: Path) -> None:
    library = train_bpe(END)
    library.add_tokens([AddedToken(name, special=special, **flags) for name in (TURN, TOOL)])
    tokenizer, library = loaded(library, tmp_path)
    controls = {library.token_to_id(name) for name in (TURN, TOOL, END)}
    assert controls & set(library.encode(PAGES[1], add_special_tokens=False).ids) or flags["single_word"]
    for text in PAGES:
        assert_plain(tokenizer, library, text, controls)
    column, rows = zip(*[(ids.tolist(), len(ids)) for ids in tokenizer.encode_batch(PAGES)], strict=True)
    assert [len(ids) for ids in column] == list(rows)


def test_a_normalizer_does_not_make_one(tmp_path: Path) -> None:
    library = train_bpe(END)
    library.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    library.add_tokens([AddedToken(TURN, normalized=True), AddedToken("<|Tool|>", normalized=True, lstrip=True)])
    tokenizer, library = loaded(library, tmp_path)
    controls = {library.token_to_id(name) for name in (TURN, "<|Tool|>", END)}
    for text in (TURN, "＜｜ＴＵＲＮ｜＞", "a <|TOOL|> <|tool|>", "＜｜endoftext｜＞"):  # noqa: RUF001 - wide forms
        assert not controls & set(tokenizer.encode_batch([text])[0][:-1].tolist())


def test_an_end_that_is_not_special_is_plain_text_too(tmp_path: Path) -> None:
    library = train_bpe("<s>")
    library.add_tokens([AddedToken("<|stop|>", lstrip=True, rstrip=True)])
    tokenizer, library = loaded(library, tmp_path, eod="<|stop|>")
    assert_plain(tokenizer, library, "a <|stop|> b <s>", {tokenizer.eod, library.token_to_id("<s>")})


def test_runs_of_white_space_stay_tokens(tmp_path: Path) -> None:
    library = train_bpe(END)
    library.add_tokens([AddedToken(" " * 8), AddedToken("\n\n")])
    tokenizer, library = loaded(library, tmp_path)
    text = f"if x:\n\n        {END}"
    assert {library.token_to_id(" " * 8), library.token_to_id("\n\n")} <= set(
        tokenizer.encode_batch([text])[0].tolist()
    )
    assert_plain(tokenizer, library, text, {tokenizer.eod})


def test_a_vocabulary_that_holds_them_is_cut_inside(tmp_path: Path) -> None:
    pieces = [
        ("<unk>", 0.0),
        (TURN, -1.0),
        (TOOL, -1.0),
        (END, -1.0),
        *((letter, -5.0) for letter in "abc<|>_dnefotxrsul "),
    ]
    library = Library(models.Unigram(pieces, 0))
    library.add_tokens([AddedToken(TURN), AddedToken(TOOL, lstrip=True)])
    library.add_special_tokens([AddedToken(END), AddedToken("<unk>")])
    tokenizer, library = loaded(library, tmp_path)
    controls = {library.token_to_id(name) for name in (TURN, TOOL, END)}
    for text in (f"a{TURN}b", f"{TURN}{TOOL}{END}", TOOL * 9, "a b c"):
        ids = tokenizer.encode_batch([text])[0][:-1].tolist()
        assert not controls & set(ids)
        assert "".join(library.id_to_token(one) for one in ids) == text
    assert 0 in tokenizer.encode_batch(["a漢b"])[0].tolist(), "the unknown token is no control token"


def test_words_of_a_list_are_cut_too(tmp_path: Path) -> None:
    library = Library(models.WordLevel({"[UNK]": 0, TURN: 1, END: 2, "a": 3}, "[UNK]"))
    library.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    library.add_special_tokens(["[UNK]", END])
    library.add_tokens([TURN])
    tokenizer, _ = loaded(library, tmp_path)
    assert tokenizer.encode_batch([f"a {TURN} {END} a"])[0].tolist() == [3, 0, 0, 0, 0, 3, 2]


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(
        st.sampled_from([TURN, TOOL, END, "<|", "|>", " ", "  ", "\n", "turn", "日本", "<", "end"]), max_size=12
    )
)
def test_no_text_holds_one_and_none_is_changed(pieces: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    library = train_bpe(END)
    library.add_tokens([AddedToken(TURN, lstrip=True, rstrip=True), AddedToken(TOOL, normalized=False)])
    tokenizer, library = loaded(library, tmp_path_factory.mktemp("law"))
    controls = {library.token_to_id(name) for name in (TURN, TOOL, END)}
    assert_plain(tokenizer, library, "".join(pieces), controls)
