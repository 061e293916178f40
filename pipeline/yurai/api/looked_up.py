"""Look rows of an open tree up: what all parts of `Tree` that find single rows stand on."""

from typing import TYPE_CHECKING

from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

if TYPE_CHECKING:
    from yurai_manifests.lookup.lookup import Lookup


class LookedUp:
    """A part of `yurai.Tree`: the tree as its run.json was when it was opened."""

    _store: Store
    _run: RunRecord
    _known: "Lookup | None" = None

    def _lookup(self) -> "Lookup":
        """Return what has read no row yet; which indexes the run has is found out once for the tree."""
        from yurai_manifests.lookup.lookup import Lookup

        self._known = self._known or Lookup(self._store, self._run)
        return self._known.again()


def lookup_of(tree: LookedUp) -> "Lookup":
    """Return what finds rows of a tree, and has those at hand that the tree was asked for last."""
    return tree._lookup()  # noqa: SLF001 - no name of what `yurai.open` returns, which is documented whole
