"""Say which rule of which package is at fault, and on which document: in one line, for whoever runs the recipe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from yurai_filters import ContractViolation, RuleError
from yurai_manifests.errors import ContractError

if TYPE_CHECKING:
    from yurai_filters import Declaration


@contextmanager
def naming(declaration: Declaration, batch: pa.RecordBatch) -> Iterator[None]:
    """Let a fault of a rule over `batch` name the rule, its package and file, and the row.

    Raises:
        ContractError: the rule raised, or returned columns of a wrong length or type: a bug in it.
    """
    try:
        yield
    except ContractViolation as error:
        package = declaration.package
        owner = f"{package.name} {package.version}" if package.version else package.name
        row = error.row if isinstance(error, RuleError) else None
        on = "" if row is None else f", on {_row(batch, row)}"
        raise ContractError(
            f"{declaration.kind} {declaration.name} of {owner}, {declaration.function.__code__.co_filename}: "
            f"{error}{on}; mend it, or leave it out of the recipe, then run again"
        ) from error


def _row(batch: pa.RecordBatch, row: int) -> str:
    value = batch.slice(row, 1).select([name for name in ("doc_id", "url", "source") if name in batch.schema.names])
    named = {name: column[0].as_py() for name, column in zip(value.schema.names, value.columns, strict=True)}
    url = f" ({named['url']})" if named.get("url") else ""
    return f"document {named.get('doc_id') or f'row {row}'}{url} of {named.get('source') or 'no source'}"
