"""Remember the words that were typed, for runs that note the call that resumes them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

CALL_VARIABLE: Final = "YURAI_CALL"
"""Folder and words of the call, as a shell quotes them, of a job: who submitted it typed other words, elsewhere."""
_TYPED: ContextVar[tuple[str, ...]] = ContextVar("_TYPED", default=())


@contextmanager
def typed(words: Sequence[str]) -> Iterator[None]:
    """Have runs inside the context note these words as the call that resumes them."""
    token = _TYPED.set(tuple(words))
    try:
        yield
    finally:
        _TYPED.reset(token)


def typed_call() -> tuple[str, tuple[str, ...]]:
    """Return the folder and the words of the call; no words where a program calls."""
    given = os.environ.get(CALL_VARIABLE)
    if given is None:
        return os.getcwd(), _TYPED.get()  # noqa: PTH109 - pathlib is no part of the help of a command
    import shlex  # noqa: PLC0415 - of use in a job alone

    folder, *words = shlex.split(given)
    return folder, tuple(words)
