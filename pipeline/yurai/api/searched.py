"""Define what a finished tree answers by the index of its texts: methods of `Tree`."""

from typing import TYPE_CHECKING

from yurai.api.given import RunnerName, Where, place
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

if TYPE_CHECKING:
    from yurai.api.search import Indexed
    from yurai.report.trace import Trace
    from yurai.search import Search
    from yurai.search.forms import Form
    from yurai.search.spans import By


class Searched:
    """A finished tree whose texts may have an index."""

    _store: Store
    _run: RunRecord

    def index(
        self,
        form: "Form" = "stored",
        *,
        output: Where | None = None,
        piece_bytes: int | None = None,
        workers: int | None = None,
        runner: "RunnerName" = "local",
        address: str = "local",
        progress: bool = False,
    ) -> "Indexed":
        """Make the index of the texts that `search` and `trace` read, in OUT/search/ or `output`; resumes, as a run.

        `form` is that of the texts: `stored`, or `nfkc`. A piece holds documents of `piece_bytes` of UTF-8, and its
        task takes 10 to 14 times as much memory where letters are Latin. `workers`, `runner`, `address`: as `build`.

        Raises:
            RecipeError: a package is missing, an argument is wrong, or `output` holds other files.
            DriftError: a takedown of the tree has not ended. LeaseError: another driver makes the index.
            ShardError: storage failed; the same call resumes.
        """
        from yurai.api.search import index
        from yurai.run.index.driver import PIECE_BYTES

        where = None if output is None else place(output, "output")
        size = PIECE_BYTES if piece_bytes is None else piece_bytes
        return index(
            self._store,
            form,
            output=where,
            piece_bytes=size,
            workers=workers,
            runner=runner,
            address=address,
            progress=progress,
        )

    def search(self, form: "Form" = "stored", *, index: Where | None = None) -> "Search":
        """Open the index of the texts: `count`, `find`, `spans` and `following`; `index` is one that lies elsewhere.

        Documents that were taken down since it was made are not found.

        Raises:
            RecipeError: there is no index, or it was made from another run. AuditError: it is damaged.
        """
        from yurai.api.search import opened

        return opened(self._store, self._run, form, index).search

    def trace(
        self,
        text: str,
        *,
        least: int = 12,
        by: "By" = "text",
        form: "Form" = "stored",
        documents: int = 10,
        spans: int = 50,
        index: Where | None = None,
    ) -> "Trace":
        """Find where a text comes from: maximal verbatim spans of `least` letters or more, rarest first.

        Of each of the first `spans` spans, `documents` documents are told of: URL, capture date, rights, tokens, step
        of training, copies, text around (redacted). `by` "sentence" cuts spans where sentences end.

        Raises:
            RecipeError: there is no index, it was made from another run, the text is too long, or an argument is wrong.
            AuditError, ShardError: the index or the tree is damaged.
        """
        from yurai.api.search import trace
        from yurai.search import Rules

        return trace(self._store, self._run, text, Rules(least, by), form, index, documents, spans)
