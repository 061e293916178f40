"""Reproduce a sample of a run: from the bytes of its sources to rows and tokens, held against what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from yurai.declare.stage import Kind, restored_use, stage_of
from yurai.reproduce.compare import Difference, differences, explained, token_difference
from yurai.reproduce.places import MissingError, Places
from yurai.reproduce.refetch import ChangedError
from yurai.reproduce.remake import Remaker, chain_of
from yurai.reproduce.report import Reproduced, Result
from yurai.reproduce.stored import Sample, Stored, stored
from yurai.reproduce.versions import changes
from yurai.sources.rows import SourceTable
from yurai.stages.tokenize.settings import Tokenize
from yurai.tokens import Tokenizer, load_tokenizer
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import load_run

if TYPE_CHECKING:
    from yurai.engine.use import AnyUse
    from yurai.reproduce.versions import Change
    from yurai_manifests.store import Store


def reproduce(store: Store, sample: Sample, places: Places, *, tokenizer: str | None = None) -> Reproduced:
    """Fetch the ranges of sampled candidates again, make them anew, and compare them with what `store` holds.

    `tokenizer` is where the tokenizer's file lies now, if not where the recipe says.

    Raises:
        RecipeError: not an output, one of stages that are not here, or one without such rows.
    """
    run = load_run(store)
    uses = [restored_use(value) for value in run.recipe_stages]
    chain = chain_of(uses, [SourceTable.of(value) for value in run.source_tables])
    found = changes(store, run, uses)
    tokens = _Tokens(next((use for use in uses if stage_of(use).kind is Kind.TOKENIZE), None), tokenizer)
    drawn = stored(store, run, sample)
    with TemporaryDirectory(prefix="yurai-") as spool, closing(Remaker(chain, places, Path(spool))) as remaker:
        results = {one.doc_id: _result(one, remaker, tokens, found) for one in sorted(drawn, key=_place)}
    return Reproduced(tuple(results[one.doc_id] for one in drawn), tuple(found))


def _place(one: Stored) -> tuple[str, int]:
    """Order by where the bytes lie, so that a unit of many records is fetched once."""
    return str(one.row["source"]), int(str(one.row["warc_offset"]))


def _result(one: Stored, remaker: Remaker, tokens: _Tokens, changed: list[Change]) -> Result:
    row = one.row
    passed: tuple[str, ...] = ()
    url = None if row["url"] is None else str(row["url"])
    place = (one.doc_id, url, str(row["source"]), int(str(row["warc_offset"])), int(str(row["warc_length"])))
    try:
        try:
            made = remaker(row)
            passed = tuple(made.passed)
            found = list(differences(one, made))
        except ChangedError as error:
            found = [Difference("bytes", "record", "one", str(error))]
        found += tokens.differences(one)
    except (MissingError, RecipeError) as error:
        return Result(*place, "cannot", why=str(error), passed=passed)
    count = None if one.tokens is None else len(one.tokens)
    told = tuple(explained(found, changed, tokens.stage))
    return Result(*place, "differs" if told else "equal", told, passed=passed, tokens=count)


class _Tokens:
    """Tokenizes stored texts with the tokenizer of a run, as far as it has one."""

    def __init__(self, use: AnyUse | None, place: str | None) -> None:
        self._settings = use.settings if use and isinstance(use.settings, Tokenize) else None
        self.stage = use.name if use else None
        self._place = place
        self._tokenizer: Tokenizer | None = None

    def differences(self, one: Stored) -> Iterator[Difference]:
        """Yield a difference where the stored ids are not those of the stored text.

        Raises:
            RecipeError: the tokenizer is not there.
        """
        if self._settings is None or one.document is None:
            return
        if one.tokens is None:
            yield Difference("tokens", "tokens", "none", "a document that stays has some")
            return
        (made,) = self._loaded(self._settings).encode_batch([str(one.document["text"])])
        yield from token_difference(one.tokens, made)

    def _loaded(self, settings: Tokenize) -> Tokenizer:
        """Return the tokenizer, whatever its digest: another one is what is looked for."""
        if self._tokenizer is None:
            place = self._place or settings.tokenizer
            self._tokenizer = load_tokenizer(place, eod=settings.eod or None, allow=settings.allow_tokens)
        return self._tokenizer
