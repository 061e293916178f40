"""Write exports `eu-summary` and `eu-summary-json`: the public summary of training content of Art. 53(1)(d) AI Act.

Sections and fields follow the template of the AI Office, C(2025) 5235 of 24 July 2025, as filled-in copies of it show
them. The domain list of section 2.3 is made by two sizes, since the template does not say which one it means.
"""

from collections.abc import Iterator
from typing import Final

from yurai_manifests.answers import Answers, Question
from yurai_manifests.export import asking_export
from yurai_manifests.facts.domains import Domains
from yurai_manifests.facts.gather import facts_and_domains
from yurai_manifests.facts.record import Facts
from yurai_manifests.facts.words import EU, crawlers, mix, period, personal_data, rights, size, steps, treatment
from yurai_manifests.form import Field, Form, Section, listed
from yurai_manifests.json_text import json_lines
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

ASKS: Final = tuple(
    Question(*one)
    for one in (
        ("summary_version", "version of this summary"),
        ("previous_versions", "links to earlier versions of it, or none"),
        ("last_update", "date of its last update"),
        ("provider", "name and contact of the provider"),
        ("representative", "name and contact of the authorised representative, or none"),
        ("models", "names of the models, with versions, that were trained on it"),
        ("model_dependencies", "models that they were made from, with links to their summaries, or none"),
        ("market_date", "date on which each was placed on the Union market"),
        ("other_modalities", "images, audio, video or other content beside this corpus, with its range, or none"),
        ("content_types", "types of content: news, blogs, forums, public documents ..."),
        ("collection_continues", "whether collection goes on after the latest date"),
        ("other_characteristics", "regional, demographic or other characteristics"),
        ("public_datasets", "large public datasets: modality, name, link, version, which part of it"),
        ("other_public_datasets", "what the other public datasets are, or none"),
        ("licensed", "whether data was licensed from rightsholders, and of which modality"),
        ("private", "private datasets of third parties, or none"),
        ("crawled_by_provider", "whether the provider or somebody on its behalf crawled"),
        ("crawler_names", "names of the crawlers, or none"),
        ("crawler_purposes", "purposes of each crawler"),
        ("crawler_behaviour", "how each behaves at captchas, passwords, paywalls, and other protocols than robots.txt"),
        ("crawled_content", "content, geography and demographics of what was crawled"),
        ("small_company", "whether the provider is a small or medium company"),
        ("user_data", "data of users: of the model, and of other services, or none"),
        ("synthetic", "whether synthetic data was made for training, by which models"),
        ("other_sources", "other sources, or none"),
        ("code_signatory", "whether the provider has signed the Code of Practice, chapter Copyright"),
        ("copyright_measures", "measures for reservations of rights, before, during and after collection"),
        ("illegal_content", "measures against illegal content"),
        ("other_information", "other information on data processing, or none"),
    )
)
_BILLION: Final = 1_000_000_000
_ABOUT: Final = (
    "Drawn from the manifest of a run and from what people answered. What follows a dash was answered, the rest was "
    "counted. Nothing is guessed: what nobody answered is listed at the end. It is a draft for the provider, and no "
    "legal advice."
)


@asking_export("eu-summary", media_type="text/markdown", asks=ASKS)
def eu_summary(store: Store, run: RunRecord, answers: Answers) -> Iterator[str]:
    """Public summary of training content, Art. 53(1)(d) AI Act: all fields of the template, as Markdown.

    What only people know is taken from `--with FILE`; what nobody said is listed at the end, as a file to fill in. The
    top 10 % of domains are named by bytes of kept text and of pages; `eu-domains` is the whole list.
    """
    with facts_and_domains(store, run) as (facts, domains):
        yield from _form(facts, domains, answers).markdown()


@asking_export("eu-summary-json", media_type="application/json", asks=ASKS)
def eu_summary_json(store: Store, run: RunRecord, answers: Answers) -> Iterator[str]:
    """The public summary of `eu-summary` as JSON: each field with what the manifest says and what was answered."""
    with facts_and_domains(store, run) as (facts, domains):
        yield from json_lines(_form(facts, domains, answers).json())


def _form(facts: Facts, domains: Domains, answers: Answers) -> Form:
    title = "Public summary of training content (Art. 53(1)(d), Regulation (EU) 2024/1689)"
    sections = (*_general(facts), *_sources(facts, domains), *_processing(facts))
    return Form(title, _ABOUT, sections, ASKS, answers, facts)


def _general(facts: Facts) -> Iterator[Section]:
    yield Section(
        "0",
        "Summary",
        (
            Field("Version of the summary", "", "summary_version"),
            Field("Links to previous versions", "", "previous_versions"),
            Field("Last update", "", "last_update"),
            Field("Corpus", f"{facts.name}, content digest {facts.digest}"),
        ),
    )
    yield Section(
        "1.1",
        "Provider",
        (
            Field("Provider name and contact", "", "provider"),
            Field("Authorised representative", "", "representative"),
        ),
    )
    yield Section(
        "1.2",
        "Model",
        (
            Field("Versioned model names", "", "models"),
            Field("Model dependencies", "", "model_dependencies"),
            Field("Date of placement on the Union market", "", "market_date"),
        ),
    )
    yield Section("1.3", "Modalities, overall size and other characteristics", tuple(_characteristics(facts)))


