"""Read reservations against use by machines in what markup states in words: `dc.rights`, `copyrightNotice`."""

from collections.abc import Iterator

from yurai.evidence.ai_sentences import reservation
from yurai.evidence.marks import Mark, Place, Scope
from yurai.evidence.statements.sentences import sentences


def reserving(channel: str, words: str, scope: Scope, place: Place, path: str | None = None) -> Iterator[Mark]:
    """Marks of the sentences that reserve the page; they are the page's own words, as those of a footer are."""
    for sentence in sentences(words):
        if (norm := reservation(sentence)) is not None:
            yield Mark("optout_signal", channel, sentence, norm, scope, place, path)
