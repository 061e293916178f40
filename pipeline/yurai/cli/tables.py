"""Print what commands show to people, as tables that fit a terminal."""

import re
from collections.abc import Mapping
from typing import Any

from yurai.cli.table_shapes import bytes_of, fitted, new_table
from yurai.report.inquiry.typed import typed
from yurai.report.profile import Part
from yurai.report.safe_text import shown
from yurai.report.training.steps import Steps
from yurai.run.publish import PAGE
from yurai.sources.rows import row_kind
from yurai.terminal import put_table, say
from yurai_manifests.audit import Audit
from yurai_manifests.names import ranked
from yurai_manifests.words import noun, plural

_SHOWN_SECONDS = 0.005
_DOC_ID = re.compile(r"[0-9a-f]{32}")
LABEL = " " * 10
SEVERITIES = {"error": "bold red", "warning": "yellow", "info": "dim"}


def summary(result: Audit, out: str, *, report: bool = False) -> None:
    """Print the end of a run: what was kept and dropped, and what to look at next."""
    totals = result.totals
    outcomes = " + ".join(f"{totals[name]:,} {name}" for name in ("kept", "dropped", "failed"))
    say(f"{plural(totals['candidates'], 'candidate')} = {outcomes}")
    say(f"{plural(totals['tokens'], 'token')} in {plural(totals['shards'], 'shard')}")
    say(f"digest {result.digest}")
    explain = f"    yurai explain {out} --token 00000:0" if totals["shards"] else ""
    if report:
        say(f"report {out.rstrip('/')}/{PAGE}")
    say(f"next:  yurai audit {out}{explain}")


def profile(parts: list[Part]) -> None:
    """Print the CPU seconds of each part of each step, and its share of all; parts without a hundredth are left out."""
    whole = sum(one.seconds for one in parts) or 1.0
    table = new_table("step", "part", "CPU s", "share", title=f"{whole:.1f} CPU seconds of tasks, by part")
    step = ""
    for one in parts:
        if one.seconds >= _SHOWN_SECONDS:
            table.row(
                one.step if one.step != step else "", one.name, f"{one.seconds:.2f}", f"{one.seconds / whole:.1%}"
            )
            step = one.step
    put_table(table)


def audit(result: Audit, out: str) -> None:
    """Print an audit: totals, reasons, findings."""
    totals = result.totals
    lost = sum(gap["bytes"] for gap in totals["unreadable"])
    first, *more = fitted(f"{out}  digest {result.digest}", "  ")
    say((out, "bold"), first.removeprefix(out))
    for line in more:
        say(line)
    rows = new_table("rows", "outcome")
    rows.row(f"{totals['candidates']:,}", noun(totals["candidates"], "candidate"))
    for name in ("kept", "dropped", "failed"):
        rows.row(f"{totals[name]:,}", name)
    rows.row(f"{totals['tokens']:,}", f"{noun(totals['tokens'], 'token')} in {plural(totals['shards'], 'shard')}")
    others = ", ".join(f"{kind} {count:,}" for kind, count in totals["other_records"].items()) or "none"
    rows.row(f"{sum(totals['other_records'].values()):,}", f"other records: {others}")
    gaps = len(totals["unreadable"])
    rows.row(f"{gaps:,}", f"unreadable {noun(gaps, 'range')}, {bytes_of(lost)}")
    put_table(rows)
    gone = new_table("rows", "outcome", "stage", "reason")
    for outcome, by_stage in (("dropped", result.dropped_by), ("failed", result.failed_by), ("noted", result.notes)):
        for stage, counts in by_stage.items():
            for reason, count in ranked(counts):
                gone.row(f"{count:,}", outcome, stage, reason)
    put_table(gone)
    for finding in result.findings:
        sentence = f" {finding.check}: {finding.where}: {finding.message}. {finding.do}"
        first, *more = fitted(f"{finding.severity}{sentence}", "  ")
        say((finding.severity, SEVERITIES[finding.severity]), first.removeprefix(finding.severity))
        for line in more:
            say(line)
    for line in fitted(result.outside):
        say((line, "dim"))
    verdict = "adds up" if result.ok else "DOES NOT ADD UP: do not publish"
    say((verdict, "bold"))


