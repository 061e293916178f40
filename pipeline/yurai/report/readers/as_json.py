"""Draw a report as JSON: figures with ids, values, the query of each, and the digest of their run."""

from __future__ import annotations

import json

from yurai.report.numbers import share
from yurai.report.readers.cells import spoken
from yurai.report.readers.figures import Cell, Figure, Name, Outcome, Query, Report, Share
from yurai.report.readers.queries import PRELUDE
from yurai.report.readers.said import Language, Said, in_language
from yurai_manifests.canonical import Json
from yurai_manifests.visible import escaped_json

DIGITS = 6


def as_json(report: Report, language: Language) -> str:
    """Return the report as JSON; unknown is null, a share has part, whole and, where it is an estimate, interval."""
    value = {
        "report": report.reader,
        "title": in_language(report.title, language),
        "language": language,
        "recipe": report.name,
        "tier": report.tier,
        "digest": report.digest,
        "run_sha256": report.run_sha256,
        "schema_version": report.schema_version,
        "adds_up": report.verdict[0],
        "summary": [
            {"label": in_language(one.label, language), "value": _cell(one.value, language), "query": one.query.id}
            for one in report.tiles
        ],
        "sections": [
            {
                "id": section.id,
                "title": in_language(section.title, language),
                "lead": in_language(section.lead, language),
                "says": [in_language(said, language) for said in section.says],
                "figures": [_figure(figure, report, language) for figure in section.figures],
            }
            for section in report.sections
        ],
        "views": PRELUDE,
        "queries": [_query(one) for one in report.queries],
    }
    return escaped_json(json.dumps(value, ensure_ascii=False, indent=1)) + "\n"


def _query(query: Query) -> dict[str, Json]:
    made: dict[str, Json] = {"sql": query.sql} if query.sql else {"command": query.command}
    return {"id": query.id, **made, "named": query.named}


def _figure(figure: Figure, report: Report, language: Language) -> dict[str, Json]:
    return {
        "id": figure.id,
        "title": in_language(figure.title, language),
        "columns": [in_language(head, language) for head in figure.heads],
        "rows": [[_cell(cell, language) for cell in row] for row in figure.rows],
        "rows_left_out": figure.rest,
        "note": in_language(figure.note, language) if figure.note else None,
        "query": figure.query.id,
        "digest": report.digest,
    }


def _cell(cell: Cell, language: Language) -> Json:
    if isinstance(cell, Share):
        value: dict[str, Json] = {"part": cell.part, "whole": cell.whole}
        value["share"] = round(share(cell.part, cell.whole), DIGITS) if cell.whole else None
        if cell.interval:
            value["interval"] = [round(bound, DIGITS) for bound in cell.interval]
        return value
    if isinstance(cell, Outcome | Name):
        return str(cell)
    return spoken(cell, language) if isinstance(cell, Said) else cell
