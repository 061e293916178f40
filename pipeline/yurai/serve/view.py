"""Say how one request is answered: in which language, and what its tier lets be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from yurai.report.readers import tiers
from yurai.report.readers.cells import spoken
from yurai.report.readers.figures import Cell, Name
from yurai.report.readers.said import TABLES, Language, Said, in_language, say
from yurai.report.readers.tiers import Tier
from yurai.report.safe_text import visible
from yurai_manifests.visible import escaped_lines

if __package__ not in TABLES:
    TABLES.append(str(__package__))  # words.ja.json beside this module: words of the pages
SAYS: Final[dict[Tier, Said]] = {
    "public": say("Tier public: no URL, title, text or file name is shown."),
    "auditor": say(
        "Tier auditor: hosts, names of input files and URLs without their query are shown; no title, no text."
    ),
    "internal": say("Tier internal: URLs, titles and texts are shown as they are stored, not redacted."),
}


@dataclass(frozen=True, slots=True)
class View:
    """Language and tier of an answer. Only `internal` shows what is stored; the others redact what they show."""

    tier: Tier
    language: Language

    def say(self, template: Cell) -> str:
        """Return a sentence, a name or a number in the language of this request."""
        return spoken(template, self.language)

    def words(self, said: Said) -> str:
        """Return a sentence in the language of this request."""
        return in_language(said, self.language)

    def address(self, url: str | None) -> str:
        """Return the URL of a page as this tier may see it."""
        return visible(url or "") if self.tier == "internal" else self.say(tiers.address(url, self.tier))

    def title(self, text: str | None) -> str | None:
        """Return a title; None where there is none, or none may be seen."""
        return visible(text) if text and self.tier == "internal" else None

    def text(self, text: str, most: int) -> str | None:
        """Return the beginning of a text with its lines, or None where none may be seen."""
        return escaped_lines(text[:most]) if self.tier == "internal" else None

    def source(self, name: str, sha256: str) -> str:
        """Return the name of an input file as this tier may see it."""
        return self.say(tiers.source(name, sha256, None, self.tier))

    def licence(self, spdx: str | None) -> str:
        """Return a licence as this tier may see it."""
        return self.say(tiers.licence(spdx, self.tier))

    def reason(self, name: str) -> str:
        """Return why a page ended."""
        return self.say(tiers.reason(name, self.tier))

    def name(self, text: object) -> str:
        """Return a name that a program gave, of a stage or a column."""
        return self.say(Name(visible(str(text))))
