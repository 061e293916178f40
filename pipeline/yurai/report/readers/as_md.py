"""Draw a report as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from yurai.report.readers.cells import spoken
from yurai.report.readers.figures import Figure, Report
from yurai.report.readers.phrases import PHRASES, asked_of
from yurai.report.readers.queries import PRELUDE
from yurai.report.readers.said import Language, Said, in_language, say
from yurai_manifests.markdown import code_block, table, text


def as_md(report: Report, language: Language) -> str:
    """Return the report as Markdown of GitHub."""
    return "\n".join(_lines(report, language)).rstrip() + "\n"


def _lines(report: Report, language: Language) -> Iterator[str]:
    def say_it(said: Said) -> str:
        return _text(said, language)

    yield f"# {say_it(report.title)}: {text(report.name)}\n"
    yield f"{say_it(report.about)}\n\n{say_it(report.tier_says)} {say_it(report.verdict[1])}.\n"
    yield f"{say_it(PHRASES['digest'])}: `{report.digest}`\n\nrun.json: `sha256:{report.run_sha256}`\n"
    yield table(
        ("", say_it(PHRASES["value"])),
        *((say_it(one.label), text(spoken(one.value, language))) for one in report.tiles),
    )
    for section in report.sections:
        yield f"## {say_it(section.title)}\n\n{say_it(section.lead)}\n"
        if section.says:
            yield "".join(f"- {say_it(said)}\n" for said in section.says)
        for figure in section.figures:
            yield _figure(figure, report, language)
    yield f"## {say_it(PHRASES['queries'])}\n\n{say_it(PHRASES['queries lead'])}\n"
    yield code_block(PRELUDE)
    for query in report.queries:
        yield f"### {query.id}\n\n{code_block(query.text)}"


def _text(said: Said, language: Language) -> str:
    """Return a sentence; what stands between backticks is code, but where a word of others may hold one."""
    words = text(in_language(said, language))
    return words if said.values else words.replace("\\`", "`")


def _figure(figure: Figure, report: Report, language: Language) -> str:
    parts = [f"### {_text(figure.title, language)}\n"]
    if figure.rows:
        heads = tuple(text(in_language(head, language)) for head in figure.heads)
        parts.append(table(heads, *(tuple(text(spoken(cell, language)) for cell in row) for row in figure.rows)))
    else:
        parts.append(f"{text(in_language(PHRASES['none'], language))}\n")
    if figure.rest:
        parts.append(f"{text(in_language(say('and {count} more', count=figure.rest), language))}\n")
    if figure.note:
        parts.append(f"{_text(figure.note, language)}\n")
    return "\n".join([*parts, f"{text(in_language(asked_of(figure, report), language))}\n"])
