"""Put facts of a run into sentences that several forms share."""

from typing import Final

from yurai_manifests.facts.record import Facts, Share
from yurai_manifests.words import plural

EU: Final = frozenset(
    ("bg", "hr", "cs", "da", "nl", "en", "et", "fi", "fr", "de", "el", "hu", "ga", "it", "lv", "lt", "mt", "pl", "pt")
) | {"ro", "sk", "sl", "es", "sv"}
"""The official languages of the Union, ISO 639-1."""


def mix(shares: tuple[Share, ...]) -> str:
    """Return shares as `ja 34, en 12`: documents; one without a name is unknown."""
    return ", ".join(f"{share.name or 'unknown'} {share.documents:,}" for share in shares)


def period(facts: Facts) -> str:
    """Return when pages were captured, "" where none has a date."""
    first, last, undated = facts.captured
    if not first:
        return ""
    return f"{first} to {last}" + (f"; {plural(undated, 'document')} without a date" if undated else "")


def size(facts: Facts) -> str:
    """Return how large the corpus is."""
    return (
        f"{plural(facts.documents, 'document')}, {facts.text_bytes:,} bytes of text (UTF-8), "
        f"{plural(facts.tokens, 'token')}"
    )


def crawlers(facts: Facts) -> str:
    """Return who crawled, as archives say it; "" where they say nothing."""
    named = [
        ", ".join(
            f"{what} {said}"
            for what, said in zip(
                ("agent", "operator", "crawl"), (one.user_agent, one.operator, one.part_of), strict=True
            )
            if said
        )
        + f" ({plural(one.files, 'archive')})"
        for one in facts.crawls
        if one.user_agent or one.operator or one.part_of
    ]
    return "; ".join(named)


def treatment(facts: Facts) -> str:
    """Return how crawlers say that they treat robots.txt; "" where they say nothing."""
    return ", ".join(sorted({one.robots for one in facts.crawls if one.robots}))


def steps(facts: Facts) -> str:
    """Return the stages in order, each with what it kept of what it saw."""
    return "; ".join(f"{one.stage}: {one.kept:,} of {one.seen:,} kept" for one in facts.stages)


def personal_data(facts: Facts) -> str:
    """Return what was done about personal data."""
    if not facts.uses("redact"):
        return "no stage looked for personal data"
    found = ", ".join(f"{kind} {count:,}" for kind, count in facts.redacted.items())
    return f"stage redact looked for personal data and found: {found or 'none'} (settings in the recipe of run.json)"


def rights(facts: Facts) -> str:
    """Return what was decided about rights, by which policy."""
    if not any(share.name for share in facts.policies):
        return "no rights policy was applied; marks of licences and opt-outs are in evidence/"
    return f"rights policy {mix(facts.policies)} (documents); verdict on training: {mix(facts.verdicts)} (documents)"
