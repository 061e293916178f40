"""Make a report of a finished tree for one reader, and draw it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final, Literal, TypeAlias

from yurai.report.pii_audit import Marked
from yurai.report.readers import auditor, engineer, lawyer
from yurai.report.readers.as_html import as_html
from yurai.report.readers.as_json import as_json
from yurai.report.readers.as_md import as_md
from yurai.report.readers.figures import Name, Reader, Report, Section, Tile
from yurai.report.readers.said import LANGUAGES, Language, Said, say
from yurai.report.readers.tiers import WORDS, Tier
from yurai.report.readers.tree import Asked, Delivered, asked
from yurai.report.safe_text import visible
from yurai_manifests.audit import Audit
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

Form: TypeAlias = Literal["html", "md", "json"]
FORMS: Final[dict[Form, Callable[[Report, Language], str]]] = {"html": as_html, "md": as_md, "json": as_json}
READERS: Final[
    dict[Reader, tuple[Said, Said, Callable[[Asked], Iterator[Tile]], Callable[[Asked], Iterator[Section]]]]
] = {
    "lawyer": (
        say("Report for a lawyer"),
        say("Which licences and reservations the documents of this corpus carry, and what policies say of them."),
        lawyer.tiles,
        lawyer.sections,
    ),
    "auditor": (
        say("Report for an auditor"),
        say("Which controls this corpus passes, what shows it, and how it came to be."),
        auditor.tiles,
        auditor.sections,
    ),
    "engineer": (
        say("Report for an engineer"),
        say("Where documents, bytes and tokens were lost, what it cost, and how each number is made again."),
        engineer.tiles,
        engineer.sections,
    ),
}
"""What each reader gets: title, a sentence about it, what stands first, and sections."""


def make(
    store: Store,
    audit: Audit,
    delivered: Delivered,
    reader: Reader,
    tier: Tier,
    *,
    marked: Marked | None = None,
    earlier: RunRecord | None = None,
) -> Report:
    """Return the report of the tree at `store`; `delivered` opens the rows of a folder of it.

    `marked`: finds of personal data that people judged. `earlier`: a run to compare with.

    Raises:
        ShardError: a delivered file is missing or damaged.
        AuditError: run.json or a manifest of a step is.
    """
    title, about, tiles, sections = READERS[reader]
    with asked(store, audit, delivered, tier, marked, earlier) as tree:
        words = say("The corpus adds up") if audit.ok else say("The corpus does not add up: it must not be published")
        return Report(
            reader,
            title,
            about,
            Name(visible(str(tree.run.value["recipe"]["name"]))),
            tier,
            WORDS[tier],
            visible(tree.run.digest),
            tree.run_sha256,
            visible(str(tree.run.value["schema_version"])),
            (audit.ok, words),
            list(tiles(tree)),
            list(sections(tree)),
        )


def refuse_unknown(reader: str, form: str, tier: str, language: str) -> None:
    """Raise RecipeError for a word that names no reader, form, tier or language."""
    for what, word, there in (("reader", reader, READERS), ("form", form, FORMS), ("tier", tier, WORDS)):
        refuse_other(what, word, there)
    refuse_other("language", language, LANGUAGES)


def refuse_other(what: str, word: str, there: Collection[str]) -> None:
    """Raise RecipeError unless `word` is one of `there`."""
    if word not in there:
        raise RecipeError(f"report takes a {what} of {', '.join(there)}, not {word!r}")


def drawn(report: Report, form: Form, language: Language) -> str:
    """Return a report as text; it ends with a line end."""
    return FORMS[form](report, language)