def lives(pages: list[dict[str, Any]]) -> None:
    """Print the lives of pages."""
    for life in pages:
        for line in _life(life):
            for part in fitted(line, LABEL):
                say(part)


def _life(life: dict[str, Any]) -> list[str]:
    """Return the lines that tell a life."""
    lines = []
    if token := life.get("token"):
        lines.append(
            f"token {token['number']:,} of {token['shard']} is token {token['in_document']:,} of this document"
        )
    lines += [
        f"{life['outcome']:<10}{life['url'] or '(no URL)'}",
        f"{'title':<10}{shown(life['title'])}" if life.get("title") else "",
        *(_row_origin(life) if life["warc_type"] == "row" else _record_origin(life)),
        f"{'document':<10}{life['doc_id']}",
    ]
    if tokens := life.get("tokens"):
        last = tokens["start"] + tokens["count"] - 1
        lines.append(f"{'tokens':<10}{tokens['shard']} {tokens['start']:,} to {last:,}")
    lines += [f"{'training':<10}{typed(Steps, one).said}" for one in life.get("training", ())]
    if life["outcome"] != "kept":
        lines.append(
            f"{'why':<10}{life['stage']}: {life['reason']}" + (f", {_instead(life)}" if life["detail"] else "")
        )
        if life["kept_doc_id"]:
            lines.append(f"{'':<10}{_copy_of(life)}")
        if life["gate_by"]:
            lines.append(f"{'':<10}{_gate(life)}")
    lines += [f"{'' if index else 'rights':<10}{_said(mark)}" for index, mark in enumerate(life["rights"])]
    lines += _verdict(life["verdict"]) if life["verdict"] else []
    lines += [
        f"{'decisions':<10}{_decision(entry, life)}" if not index else f"{'':<10}{_decision(entry, life)}"
        for index, entry in enumerate(life["decisions"])
    ]
    return [line for line in lines if line]


def _instead(life: Mapping[str, object]) -> str:
    """Say which document was kept instead, or else what the reason refers to: the signals behind a verdict."""
    detail = str(life["detail"])
    if life["kept_url"] or _DOC_ID.fullmatch(detail):
        return f"kept instead: {life['kept_url'] or detail}"
    return detail


def _verdict(verdict: dict[str, Any]) -> list[str]:
    """Say what the policy concluded for each use, and by which signals."""
    uses = {"train": "train_verdict", "display": "search_verdict", "redistribute": "redistribute_verdict"}
    said = ", ".join(f"{use} {verdict[column]}" for use, column in uses.items())
    lines = [f"{'verdict':<10}{said}", f"{'':<10}licence {verdict['concluded_spdx']}, by {verdict['policy_id']}"]
    credit = verdict["attribution"] or {}
    named = ", ".join(shown(credit[part]) for part in ("name", "title", "url") if credit.get(part))
    return [*lines, *(f"{'':<10}{reason}" for reason in verdict["verdict_reasons"] or ()), *_labelled("credit", named)]


def _labelled(label: str, text: str) -> list[str]:
    return [f"{label:<10}{text}"] if text else []


def _gate(life: dict[str, Any]) -> str:
    """Say by which measure the gate stopped a page, and what it asks for."""
    measure = {
        "scripts": "share of letters in the scripts of",
        "markup": "score, by windows of its markup, of",
        "tree": "score, by windows of its readable text, of",
    }[life["gate_by"]]
    return f"{measure} the languages kept: {life['gate_score']:.4f}, below {life['gate_limit']:g}"


def _copy_of(life: dict[str, Any]) -> str:
    """Say where the document that was kept instead lies, and how similar the two are."""
    alike = f", similarity {life['jaccard']:.4f} ({life['jaccard_by']})" if life["jaccard_by"] else ""
    lost = _lost(life["absent_run"], life["absent"]) if life["absent_run"] is not None and life["jaccard"] < 1 else ""
    return f"{life['kept_doc_id']} of {life['kept_path']}{alike}{lost}"


def _lost(run: int, absent: int) -> str:
    return f", absent there: {absent:,} words or characters, {run:,} in a row" if absent else ", nothing absent there"


