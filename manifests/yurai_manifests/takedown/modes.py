"""Name what may become of the tokens of others, apart from all that a takedown needs: a command line shows it."""

from typing import Final, Literal, TypeAlias

Mode: TypeAlias = Literal["compact", "stable-offset"]
"""What becomes of the tokens of other documents: they move up in their shard, or stay where they are."""
STABLE: Final[Mode] = "stable-offset"
