"""What a tokenizer does not know is said before a run, counted in it, told at its end, and compared by the audit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import AddedToken, models, pre_tokenizers
from tokenizers import Tokenizer as Library

from run_helpers import SMALL, demo_recipe, run
from yurai.api.words import doubts_of
from yurai.run.recheck import means_of
from yurai.tokens import load_tokenizer
from yurai_manifests.audit import audit
from yurai_manifests.counts import UNKNOWN_NOTE
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

UNKNOWN, END, MASK = "<unk>", "</s>", "<mask>"
LETTERS = "abcdefghijklmnopqrstuvwxyz <>/k"


def unigram(folder: Path, *, fallback: bool = False, letters: str = LETTERS) -> str:
    pieces = [(UNKNOWN, 0.0), (END, -1.0), (MASK, -1.0), *((one, -5.0) for one in dict.fromkeys(letters))]
    pieces += [(f"<0x{byte:02X}>", -9.0) for byte in range(256)] if fallback else []
    library = Library(models.Unigram(pieces, 0, byte_fallback=fallback))
    library.add_special_tokens([AddedToken(UNKNOWN), AddedToken(END), AddedToken(MASK)])
    path = folder / "tokenizer.json"
    library.save(str(path))
    return str(path)


@pytest.mark.parametrize(
    ("page", "unknown"),
    [
        ("plain", 0),
        ("漢", 1),
        ("a漢b字", 2),
        (UNKNOWN, 0),
        (f"a{UNKNOWN}b", 0),
        (f"{UNKNOWN}漢{UNKNOWN}", 1),
        (MASK, 0),
        (END, 0),
    ],
)
def test_letters_that_spell_the_unknown_token_are_no_unknown_token(page: str, unknown: int, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(unigram(tmp_path))
    ids = tokenizer.encode_batch([page])[0][:-1].tolist()
    assert ids.count(tokenizer.unknown) == unknown
    assert not {1, 2} & set(ids)


def test_allowed_tokens_are_read_as_such(tmp_path: Path) -> None:
    path = unigram(tmp_path)
    assert load_tokenizer(path, allow=[MASK]).encode_batch([f"a{MASK}b"])[0].tolist()[1] == 2
    assert 2 not in load_tokenizer(path).encode_batch([f"a{MASK}b"])[0].tolist()


@pytest.mark.parametrize("fallback", [False, True])
def test_a_vocabulary_with_all_bytes_knows_everything(fallback: bool, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(unigram(tmp_path, fallback=fallback))
    assert (tokenizer.unknown is None) == fallback
    assert (0 in tokenizer.encode_batch(["漢"])[0].tolist()) != fallback


@pytest.mark.parametrize("kind", ["bytes", "words"])
def test_no_other_kind_is_forgotten(kind: str, tmp_path: Path) -> None:
    library = Library(models.WordLevel({"[UNK]": 0, END: 1, "a": 2}, "[UNK]"))
    library.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    library.save(str(tmp_path / "tokenizer.json"))
    tokenizer = load_tokenizer("bytes" if kind == "bytes" else str(tmp_path / "tokenizer.json"))
    assert tokenizer.unknown == (None if kind == "bytes" else 0)


def test_a_run_says_how_many(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = unigram(tmp_path, letters="abcdefg")
    out = tmp_path / "out"
    run(out, SMALL, recipe=demo_recipe(lambda stages: stages["tokenize"].update(tokenizer=path)))
    said = capfd.readouterr().err
    assert said.count("has no byte fallback: what it does not know becomes one unknown token") == 1
    store = open_store(str(out))
    ended = audit(store, means=lambda record: means_of(store, record))
    assert ended.ok
    counted = sum(notes.get(UNKNOWN_NOTE, 0) for notes in ended.notes.values())
    shards = [(out / file.name).read_bytes() for file in load_run(store).files("shards") if file.name.endswith(".bin")]
    assert counted == sum(data[at : at + 2] == b"\0\0" for data in shards for at in range(0, len(data), 2)) > 0
    assert doubts_of(ended, str(out)).unknown.startswith(f"{counted:,} of {ended.totals['tokens']:,} tokens stand for")


def test_the_audit_counts_them_again(tmp_path: Path) -> None:
    """One that takes another token for the unknown one finds another number than the run noted."""
    path = unigram(tmp_path, letters="abcdefg")
    out = tmp_path / "out"
    run(out, SMALL, recipe=demo_recipe(lambda stages: stages["tokenize"].update(tokenizer=path)))
    store = open_store(str(out))
    found = audit(store, means=lambda record: replace(means_of(store, record), unknown=3)).findings
    (one,) = (finding for finding in found if finding.severity == "error")
    assert one.check == "tokens"
    assert "stand for what the tokenizer does not know" in one.message