def _record_origin(life: dict[str, Any]) -> list[str]:
    return [
        f"{'captured':<10}{life['capture_date']}   HTTP {life['http_status']}   {life['mime']}",
        f"{'from':<10}{life['source']} at byte {life['warc_offset']:,}, {life['warc_length']:,} bytes",
        f"{'':<10}file sha256 {life['source_sha256'] or 'not known: ranges of it were read'}",
        f"{'':<10}payload sha256 {life['payload_sha256']}, declared digest {_digest(life)}",
    ]


def _row_origin(life: dict[str, Any]) -> list[str]:
    """Say where a row stands, and what its [[source]] table says of the file."""
    origin = f"row at byte {life['warc_offset']:,} of {life['source']}, {life['warc_length']:,} bytes"
    if row_kind(life["source"]) == "parquet":
        origin = f"row {life['warc_offset']:,} of {life['source']}"
    table = life["source_table"] or {}
    terms = ", ".join(filter(None, (table.get("name"), table.get("licence"), table.get("terms_url"))))
    return [
        f"{'dated':<10}{life['capture_date']}" if life["capture_date"] else "",
        f"{'from':<10}{origin}",
        f"{'key':<10}{life['warc_record_id']}" if life["warc_record_id"] else "",
        f"{'':<10}file sha256 {life['source_sha256'] or 'not known: ranges of it were read'}",
        f"{'source':<10}{terms}" if terms else "",
    ]


def _said(mark: dict[str, Any]) -> str:
    where = {"http": "", "unknown": "", "body": ""}.get(mark["place"], f" in {mark['place']}")
    licence = mark["norm"] or f"unreadable {_cut(shown(mark['raw']))}"
    return f"{licence} by {mark['channel']}{where}, scope {mark['subject_scope']}"


def _cut(raw: str) -> str:
    return raw if len(raw) <= 80 else raw[:79] + "…"  # noqa: PLR2004 - a line of a terminal


def _digest(life: dict[str, Any]) -> str:
    return {True: f"matches ({life['digest_form']})", False: "DOES NOT MATCH", None: "absent"}[life["digest_ok"]]


def _decision(entry: dict[str, Any], life: dict[str, Any]) -> str:
    name = f"{entry['stage']} {entry['rule']}" if "rule" in entry else entry["stage"]
    text = f"{name:<20} {entry['verdict']}"
    if entry["verdict"] == "not judged" and "languages" in entry["settings"]:
        text += f"  languages {_short(entry['settings']['languages'])}"
    elif entry["stage"] in ("classify", "perplexity") or "cut" in entry:
        text += f"  {_values(entry.get('reads', {}), entry)}"
        text += f", cut {_short(entry['cut'])}" if entry.get("cut") is not None else ""
    elif "reads" in entry:
        parts = (_values(entry["reads"], entry), _values(entry["settings"], entry))
        text += "  " + "; ".join(part for part in parts if part)
        text += f"; not judged: {', '.join(entry['limits_not_judged'])}" if entry.get("limits_not_judged") else ""
    elif entry["stage"] == "language" and life.get("lang"):
        text += f"  {life['lang']} {life['lang_score']:.4f}"
    elif entry["stage"] == "extract" and life.get("extractor"):
        text += f"  {life['extractor']}, " + (f"pages {life['pages']:,}, " if life.get("pages") else "")
        text += f"{life['charset']} by {life['charset_by']}, " if life["charset"] else ""
        text += f"{life['text_bytes']:,} bytes of text"
    return text + (f"  {entry['reason']}" if entry.get("reason") else "")


def _values(values: Mapping[str, object], entry: Mapping[str, Any]) -> str:
    """Say measures or settings; those that decided are marked with the reason."""
    mark = f" <-- {entry['reason'].rpartition(':')[2]}" if entry.get("broke") else ""
    marks = dict.fromkeys(entry.get("broke", ()), mark)
    return ", ".join(f"{name} {_short(value)}{marks.get(name, '')}" for name, value in values.items())


def _short(value: object) -> str:
    if isinstance(value, list):
        return "|".join(map(str, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