def _characteristics(facts: Facts) -> Iterator[Field]:
    named = sorted({share.name for share in facts.languages} & EU)
    yield Field("Modalities in this corpus", "text alone")
    yield Field("Size of text", f"{_range(facts.tokens)}: {size(facts)}")
    yield Field("Other modalities", "", "other_modalities")
    yield Field("Types of content", f"by media type (documents): {mix(facts.media_types)}", "content_types")
    yield Field("Latest date of collection", _month(facts.captured.last))
    yield Field("Collection continues after it", "", "collection_continues")
    yield Field(
        "Languages", f"by language (documents): {mix(facts.languages)}; official in the Union: {listed(named, 'none')}"
    )
    yield Field("Other characteristics", "", "other_characteristics")
    yield Field("Tokenizer", _tokenizer(facts))


def _sources(facts: Facts, domains: Domains) -> Iterator[Section]:
    tables = [
        " ".join(str(table[key]) for key in ("name", "licence", "terms_url") if table.get(key))
        for table in facts.tables
    ]
    yield Section(
        "2.1",
        "Publicly available datasets",
        (
            Field(
                "Input files",
                f"{facts.source_files:,} files, digest {facts.source_digest or 'unknown'}; "
                "export sources names each with its sha256",
            ),
            Field("Sources that the recipe names", listed([one for one in tables if one], "none")),
            Field("Large public datasets", "", "public_datasets"),
            Field("Other public datasets", "", "other_public_datasets"),
        ),
    )
    yield Section(
        "2.2",
        "Private datasets of third parties",
        (Field("Licensed by rightsholders", "", "licensed"), Field("Other private datasets", "", "private")),
    )
    yield Section("2.3", "Data crawled and scraped from online sources", tuple(_crawled(facts, domains)))
    yield Section("2.4", "User data", (Field("User data", "", "user_data"),))
    yield Section("2.5", "Synthetic data", (Field("Synthetic data", "", "synthetic"),))
    yield Section("2.6", "Other sources", (Field("Other sources", "", "other_sources"),))


def _crawled(facts: Facts, domains: Domains) -> Iterator[Field]:
    yield Field("Crawled by the provider or on its behalf", "", "crawled_by_provider")
    yield Field("Crawlers, as the archives name them", crawlers(facts), "crawler_names")
    yield Field("Purposes", "", "crawler_purposes")
    yield Field("Treatment of robots.txt, as the archives say", treatment(facts) or "they say nothing of it")
    yield Field("Behaviour", "", "crawler_behaviour")
    yield Field("Period of collection", period(facts) or "no document has a date")
    yield Field("Content, geography, demographics", f"languages (documents): {mix(facts.languages)}", "crawled_content")
    yield Field("Modality", "text")
    yield Field(
        "Domains",
        f"{domains.count:,} registrable domains; ranked in export eu-domains, sha256 {domains.csv_sha256()}",
    )
    by_text = (one.name for one in domains.ranked("rank_text", domains.top))
    by_payload = (one.name for one in domains.ranked("rank_payload", domains.top))
    yield Field(f"Top 10 % by bytes of kept text ({domains.top:,})", more=by_text)
    yield Field(f"Top 10 % by bytes of pages ({domains.top:,})", more=by_payload)
    yield Field(
        "Small or medium company", f"then the first {domains.small_top:,} of each list are enough", "small_company"
    )


def _processing(facts: Facts) -> Iterator[Section]:
    yield Section(
        "3.1",
        "Respect of reservation of rights",
        (
            Field("Signatory of the Code of Practice", "", "code_signatory"),
            Field("Measures in this run", rights(facts)),
            Field("Licences, as the policy concludes (documents)", mix(facts.licences)),
            Field("Other measures", "", "copyright_measures"),
        ),
    )
    yield Section("3.2", "Removal of illegal content", (Field("Measures", "", "illegal_content"),))
    yield Section(
        "3.3",
        "Other information",
        (
            Field("Processing", steps(facts)),
            Field("Personal data", personal_data(facts)),
            Field("Other information", "", "other_information"),
        ),
    )


def _range(tokens: int) -> str:
    """Return the range of the template that a number of tokens is in."""
    if tokens < _BILLION:
        return "less than 1 billion tokens"
    return "1 billion to 10 trillion tokens" if tokens <= 10_000 * _BILLION else "more than 10 trillion tokens"


def _month(date: str) -> str:
    """Return MM/YYYY of an RFC 3339 date, "" for none."""
    return f"{date[5:7]}/{date[:4]}" if date else ""


def _tokenizer(facts: Facts) -> str:
    found = [str(one.get("tokenizer")) for one in facts.recipe if one.get("use") == "tokenize"]
    return found[-1] if found else "none"
