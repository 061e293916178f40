"""Messages: what is sent to a key arrives, whole and in order, whatever else travels beside it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.engine.state import shard_of
from yurai.exchange import row_files
from yurai.exchange.messages import Key, Message, by_key, id_key, in_arrival, name_key, outbox
from yurai.exchange.row_files import span, whole_span
from yurai_manifests.store import open_store
from yurai_manifests.task import StepId, TaskRecord, attempt

TOP = (1 << 64) - 1
KEYS = st.builds(Key, st.integers(0, TOP), st.integers(0, TOP)) | st.sampled_from([Key(0, 0), Key(0, 1), Key(TOP, TOP)])
DATA = st.binary(max_size=400).map(lambda data: data.rstrip(b" "))
SENT = st.lists(st.tuples(KEYS, st.integers(0, 255), DATA), max_size=20)


def arrived(folder: Path, files: list[list[tuple[Key, int, bytes]]]) -> dict[Key, list[Message]]:
    store, spans = open_store(str(folder)), []
    for number, sent in enumerate(files):
        record = TaskRecord(f"{number:064}", f"source {number}", "")
        with attempt(store, StepId("00-test", "0" * 64)) as current:
            with outbox(current, record) as out:
                for one in sent:
                    out.send(*one)
            shard = shard_of(store, record, current.outputs[0])
            spans.append(span(record, shard, 0) if number % 2 else whole_span(shard, current.outputs[0].bytes))
    assert list(in_arrival(spans)) == [Message(*one) for sent in files for one in sent]
    keys = list(by_key(spans))
    assert [key for key, _ in keys] == sorted({key for key, _ in keys})
    return dict(keys)


@given(st.lists(SENT, min_size=1, max_size=3))
def test_what_is_sent_arrives(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[Key, int, bytes]]]
) -> None:
    due: dict[Key, list[Message]] = defaultdict(list)
    for sent in files:
        for key, kind, data in sent:
            due[key].append(Message(key, kind, data))
    assert arrived(tmp_path_factory.mktemp("messages"), files) == due


@pytest.mark.parametrize("size", [0, 1, 109, 110, 111, 219, 220, 221, 100_000])
def test_any_length(tmp_path: Path, size: int) -> None:
    data = (b"x y\n" * (size // 4 + 1))[:size].rstrip(b" ")
    assert arrived(tmp_path, [[(Key(1, 2), 3, data)]]) == {Key(1, 2): [Message(Key(1, 2), 3, data)]}


@pytest.mark.parametrize("chunk", [128, 300, 1 << 20])
def test_chunks_cut_no_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(row_files, "CHUNK_BYTES", chunk)
    sent = [(Key(number % 3, 7), 1, bytes([65 + number]) * (97 * number)) for number in range(9)]
    assert sum(map(len, arrived(tmp_path, [sent, sent]).values())) == 18


def test_keys_of_names_and_ids() -> None:
    assert id_key("0" * 31 + "1") == Key(0, 1)
    assert id_key("f" * 32) == Key(TOP, TOP)
    assert name_key("a.example") == name_key("a.example") != name_key("b.example")
