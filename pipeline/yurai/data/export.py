"""Write an order out, its samples one behind the other: as a Megatron pair with its indexes, or as Parquet.

Shards hold each document once, an order names pieces of many shards, and Megatron-core reads one pair of files in an
order of its own, or a blend of pairs drawn by weights. Neither says an order over several shards. So samples are
written again, each as one sequence, and what is read is sequential.
"""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import count, islice
from pathlib import Path
from typing import Final, Literal, cast

import numpy as np
import pyarrow as pa

from yurai.api.given import Where, place
from yurai.api.places import checked_output
from yurai.data.opening import Opened, opened
from yurai.data.reader import Reader
from yurai.tokens import BinWriter, TokenArray, index_bytes
from yurai.tokens.base import Lengths
from yurai.tokens.order.samples import Part
from yurai_manifests.canonical import Json, canonical, sha256_file
from yurai_manifests.errors import RecipeError
from yurai_manifests.files import refuse_others, spooled
from yurai_manifests.parquet import ROW_GROUP, ParquetSink
from yurai_manifests.run import Delivered
from yurai_manifests.store import Store, open_store

OrderForm = Literal["megatron", "parquet"]
MANIFEST: Final = "order.json"
PAIR: Final = "samples"
INDEXES: Final = ("document_index", "sample_index", "shuffle_index")
"""What GPTDataset of Megatron-core builds, by the names of its cache files."""
FILE_TOKENS: Final = 1 << 28
"""Tokens after which a new Parquet file begins."""
_AT_ONCE: Final = 1 << 20
SAMPLES: Final = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        pa.field("step", pa.int64()),
        pa.field("input_ids", pa.list_(pa.int32()), nullable=False),
        pa.field("doc_ids", pa.list_(pa.string()), nullable=False),
        pa.field("token_counts", pa.list_(pa.int32()), nullable=False),
    ]
)
"""A sample: its ids without padding, and the documents that it is made of with the tokens of each, in their order."""


def export_order(out: Where, output: Where, form: OrderForm, order: Where = "main") -> Iterator[Delivered]:
    """Write the samples of an order into the folder `output`, and yield each file when it is written.

    megatron: `samples.bin`, `samples.idx`, one sequence a sample, and the arrays `document_index.npy`,
    `sample_index.npy` and `shuffle_index.npy` that let GPTDataset read sequence i as sample i. parquet: `NNNNN.parquet`
    with the columns of SAMPLES. `order.json` is written last: the run, the order, sha256 of each file, and what was
    taken down since the order was made, whose tokens are end-of-document ids here. The same order gives the same bytes.

    Raises:
        RecipeError: no such order, another form, or the folder holds other files. AuditError, ShardError: a file of the
        tree is missing or was changed.
    """
    if form not in ("megatron", "parquet"):
        raise RecipeError(f"form {form!r} is none; take megatron or parquet")
    source = opened(out, order)
    folder = open_store(checked_output(place(output, "output"), [source.store.url, source.folder.url]))
    refuse_others(folder, ())
    files, reader = [], Reader(source)
    for file in _megatron(reader, folder) if form == "megatron" else _parquet(reader, folder):
        files.append(file)
        yield file
    folder.put(MANIFEST, canonical(_told(source, form, files) | _taken(reader)))


def _taken(reader: Reader) -> dict[str, Json]:
    """Return the documents whose parts were read as filler, and the tokens of all of them, where there were any."""
    filled = dict(sorted(reader.filled.items()))
    return {"taken_down": {"documents": [*filled], "tokens": sum(filled.values())}} if filled else {}


def _told(source: Opened, form: OrderForm, files: list[Delivered]) -> dict[str, Json]:
    return {
        "form": form,
        "run": source.run.digest,
        "order": source.made.digest,
        "settings": dict(source.made.settings),
        "files": [asdict(file) for file in files],
    }


def _samples(reader: Reader) -> Iterator[tuple[list[Part], TokenArray]]:
    for position in range(len(reader.samples)):
        parts = reader.samples.parts(position)
        yield parts, reader.tokens(parts)


def _moved(path: Path, folder: Store, name: str, rows: int, size: int) -> Delivered:
    file = Delivered(name, sha256_file(path), path.stat().st_size, rows, size)
    folder.put_file(path, name)
    return file


def _megatron(reader: Reader, folder: Store) -> Iterator[Delivered]:
    dtype = reader.shards.dtype()
    with spooled(folder) as path:
        with path.open("wb") as file:
            writer = BinWriter(file, dtype)
            for _, ids in _samples(reader):
                writer.append(ids.astype(dtype))
        lengths = writer.lengths
        yield _moved(path, folder, f"{PAIR}.bin", lengths.size, writer.tokens)
    with spooled(folder) as path:
        path.write_bytes(index_bytes(lengths, dtype))
        yield _moved(path, folder, f"{PAIR}.idx", lengths.size, writer.tokens)
    for name in INDEXES:
        with spooled(folder) as path:
            _put_index(path, name, lengths)
            yield _moved(path, folder, f"{name}.npy", lengths.size, writer.tokens)


def _put_index(path: Path, name: str, lengths: Lengths) -> None:
    """Write an index of GPTDataset: sample i is sequence i from its first id to before sequence i + 1.

    Row i of the sample index is (place in the document index, offset) of the first id of sample i. The last row ends
    the last sample, in its own sequence: there is none behind it.
    """
    size = lengths.size
    shape = {"sample_index": (size + 1, 2)}.get(name, (size,))
    kind = {"shuffle_index": np.uint32}.get(name, np.int32)
    with path.open("wb") as file:
        header = {"descr": np.lib.format.dtype_to_descr(np.dtype(kind)), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, size, _AT_ONCE):
            rows = np.arange(start, min(start + _AT_ONCE, size))
            if name == "sample_index":
                rows = np.stack([rows, np.zeros_like(rows)], axis=1)
            file.write(rows.astype(kind).tobytes())
        if name == "sample_index":
            end = (size - 1, int(lengths[-1])) if size else (0, 0)
            file.write(np.array(end, kind).tobytes())


def _parquet(reader: Reader, folder: Store) -> Iterator[Delivered]:
    batch = cast("int | None", reader.source.made.settings.get("global_batch"))
    rows = enumerate(_samples(reader))
    for number in count():
        with spooled(folder) as path:
            sink, size = ParquetSink(path, SAMPLES), 0
            while size < FILE_TOKENS and (held := list(islice(rows, ROW_GROUP))):
                sink.write(_table(held, batch, len(reader.samples)))
                size += sum(ids.size for _, (_, ids) in held)
            sink.close()
            if sink.rows or not number:
                yield _moved(path, folder, f"{number:05}.parquet", sink.rows, size)
            if not held:
                return


def _table(held: list[tuple[int, tuple[list[Part], TokenArray]]], batch: int | None, samples: int) -> pa.Table:
    whole = 0 if batch is None else samples // batch * batch
    bounds = np.cumsum([0, *(ids.size for _, (_, ids) in held)])
    ids = np.concatenate([ids for _, (_, ids) in held]).astype(np.int32)
    columns = [
        pa.array([position for position, _ in held], pa.int64()),
        pa.array([position // batch if batch and position < whole else None for position, _ in held], pa.int64()),
        pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), pa.array(ids, pa.int32())),
        pa.array([[part.doc_id for part in parts] for _, (parts, _) in held], pa.list_(pa.string())),
        pa.array([[part.token_count for part in parts] for _, (parts, _) in held], pa.list_(pa.int32())),
    ]
    return pa.Table.from_arrays(columns, schema=SAMPLES)
