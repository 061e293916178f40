"""Define the one schema of a document row, and of a row for what was not kept.

Every column says in its field metadata what it means (`doc`) and who may see it (`tier`: public, auditor, internal).
All columns exist from the start; what no stage has filled is null. Meanings: docs/schema.md is made from here.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from yurai_manifests.canonical import sha256

SCHEMA_VERSION = "1.9.0"

HEADERS = pa.list_(pa.struct([pa.field("name", pa.string()), pa.field("value", pa.string())]))
COUNTS = pa.list_(pa.struct([pa.field("name", pa.string()), pa.field("count", pa.int32())]))

SPANS = pa.list_(pa.struct([pa.field("type", pa.string()), pa.field("start", pa.int32()), pa.field("end", pa.int32())]))

CUT_SPANS = pa.list_(
    pa.struct(
        [
            pa.field("start", pa.int32()),
            pa.field("length", pa.int32()),
            pa.field("kept_doc_id", pa.string()),
            pa.field("kept_offset", pa.int32()),
        ]
    )
)

CONTAMINATION = pa.list_(
    pa.struct(
        [
            *(pa.field(name, pa.string()) for name in ("evaluation", "item", "ngram")),
            pa.field("matches", pa.int32()),
        ]
    )
)


def _column(name: str, kind: pa.DataType, doc: str, *, tier: str = "public", nullable: bool = True) -> pa.Field[Any]:
    return pa.field(name, kind, nullable=nullable, metadata={"doc": doc, "tier": tier})


PROVENANCE: tuple[pa.Field[Any], ...] = (
    _column(
        "doc_id",
        pa.string(),
        "first 128 bits, hex, of sha256(source, NUL, offset [, NUL, inner offset])",
        nullable=False,
    ),
    _column("source", pa.string(), "input file, relative to the common root of its --input", nullable=False),
    _column("source_sha256", pa.string(), "sha256 of the whole input file; null where a selection's ranges were read"),
    _column(
        "warc_offset",
        pa.int64(),
        "byte offset of the compressed unit; of a row: of its line in the inflated file, or its number in Parquet",
        nullable=False,
    ),
    _column(
        "warc_length",
        pa.int64(),
        "bytes of the compressed unit; of a row: its line's without the line end, or 1 in Parquet",
        nullable=False,
    ),
    _column("inner_offset", pa.int64(), "offset in the inflated unit, where it holds several records"),
    _column("inner_length", pa.int64(), "bytes in the inflated unit, where it holds several records"),
    _column("warc_record_id", pa.string(), "WARC-Record-ID; of a row: its id column"),
    _column("warc_type", pa.string(), "response, resource or conversion; row: of JSONL or Parquet"),
    _column("url", pa.string(), "WARC-Target-URI; of a row: its url column"),
    _column("capture_date", pa.string(), "WARC-Date, RFC 3339 in UTC; of a row: its date column"),
    _column("http_status", pa.int16(), "HTTP status code"),
    _column("mime", pa.string(), "media type as declared, lower case"),
    _column("payload_digest", pa.string(), "WARC-Payload-Digest as declared"),
    _column("payload_sha256", pa.string(), "sha256 of the HTTP body after de-chunking, before content decoding"),
    _column("digest_ok", pa.bool_(), "declared digest matches the payload; null where none was declared"),
    _column("digest_form", pa.string(), "form of the payload that matched: chunked, dechunked or block"),
    _column("truncated", pa.string(), "WARC-Truncated"),
    _column("body_bytes", pa.int64(), "bytes of the body after content decoding; of a row: of its text as read"),
    _column("flags", pa.list_(pa.string()), "facts noted on the way: false-gzip, digest-mismatch, depth-capped ..."),
)

_TEXT = (
    _column("http_headers", HEADERS, "all HTTP headers in their order", tier="auditor"),
    _column(
        "index_digest",
        pa.string(),
        "digest in the index of the crawl that a selected record was held to; null where it was not read by index",
    ),
    _column("surt", pa.string(), "URL in sort-friendly form"),
    _column("registrable_domain", pa.string(), "domain under its public suffix"),
    _column("media_type", pa.string(), "media type that chose the handler, declared or sniffed"),
    _column("charset", pa.string(), "character encoding that was used; null for PDF"),
    _column(
        "charset_by",
        pa.string(),
        "what decided it: bom, iso-2022-jp, iso-2022-kr, nul-pattern, http, meta, utf-8, euc-jp, cp932, detector, "
        "fallback",
    ),
    _column(
        "extractor",
        pa.string(),
        "what made the text: honbun, honbun+trafilatura (blocks by honbun, chosen by trafilatura), trafilatura, "
        "resiliparse, block-text (the whole readable page), json-ld, script-json, xml, plain-text, pdfium, none",
    ),
    _column(
        "extractor_version",
        pa.string(),
        "of honbun the first digits of the sha256 of its weights; of a library its own",
    ),
    _column(
        "page_type",
        pa.string(),
        "what honbun takes the page for: article, collection, documentation, forum, listing, product, service",
    ),
    _column("title", pa.string(), "title of the page"),
    _column(
        "html_lang",
        pa.string(),
        "language that the page declares as attribute lang of html, else of body: primary tag, and script where it "
        "has one, as BCP 47 writes them (ja, zh-Hant); null for none or no tag",
    ),
    _column("date", pa.string(), "date that the page states, as far as it does, where the recipe asks for it"),
    _column(
        "date_by",
        pa.string(),
        "where the page states it: json-ld, meta, microdata, time, text; guess: htmldate, as far as the page shows it",
    ),
    _column("date_precision", pa.string(), "how far the date goes: year, month, day"),
    _column(
        "text",
        pa.large_string(),
        "the text; in PDF and plain text a form feed (U+000C) parts pages: page = 1 + form feeds before a place",
        nullable=False,
    ),
    _column("text_sha256", pa.string(), "sha256 of the text in UTF-8", nullable=False),
    _column("text_bytes", pa.int64(), "bytes of the text in UTF-8", nullable=False),
    _column(
        "block_spans",
        SPANS,
        "blocks of the text that are no plain paragraphs, in order and apart, each whole lines: type as HTML names it "
        "(h1 to h6, li, dt, dd, pre, blockquote, figcaption, caption, table), bytes of UTF-8; null where the extractor "
        "does not tell",
    ),
    _column(
        "other_text",
        pa.large_string(),
        "text of the extractor `retry_with`, where a rule would drop `text`; stage filter chooses, documents have none",
    ),
    _column("other_extractor", pa.string(), "what made it, as `extractor`"),
    _column("other_extractor_version", pa.string(), "its version, as `extractor_version`"),
    _column("removed_spans", COUNTS, "what editors changed, by rule: count of documents' changes"),
    _column(
        "cut_spans",
        CUT_SPANS,
        "runs that line-dedup with unit = span cut, in order and apart: start and length in the text that came to the "
        "stage, and where the same bytes begin in the text of another document, or an earlier place of this one, as it "
        "came to the stage; bytes of UTF-8",
    ),
)

MEASURES = (
    _column("lang", pa.string(), "language code of the model (ISO 639), und where there is no letter"),
    _column("lang_score", pa.float32(), "the model's score, rounded to 1e-4"),
    _column("char_count", pa.int32(), "Unicode code points of the text"),
    _column("letter_share", pa.float32(), "share of letters among characters that are not white space"),
    _column("word_count", pa.int32(), "words; null in languages without spaces between words"),
    _column("piece_count", pa.int32(), "words and marks of punctuation; null where word_count is"),
    _column("mean_word_length", pa.float32(), "mean code points of a word; null where word_count is, or without words"),
    _column("letter_word_share", pa.float32(), "share of words and marks that hold a letter; null as the next two"),
    _column("hash_ratio", pa.float32(), "number signs by words and marks"),
    _column("ellipsis_ratio", pa.float32(), "ellipses by words and marks"),
    _column("bullet_line_share", pa.float32(), "share of lines that begin with a bullet"),
    _column("ellipsis_line_share", pa.float32(), "share of lines that end with an ellipsis"),
    _column("dup_line_share", pa.float32(), "share of lines that equal an earlier one"),
    _column("dup_line_char_share", pa.float32(), "share of characters in those lines"),
    _column("dup_paragraph_share", pa.float32(), "share of paragraphs that equal an earlier one"),
    _column("dup_paragraph_char_share", pa.float32(), "share of characters in those paragraphs"),
    *(
        _column(f"top_{n}_gram_share", pa.float32(), f"share of characters in the commonest run of {n} words")
        for n in (2, 3, 4)
    ),
    *(
        _column(f"dup_{n}_gram_share", pa.float32(), f"share of characters in runs of {n} words that occurred before")
        for n in (5, 6, 7, 8, 9, 10)
    ),
    _column("line_count", pa.int32(), "lines that are not blank"),
    _column("sentence_count", pa.int32(), "sentences, by their end marks"),
    _column("newline_count", pa.int32(), "line feeds"),
    _column("end_mark_line_share", pa.float32(), "lines that end in an end mark of a sentence / lines"),
    _column("short_line_share", pa.float32(), "lines of at most 30 characters / lines"),
    _column(
        "repeated_line_char_share",
        pa.float32(),
        "code points of lines that equal an earlier one / code points without line feeds",
    ),
    _column(
        "quality", pa.list_(pa.struct([pa.field("name", pa.string()), pa.field("score", pa.float32())])), "named scores"
    ),
    _column("pii", COUNTS, "personal data found, by kind", tier="auditor"),
)

_RIGHTS = (
    _column("declared_spdx", pa.string(), "licence as the page, or the [[source]] table of a row, declares it, SPDX"),
    _column("concluded_spdx", pa.string(), "licence as the policy concludes it, SPDX; NONE or NOASSERTION"),
    _column("concluded_status", pa.string(), "granted, conflict, none or noassertion"),
    _column("licence_confidence", pa.float32(), "confidence of the conclusion, 0 to 1"),
    _column("licence_scope", pa.string(), "what the licence covers: page, main_text, embedded, site ..."),
    _column("domain_rule_id", pa.string(), "rule of a domain that decided"),
    _column(
        "attribution",
        pa.struct([pa.field(n, pa.string()) for n in ("name", "url", "title")]),
        "whom to credit, as the markup states it: names joined by semicolons, address, title of the work; no e-mail",
    ),
    _column("train_verdict", pa.string(), "allow, deny or unknown, for training"),
    _column("search_verdict", pa.string(), "allow, deny or unknown, for display in search"),
    _column("redistribute_verdict", pa.string(), "allow, deny or unknown, for handing the text on"),
    _column(
        "verdict_reasons", pa.list_(pa.string()), "signals that decided, each with where it stands: docs/rights.md"
    ),
    _column("robots_ref", pa.string(), "robots.txt capture that was consulted"),
    _column("policy_id", pa.string(), "rights policy that decided: name@version+beginning of its sha256"),
    _column(
        "token_count",
        pa.int64(),
        "tokens of the text by the recipe's tokenizer, end of document included; null where stage select counts bytes",
    ),
)

_CLUSTER = (
    _column(
        "cluster_id",
        pa.string(),
        "doc_id of the first, in keep order, of the documents that duplicates join to this one; null without a "
        "duplicate. All five columns are of the last dedup stage that found one",
    ),
    _column("cluster_role", pa.string(), "kept; or copy, where dedup annotates and drops nothing"),
    _column("cluster_size", pa.int32(), "documents in the cluster; 1 without a duplicate, null where no dedup ran"),
    _column("kept_doc_id", pa.string(), "of a copy: the document that would have been kept instead"),
    _column("jaccard", pa.float32(), "of a copy: similarity to it"),
    _column(
        "rehydration_weight",
        pa.int16(),
        "how often FineWeb-2 repeats a document of such a cluster: sizes from 1, 2, 3, 5, 100, 1000 on give 1, 2, 3, "
        "5, 8, 1; null where no dedup ran",
    ),
)

_CONTAMINATION = (
    _column(
        "contamination",
        CONTAMINATION,
        "items of evaluations that the text has runs of: the first run that both have, as they are compared, and how "
        "many different ones; null where no decontaminate ran",
    ),
)

DOCUMENT = pa.schema(
    [*PROVENANCE, *_TEXT, *MEASURES, *_RIGHTS, *_CLUSTER, *_CONTAMINATION], metadata={"schema_version": SCHEMA_VERSION}
)

DROPPED = pa.schema(
    [
        *PROVENANCE,
        _column("outcome", pa.string(), "dropped (a decision) or failed (an error)", nullable=False),
        _column("stage", pa.string(), "stage that decided", nullable=False),
        _column("reason", pa.string(), "why, kebab-case", nullable=False),
        _column("detail", pa.string(), "what the reason refers to: the kept document of a duplicate"),
        _column("kept_doc_id", pa.string(), "of a duplicate: the document that was kept instead"),
        _column("kept_url", pa.string(), "its URL"),
        _column(
            "kept_path",
            pa.string(),
            "where it lies: its source, or the delivered file of the earlier run that holds it",
        ),
        _column("jaccard", pa.float32(), "similarity to it, rounded to 1e-4; null where equal URLs say nothing of it"),
        _column(
            "jaccard_by",
            pa.string(),
            "how that is known: equal (texts), estimate (signatures), exact (shingles); containment: how much is there",
        ),
        _column("cluster_id", pa.string(), "cluster of a duplicate: as the column of kept documents"),
        _column(
            "absent_run",
            pa.int32(),
            "of a duplicate whose text was compared: words in a row, at most, that the kept document lacks; characters "
            "where shingles are of characters",
        ),
        _column("absent", pa.int32(), "all words, or characters, that it lacks"),
        _column(
            "gate_by",
            pa.string(),
            "of a page that the gate stopped: by the share of letters in the scripts of the languages that are kept "
            "(scripts), or by the score of its text as its markup (markup) or its tree (tree) has it",
        ),
        _column("gate_score", pa.float32(), "that share or score, the best of any language that is kept"),
        _column("gate_limit", pa.float32(), "limit that the score is below"),
    ],
    metadata={"schema_version": SCHEMA_VERSION},
)

EVIDENCE = pa.schema(
    [
        _column("doc_id", pa.string(), "document that the mark was found on or said of", nullable=False),
        _column(
            "kind",
            pa.string(),
            "licence_claim, optout_signal (of use by AI), search_signal (of search alone) or notice",
            nullable=False,
        ),
        _column(
            "channel",
            pa.string(),
            "where it was said: rel-license, item-license, cc-link, cc-badge, link-header, meta, json-ld, microdata, "
            "rdfa, rdf, text, comment, rsl, x-robots-tag, meta-robots, tdm-header, tdm-meta, content-usage-header, "
            "content-usage-meta, content-signal-header, content-signal-meta, source-table",
            nullable=False,
        ),
        _column("raw", pa.string(), "what was said, as found, at most 1024 bytes", tier="auditor", nullable=False),
        _column(
            "norm",
            pa.string(),
            "SPDX id or LicenseRef-... of a licence claim, name=value of a signal (malformed_intent: would forbid if "
            "it kept the rules of its form), personal data redacted; null where it could not be read",
        ),
        _column(
            "subject_scope",
            pa.string(),
            "what it speaks of: page, main_text, embedded, site, dataset, unknown",
            nullable=False,
        ),
        _column(
            "place",
            pa.string(),
            "where on the page: http, head, header, main, footer, comments, aside, body, or unknown",
            nullable=False,
        ),
        _column("dom_path", pa.string(), "path of the element that says it, tag[n]/tag[n]"),
        _column("byte_offset", pa.int64(), "offset in the decoded body in UTF-8, where it is known"),
        _column("ctx_left", pa.string(), "text before it, at most 240 bytes, personal data redacted", tier="auditor"),
        _column("ctx_right", pa.string(), "text after it, at most 240 bytes, personal data redacted", tier="auditor"),
        _column("detector", pa.string(), "what found it", nullable=False),
        _column("detector_version", pa.int16(), "version of what found it", nullable=False),
        _column("source_ref", pa.string(), "where else it was said: null is the record of the document itself"),
        _column("as_of", pa.string(), "when it was said: capture date, RFC 3339 in UTC"),
        _column("confidence", pa.float32(), "confidence that it covers the text, 0 to 1; null until calibrated"),
    ],
    metadata={"schema_version": SCHEMA_VERSION},
)

INDEX = pa.schema(
    [
        _column("doc_id", pa.string(), "document; rows are parallel to documents/", nullable=False),
        _column("text_bytes", pa.int64(), "bytes of its text in UTF-8", nullable=False),
        _column("rank", pa.int64(), "its place in the keep order of its run: the lower stays", nullable=False),
        _column("signature", pa.large_binary(), "its MinHash signature: uint32, little-endian", nullable=False),
    ],
    metadata={"schema_version": SCHEMA_VERSION},
)
"""What a later run compares its documents with."""

TOKEN_INDEX = pa.schema(
    [
        _column("doc_id", pa.string(), "document", nullable=False),
        _column("url", pa.string(), "its URL"),
        _column("token_start", pa.int64(), "first token in the shard", nullable=False),
        _column("token_count", pa.int64(), "tokens, the end-of-document token included", nullable=False),
    ],
    metadata={"schema_version": SCHEMA_VERSION},
)

TOKEN_IDS = {
    kind: pa.schema(
        [
            *TOKEN_INDEX,
            _column(
                "tokens", pa.large_list(kind), "ids of the document, the end-of-document token last", nullable=False
            ),
        ],
        metadata={"schema_version": SCHEMA_VERSION},
    )
    for kind in (pa.uint16(), pa.uint32())
}
"""A token shard in Parquet: its index with the ids in it, as wide as the vocabulary needs."""


def document_id(source: str, offset: int, inner_offset: int | None = None) -> str:
    """Return the doc_id of the record at `offset` of `source`: 128 bits as 32 hex digits."""
    parts = [source, str(offset)] + ([] if inner_offset is None else [str(inner_offset)])
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass"))[:32]
