"""Define filter "compression" and its tagger "compression-ratios": text that packs too well, or hardly, is no prose."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pyarrow as pa

from yurai_filters.compare import FINE, above, below
from yurai_filters.declare import document_filter, tagger
from yurai_filters.ranges import Ratio
from yurai_filters.why import first_reason

LEVEL = 9
"""Level of zlib."""


@tagger("compression-ratios", version=1, writes={"zlib_ratio": pa.float32(), "lz4_ratio": pa.float32()})
def compression_ratios(text: pa.StringArray) -> dict[str, pa.FloatArray | pa.Int32Array]:
    """Measure how far a text can be packed.

    Columns, float32, rounded to 1e-6, null for empty text:
        zlib_ratio: bytes of the text packed by zlib at level 9 / its bytes of UTF-8.
        lz4_ratio: bytes of one LZ4 block, without its size, at the default speed / bytes of UTF-8.
    Another build of zlib or LZ4 may pack otherwise: their versions belong to the fingerprint of stage measure.

    Source: llm-jp-corpus, is_good_compression_ratio (zlib 9); Uzushio, CompressionRate (LZ4; it packs paragraphs
    without the line feeds between them, and at most its buffer of a long text).
    """
    import lz4.block  # noqa: PLC0415 - whoever asks for no ratio does without it

    pages = text.cast(pa.binary()).to_pylist()
    return {
        "zlib_ratio": _ratios(pages, lambda page: zlib.compress(page, LEVEL)),
        "lz4_ratio": _ratios(pages, lambda page: lz4.block.compress(page, store_size=False)),
    }


@document_filter("compression", version=1, cites="https://github.com/llm-jp/llm-jp-corpus", languages={"ja"})
def compression(
    zlib_ratio: pa.FloatArray,
    lz4_ratio: pa.FloatArray,
    *,
    min_zlib_ratio: Ratio | None = None,
    max_zlib_ratio: Ratio | None = None,
    min_lz4_ratio: Ratio | None = None,
    max_lz4_ratio: Ratio | None = None,
) -> pa.StringArray:
    """Drop documents that can be packed too far, or not far enough; exact limits stay, unset ones are off.

    What it drops: `zlib-repeats`, `zlib-random` (below and above the limits of `zlib_ratio`), `lz4-repeats`,
    `lz4-random` (the same of `lz4_ratio`); see tagger `compression-ratios`.
    Why: lists and templates pack well, random letters and codes hardly. A short text packs less than a long one, so put
    a rule of length before. All limits are off unless set.
    Source: LLM-jp v1 `min_zlib_ratio = 0.3` (strict 0.375), `max_zlib_ratio = 0.7`; Uzushio 03a `min_lz4_ratio = 0.25`,
    then 0.4 and 0.5, `max_lz4_ratio = 5`, then 0.75.
    Example: with `min_zlib_ratio = 0.3` a page of one line, a hundred times, is dropped as `zlib-repeats`.
    """
    return first_reason(
        zlib_repeats=below(zlib_ratio, min_zlib_ratio, digits=FINE),
        zlib_random=above(zlib_ratio, max_zlib_ratio, digits=FINE),
        lz4_repeats=below(lz4_ratio, min_lz4_ratio, digits=FINE),
        lz4_random=above(lz4_ratio, max_lz4_ratio, digits=FINE),
    )


def versions() -> dict[str, str]:
    """Return the versions of what packs: a fingerprint names them."""
    import lz4  # noqa: PLC0415 - as above

    return {"zlib": zlib.ZLIB_RUNTIME_VERSION, "liblz4": lz4.library_version_string()}


def _ratios(pages: list[bytes | None], pack: Callable[[bytes], bytes]) -> pa.FloatArray:
    ratios = [round(len(pack(page)) / len(page), FINE) if page else None for page in pages]
    result: pa.FloatArray = pa.array(ratios, pa.float32())
    return result
