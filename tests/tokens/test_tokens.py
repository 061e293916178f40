"""The token layer: tokenizers, and the Megatron pair read back by a reader written from the format alone."""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer as Library
from tokenizers import models, normalizers, pre_tokenizers, processors, trainers

from tokenizer_helpers import SENTENCES, train_bpe
from yurai.tokens import BinWriter, index_bytes, load_tokenizer, read_index, read_tokens, write_bin
from yurai_manifests.errors import ContractError, RecipeError, ShardError

if TYPE_CHECKING:
    from yurai.tokens import Tokenizer

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=12)
# NFKC makes the plain end of it, so a search in the text would not find it.
WIDE_END = "\uff1c/s\uff1e"
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def train_unigram() -> Library:
    library = Library(models.Unigram())
    library.normalizer = normalizers.NFKC()
    library.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=120, special_tokens=["<unk>", "</s>", "<sep>"], unk_token="<unk>", show_progress=False
    )
    library.train_from_iterator(SENTENCES * 4, trainer)
    library.post_processor = processors.TemplateProcessing(single="$A <sep>", special_tokens=[("<sep>", 2)])
    return library


def save(library: Library, folder: Path) -> str:
    path = folder / "tokenizer.json"
    library.save(str(path))
    return str(path)


@pytest.fixture(scope="module")
def bpe_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tokenizer.json that truncates, pads and frames each text: all of it wrong for a corpus."""
    library = train_bpe("<s>", "</s>", "<sep>", "<pad>")
    library.post_processor = processors.TemplateProcessing(
        single="<s> $A <sep>", special_tokens=[(t, library.token_to_id(t)) for t in ("<s>", "<sep>")]
    )
    library.enable_truncation(4)
    library.enable_padding(length=50, pad_id=library.token_to_id("<pad>"), pad_token="<pad>")
    return save(library, tmp_path_factory.mktemp("bpe"))


@pytest.fixture(scope="module")
def unigram_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save(train_unigram(), tmp_path_factory.mktemp("unigram"))


@pytest.fixture(scope="module", params=["bytes", "bpe", "unigram"])
def tokenizer(request: pytest.FixtureRequest, bpe_path: str, unigram_path: str) -> Tokenizer:
    return load_tokenizer({"bytes": "bytes", "bpe": bpe_path, "unigram": unigram_path}[request.param])


@dataclass
class Shard:
    tokens: list[list[int]]
    documents: list[int]


def independent_reader(idx: bytes, bin_: bytes) -> Shard:
    """Reads the pair from the published layout with struct alone, sharing nothing with the product."""
    assert idx[:9] == b"MMIDIDX\0\0"
    assert struct.unpack("<Q", idx[9:17]) == (1,)
    kind, size = {4: ("i", 4), 8: ("H", 2)}[idx[17]]
    count, boundaries = struct.unpack("<QQ", idx[18:34])
    lengths = struct.unpack_from(f"<{count}i", idx, 34)
    pointers = struct.unpack_from(f"<{count}q", idx, 34 + 4 * count)
    documents = struct.unpack_from(f"<{boundaries}q", idx, 34 + 12 * count)
    assert len(idx) == 34 + 12 * count + 8 * boundaries
    assert sum(lengths) * size == len(bin_)
    tokens = [list(struct.unpack_from(f"<{n}{kind}", bin_, p)) for n, p in zip(lengths, pointers, strict=True)]
    return Shard(tokens, list(documents))


def ids(arrays: list[Any]) -> list[list[int]]:
    return [array.tolist() for array in arrays]


@QUICK
@given(texts=TEXTS)
def test_column_is_its_documents_joined(tokenizer: Tokenizer, texts: list[str]) -> None:
    tokens, lengths = tokenizer.encode_column(pa.array(texts, pa.string()))
    documents = tokenizer.encode_batch(texts)
    assert tokens.tolist() == [token for document in documents for token in document.tolist()]
    assert lengths.tolist() == [len(document) for document in documents]
    assert int(lengths.sum()) == tokens.size
    assert tokens.dtype == tokenizer.dtype
    assert all(document.dtype == tokenizer.dtype for document in documents)


@QUICK
@given(texts=TEXTS, cut=st.integers(0, 12))
def test_splitting_a_batch_changes_no_byte(tokenizer: Tokenizer, texts: list[str], cut: int) -> None:
    column = pa.array(texts, pa.string())
    whole, lengths = tokenizer.encode_column(column)
    parts = [tokenizer.encode_column(column.slice(0, cut)), tokenizer.encode_column(column.slice(min(cut, len(texts))))]
    assert b"".join(tokens.tobytes() for tokens, _ in parts) == whole.tobytes()
    assert np.concatenate([part for _, part in parts]).tolist() == lengths.tolist()
    assert tokenizer.encode_column(pa.array(texts, pa.large_string()))[0].tobytes() == whole.tobytes()


@QUICK
@given(
    texts=st.lists(
        st.lists(st.sampled_from(["</s>", WIDE_END, "<", "/s>", "a", " ", "日本"]), max_size=8).map("".join), max_size=5
    )
)
def test_end_of_document_stands_at_ends_only(tokenizer: Tokenizer, texts: list[str]) -> None:
    for document in tokenizer.encode_batch(texts):
        assert np.flatnonzero(document == tokenizer.eod).tolist() == [document.size - 1]


@QUICK
@given(texts=TEXTS)
def test_round_trip_through_a_shard(tokenizer: Tokenizer, texts: list[str], tmp_path: Path) -> None:
    path = tmp_path / "00000.bin"
    documents = tokenizer.encode_batch(texts)
    lengths = write_bin(str(path), documents, tokenizer.dtype)
    raw = index_bytes(lengths, tokenizer.dtype)
    shard = independent_reader(raw, path.read_bytes())
    assert shard.tokens == ids(documents)
    assert shard.documents == list(range(len(texts) + 1))
    index = read_index(raw)
    assert ids([read_tokens(str(path), index, i) for i in range(len(texts))]) == ids(documents)
    assert index.lengths.tolist() == lengths.tolist()


@QUICK
@given(texts=TEXTS)
def test_bytes_are_utf8_and_an_end(texts: list[str]) -> None:
    tokenizer = load_tokenizer("bytes")
    assert (tokenizer.name, tokenizer.vocab_size, tokenizer.eod, tokenizer.sha256) == ("bytes", 257, 256, None)
    assert tokenizer.dtype == np.dtype("<u2")
    assert ids(tokenizer.encode_batch(texts)) == [[*text.encode(), 256] for text in texts]


def test_bytes_take_no_settings() -> None:
    for setting in ({"sha256": "0" * 64}, {"eod": "</s>"}):
        with pytest.raises(RecipeError, match="built in"):
            load_tokenizer("bytes", **setting)


def test_null_text_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(ContractError, match="first in row 1"):
        tokenizer.encode_column(pa.array(["a", None], pa.string()))


def test_file_frames_truncates_and_pads_but_the_corpus_does_not(bpe_path: str) -> None:
    library = Library.from_file(bpe_path)
    text = SENTENCES[0]
    assert library.encode(text).tokens[0] == "<s>"
    assert len(library.encode(text).ids) == 50
    library.no_truncation()
    library.no_padding()
    tokenizer = load_tokenizer(bpe_path)
    expected = library.encode(text, add_special_tokens=False).ids
    assert len(expected) > 4
    assert tokenizer.encode_batch([text])[0].tolist() == [*expected, library.token_to_id("</s>")]
    assert library.decode(expected) == text


def test_spelled_out_special_tokens_are_plain_text(bpe_path: str) -> None:
    specials = set(Library.from_file(bpe_path).get_added_tokens_decoder())
    document = load_tokenizer(bpe_path).encode_batch(["a <s> b <pad> c <sep>"])[0]
    assert len(specials) == 4
    assert not specials & set(document[:-1].tolist())


def test_spelled_out_end_loses_no_text(bpe_path: str) -> None:
    tokenizer = load_tokenizer(bpe_path)
    library = Library.from_file(bpe_path)
    text = "a </s> b"
    library.no_truncation()
    library.no_padding()
    assert tokenizer.eod in library.encode(text, add_special_tokens=False).ids, "the trap is not there any more"
    found: list[int] = tokenizer.encode_batch([text])[0].tolist()
    assert library.decode(found[:-1], skip_special_tokens=False) == text


def test_unigram_holds_the_end_in_its_plain_vocabulary(unigram_path: str) -> None:
    library = Library.from_file(unigram_path)
    library.encode_special_tokens = True
    assert library.token_to_id("</s>") in library.encode("a</s>b", add_special_tokens=False).ids
    document = load_tokenizer(unigram_path).encode_batch(["a</s>b"])[0].tolist()
    assert document.count(library.token_to_id("</s>")) == 1
    assert library.token_to_id("<sep>") not in document, "a piece was framed"


def test_digest_is_recorded_and_names_the_tokenizer(bpe_path: str) -> None:
    digest = hashlib.sha256(Path(bpe_path).read_bytes()).hexdigest()
    tokenizer = load_tokenizer(bpe_path, sha256=digest.upper())
    assert tokenizer.sha256 == digest
    assert tokenizer.name == f"hf:{digest[:16]}"
    assert load_tokenizer(f"file://{bpe_path}").sha256 == digest


def test_one_worker_is_one_core_unless_the_user_says_otherwise(bpe_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "true")
    load_tokenizer(bpe_path)
    assert os.environ.pop("TOKENIZERS_PARALLELISM") == "true"
    load_tokenizer(bpe_path)
    assert os.environ["TOKENIZERS_PARALLELISM"] == "false"


def test_wrong_digest_is_refused_before_parsing(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("no tokenizer at all")
    with pytest.raises(RecipeError, match=r"has sha256 .* the recipe says 000.*correct the recipe"):
        load_tokenizer(str(path), sha256="0" * 64)


def test_damaged_file_is_refused(bpe_path: str, tmp_path: Path) -> None:
    good = Path(bpe_path).read_bytes()
    path = tmp_path / "tokenizer.json"
    for damaged in (good[: len(good) // 2], b"", b"{}", b"[]", good.replace(b'"BPE"', b'"XYZ"'), b"\xff" + good):
        path.write_bytes(damaged)
        with pytest.raises(RecipeError, match=r"tokenizer\.json is damaged .* fetch it again"):
            load_tokenizer(str(path))


@pytest.mark.parametrize("spec", ["{}/none.json", "{}", "nosuchscheme://x/tokenizer.json", ""])
def test_missing_file_is_refused(spec: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no tokenizer at .* path or URL"):
        load_tokenizer(spec.format(tmp_path))


@pytest.mark.parametrize(
    ("specials", "eod", "message"),
    [
        (["[STOP]", "[PAD]"], None, r"none of the usual .* set eod to .*\[STOP\], \[PAD\]"),
        (["</s>", "<eos>"], None, r"2 of the usual .* set eod to .*</s>, <eos>"),
        (["</s>", "[PAD]"], "[EOD]", r"no token '\[EOD\]'.*</s>, \[PAD\]"),
        ([], None, r"it has none: add one"),
    ],
)
def test_unknown_end_of_document_is_refused(specials: list[str], eod: str | None, message: str, tmp_path: Path) -> None:
    library = train_bpe(*specials)
    with pytest.raises(RecipeError, match=message):
        load_tokenizer(save(library, tmp_path), eod=eod)
    for text in specials:
        assert load_tokenizer(save(library, tmp_path), eod=text).eod == library.token_to_id(text)


def word_level(folder: Path, vocab: dict[str, int], unknown: str) -> str:
    library = Library(models.WordLevel(vocab, unk_token=unknown))
    library.pre_tokenizer = pre_tokenizers.Whitespace()
    return save(library, folder)


def test_word_list_without_an_unknown_token_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="for unknown text too"):
        load_tokenizer(word_level(tmp_path, {"</s>": 0, "a": 1}, "</s>"))
    with pytest.raises(RecipeError, match="has no ids for a text"):
        load_tokenizer(word_level(tmp_path, {"</s>": 0, "a": 1}, "[UNK]")).encode_batch(["b"])


@pytest.mark.parametrize(("largest", "dtype"), [(65_535, "<u2"), (65_536, "<i4")])
def test_dtype_follows_the_largest_id(largest: int, dtype: str, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(word_level(tmp_path, {"[UNK]": 0, "</s>": 1, "a": largest}, "[UNK]"))
    assert tokenizer.vocab_size == largest + 1
    assert tokenizer.dtype == np.dtype(dtype)
    assert tokenizer.encode_batch(["a b"])[0].tolist() == [largest, 0, 1]


def test_column_longer_than_one_slice_of_rows(bpe_path: str) -> None:
    tokenizer = load_tokenizer(bpe_path)
    texts = [f"{n} 番目 " * (n % 7) for n in range(333)]
    tokens, lengths = tokenizer.encode_column(pa.array(texts, pa.string()))
    assert ids(np.split(tokens, np.cumsum(lengths)[:-1])) == ids(tokenizer.encode_batch(texts))


def test_layout_byte_for_byte() -> None:
    idx = index_bytes(np.array([3, 0, 2]), np.dtype("<u2"))
    assert idx == b"MMIDIDX\0\0" + struct.pack("<QBQQ3i3q4q", 1, 8, 3, 4, 3, 0, 2, 0, 6, 6, 0, 1, 2, 3)


def test_wide_ids_and_column_appends() -> None:
    stream = io.BytesIO()
    writer = BinWriter(stream, np.dtype("<i4"))
    assert writer.append(np.array([7, 70_000, 9], "<i4"), np.array([2, 1])) == 3
    assert writer.append(np.array([5, 6, 8], "<i4")[::2]) == 2
    assert writer.append(np.empty(0, "<i4"), np.empty(0, np.int64)) == 0
    assert (writer.documents, writer.tokens) == (3, 5)
    shard = independent_reader(index_bytes(writer.lengths, np.dtype("<i4")), stream.getvalue())
    assert shard.tokens == [[7, 70_000], [9], [5, 8]]


def test_no_document_at_all(tmp_path: Path) -> None:
    path = tmp_path / "empty.bin"
    lengths = write_bin(str(path), [], np.dtype("<u2"))
    raw = index_bytes(lengths, np.dtype("<u2"))
    assert path.read_bytes() == b""
    assert independent_reader(raw, b"") == Shard([], [0])
    assert read_index(raw).lengths.size == 0
    with pytest.raises(RecipeError, match="0 documents"):
        read_tokens(str(path), read_index(raw), 0)


@pytest.mark.parametrize(
    ("tokens", "lengths", "message"),
    [
        (np.array([1], "<i4"), None, "type int32"),
        (np.array([1, 2], "<u2"), [1], "add up to 1, ids are 2"),
        (np.array([1, 2], "<u2"), [3, -1], "document 1 has -1"),
    ],
)
def test_writer_refuses_before_writing(tokens: Any, lengths: list[int] | None, message: str) -> None:
    stream = io.BytesIO()
    writer = BinWriter(stream, np.dtype("<u2"))
    with pytest.raises(ContractError, match=message):
        writer.append(tokens, None if lengths is None else np.array(lengths))
    assert (stream.getvalue(), writer.documents, writer.tokens) == (b"", 0, 0)


def test_index_refuses_what_it_cannot_say() -> None:
    with pytest.raises(ContractError, match="document 1 has 2147483648"):
        index_bytes(np.array([1, 2**31]), np.dtype("<u2"))
    with pytest.raises(ContractError, match="no code for ids of type uint32"):
        index_bytes(np.array([1]), np.dtype("<u4"))


def test_damaged_index_is_found() -> None:
    good = index_bytes(np.array([2, 3]), np.dtype("<u2"))
    # Bytes 38 to 41 are the last length: the only number the format says once, so only the `.bin` can contradict it.
    places = [at for at in range(len(good)) if at not in range(38, 42)]
    flipped = [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in places]
    for raw in [*flipped, b"", good[:33], good[:60], good + b"x"]:
        with pytest.raises(ShardError, match=r"00000\.idx: .* rebuild"):
            read_index(raw, where="00000.idx")


def test_an_index_may_have_gaps_and_tells_them_from_damage() -> None:
    dtype, starts = np.dtype("<u2"), np.array([2, 4, 9])
    raw = index_bytes(np.array([2, 3, 1]), dtype, starts)
    index = read_index(raw, gaps=True)
    assert (index.pointers // 2).tolist() == starts.tolist()
    for wrong in (
        raw,
        index_bytes(np.array([2, 6, 1]), dtype, starts),
        index_bytes(np.array([2, 3, 1]), dtype, -starts),
    ):
        with pytest.raises(ShardError, match="rebuild"):
            read_index(wrong, gaps=wrong is not raw)


def test_shard_of_another_index_is_found(tmp_path: Path) -> None:
    path = tmp_path / "00000.bin"
    write_bin(str(path), [np.array([1, 2], "<u2")], np.dtype("<u2"))
    index = read_index(index_bytes(np.array([2, 3]), np.dtype("<u2")))
    assert read_tokens(str(path), index, 0).tolist() == [1, 2]
    with pytest.raises(ShardError, match="ends inside document 1: 0 of 6 bytes at 4"):
        read_tokens(str(path), index, 1)
    for number in (-1, 2):
        with pytest.raises(RecipeError, match="2 documents"):
            read_tokens(str(path), index, number)


def test_storage_that_fails_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    missing = str(tmp_path / "file" / "00000.bin")
    with pytest.raises(ShardError, match="cannot write token shard"):
        write_bin(missing, [], np.dtype("<u2"))
    with pytest.raises(ShardError, match="cannot read token shard"):
        read_tokens(missing, read_index(index_bytes(np.array([1]), np.dtype("<u2"))), 0)


@pytest.mark.slow
def test_real_pages_keep_their_bytes(shared_data: Path) -> None:
    import gzip

    with gzip.open(shared_data / "dedup" / "texts.jsonl.gz") as stream:
        texts = pa.array([json.loads(line)["text"] for line in stream], pa.string())
    tokens, lengths = load_tokenizer("bytes").encode_column(texts)
    for row, document in zip(texts, np.split(tokens, np.cumsum(lengths)[:-1]), strict=True):
        assert document[:-1].astype(np.uint8).tobytes().decode() == row.as_py()
