"""Call a function that a package declared, and say where it failed: its file, its line, and the row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from yurai_filters.errors import ContractViolation, RuleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from yurai_filters.declaration import Declaration

Result = TypeVar("Result")


def called(declaration: Declaration, call: Callable[[], Result], alone: Callable[[int], object], count: int) -> Result:
    """Return what `call` returns; `alone` calls the same for one of `count` rows.

    Raises:
        RuleError: the function raised; it names the row on which it does so alone, if there is one.
        ContractViolation, MemoryError: as the function does.
    """
    try:
        return call()
    except (ContractViolation, MemoryError):
        raise
    except Exception as error:
        words = f"raised {type(error).__name__}: {error}" if str(error) else f"raised {type(error).__name__}"
        row = next((number for number in range(count) if _fails(alone, number)), None)
        raise RuleError(f"{words}, at {_place(declaration, error)}", row) from error


def _fails(alone: Callable[[int], object], row: int) -> bool:
    try:
        alone(row)
    except Exception:  # noqa: BLE001 - whatever it is: which row it is of is what is asked
        return True
    return False


def _place(declaration: Declaration, error: Exception) -> str:
    """Return file and line, of the last frame in the folder of the function: the plugin's own, not a library's."""
    code = declaration.function.__code__
    place, folder = (code.co_filename, code.co_firstlineno), str(Path(code.co_filename).parent)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(folder):
            place = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return f"{place[0]}:{place[1]}"
