"""Open delivered files as one Arrow dataset: lazily, in their order, wherever the tree lives."""

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.remote import RemoteStore
from yurai_manifests.run import RunRecord
from yurai_manifests.store import LocalStore, Store


def dataset_of(store: Store, run: RunRecord, folder: str) -> ds.Dataset:
    """Return the Parquet files of a delivered folder as a dataset; the footer of the first one gives the columns.

    Raises:
        RecipeError: the run delivered no such folder.
        ShardError: that file is missing or damaged.
    """
    names = [file.name for file in run.files(folder) if file.name.endswith(".parquet")]
    if not names:
        there = ", ".join(sorted(run.value["files"]))
        raise RecipeError(f"{store.url} has no rows in {folder}/ (there are: {there})")
    files, shape = _files(store), ds.ParquetFileFormat()
    try:
        schema = shape.inspect(names[0], files)
    except (OSError, pa.ArrowException) as error:
        raise ShardError(
            f"cannot read {store.url}/{names[0]}: {error}; `yurai audit` says what is wrong with the tree"
        ) from error
    return ds.FileSystemDataset.from_paths(names, schema=schema, format=shape, filesystem=files)


def _files(store: Store) -> fs.FileSystem:
    """Return the tree as a file system of Arrow, whose paths are the keys of the store."""
    if isinstance(store, RemoteStore):
        return fs.SubTreeFileSystem(store.root, fs.PyFileSystem(fs.FSSpecHandler(store.fs)))  # type: ignore[abstract] # the stubs give it no methods
    if isinstance(store, LocalStore):
        return fs.SubTreeFileSystem(str(store.root), fs.LocalFileSystem())
    raise RecipeError(f"{store.url} is in no file system that Arrow opens")
