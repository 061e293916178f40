"""Write export `ab2013`: documentation of training data under California's AB 2013 (Civil Code, section 3111(a))."""

from collections.abc import Iterator
from typing import Final

from yurai_manifests.answers import Answers, Question
from yurai_manifests.export import asking_export
from yurai_manifests.facts.gather import facts_of
from yurai_manifests.facts.record import Facts
from yurai_manifests.facts.words import crawlers, mix, period, personal_data, rights, size, steps
from yurai_manifests.form import Field, Form, Section
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

ASKS: Final = tuple(
    Question(*one)
    for one in (
        ("owners", "sources or owners of the datasets"),
        ("purpose", "how the datasets further the intended purpose of the system or service"),
        ("labels", "labels that were used, or general characteristics of data points without labels"),
        ("protected", "whether they hold data under copyright, trademark or patent, or are all in the public domain"),
        ("bought", "whether the datasets were purchased or licensed"),
        ("personal", "whether they hold personal information, section 1798.140(v)"),
        ("aggregate", "whether they hold aggregate consumer information, section 1798.140(b)"),
        ("cleaning_purpose", "the intended purpose of cleaning and processing, in relation to the system or service"),
        ("collection_continues", "whether collection is ongoing"),
        ("first_used", "dates on which the datasets were first used in development"),
        ("synthetic", "whether the system used or continuously uses synthetic data generation, and what for"),
    )
)
_ABOUT: Final = (
    "The twelve items of a high-level summary, for this corpus. What follows a dash was answered by people, the rest "
    "was counted by the run. It is a draft for the developer, and no legal advice."
)


@asking_export("ab2013", media_type="text/markdown", asks=ASKS)
def ab2013(store: Store, run: RunRecord, answers: Answers) -> Iterator[str]:
    """Documentation of training data under California's AB 2013: the twelve items, as Markdown.

    What only people know is taken from `--with FILE`; what nobody said is listed at the end, as a file to fill in.
    """
    facts = facts_of(store, run)
    title = "Training data transparency (California Civil Code section 3111, AB 2013)"
    yield from Form(title, _ABOUT, _items(facts), ASKS, answers, facts).markdown()


def _items(facts: Facts) -> list[Section]:
    items: tuple[tuple[str, tuple[Field, ...]], ...] = (
        ("Sources or owners of the datasets", (_sources(facts), Field("Owners", "", "owners"))),
        ("How the datasets further the intended purpose", (Field("Purpose", "", "purpose"),)),
        ("Number of data points", (Field("Documents", size(facts)),)),
        (
            "Types of data points",
            (
                Field("Content", f"texts of web pages; media types (documents): {mix(facts.media_types)}"),
                Field("Languages (documents)", mix(facts.languages)),
                Field("Labels", "", "labels"),
            ),
        ),
        (
            "Copyright, trademark, patent, public domain",
            (
                Field("Licences, as the policy concludes (documents)", mix(facts.licences)),
                Field("Rights", rights(facts)),
                Field("Statement", "", "protected"),
            ),
        ),
        ("Purchased or licensed", (Field("Statement", "", "bought"),)),
        ("Personal information", (Field("In this run", personal_data(facts)), Field("Statement", "", "personal"))),
        ("Aggregate consumer information", (Field("Statement", "", "aggregate"),)),
        (
            "Cleaning, processing, modification",
            (Field("Steps", steps(facts)), Field("Purpose", "", "cleaning_purpose")),
        ),
        ("Time of collection", (Field("Captured", period(facts)), Field("Ongoing", "", "collection_continues"))),
        ("Dates of first use", (Field("Statement", "", "first_used"),)),
        ("Synthetic data generation", (Field("Statement", "", "synthetic"),)),
    )
    return [Section(f"({number})", title, fields) for number, (title, fields) in enumerate(items, 1)]


def _sources(facts: Facts) -> Field:
    crawled = crawlers(facts)
    return Field(
        "Input", f"{facts.source_files:,} files (export sources)" + (f"; crawled by {crawled}" if crawled else "")
    )
