"""Compile large patterns when they are first used: most commands import them, and few read what a page says."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property


class LatePattern:
    """A pattern of `re` without regard to case, compiled at the first search; its methods are those of `re.Pattern`."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    @cached_property
    def search(self) -> Callable[[str], re.Match[str] | None]:
        """Find the pattern anywhere."""
        return self._compiled.search

    @cached_property
    def finditer(self) -> Callable[[str], Iterator[re.Match[str]]]:
        """Find the pattern everywhere."""
        return self._compiled.finditer

    @cached_property
    def sub(self) -> Callable[[str, str], str]:
        """Replace the pattern everywhere."""
        return self._compiled.sub
