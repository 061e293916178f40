"""Rules that this package adds; the entry point in pyproject.toml names this module."""

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters import below, document_filter, editor, first_reason, share, tagger


@tagger("kana-share", version=1, writes={"kana_share": pa.float32()})
def kana_share(text: pa.StringArray) -> dict[str, pa.FloatArray]:
    """Measure the share of kana among all characters; null for empty text."""
    return {"kana_share": share(pc.count_substring_regex(text, r"[ぁ-ゖァ-ヺ]"), pc.utf8_length(text))}


@document_filter("kana", version=2, cites="this package", languages={"ja"})
def enough_kana(kana_share: pa.FloatArray, *, min_share: float = 0.05) -> pa.StringArray:
    """Drop Japanese documents that hold almost no kana: lists of names, tables."""
    return first_reason(too_little_kana=below(kana_share, min_share))


@editor("no-adverts", version=1, cites="this package")
def no_adverts(text: pa.StringArray, *, mark: str = "【PR】") -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    """Remove lines that begin with an advertising mark."""
    kept, removed = [], []
    for value in text.to_pylist():
        lines = (value or "").split("\n")
        stay = [line for line in lines if not line.startswith(mark)]
        kept.append(None if value is None else "\n".join(stay))
        removed.append(len(lines) - len(stay))
    return pa.array(kept, pa.string()), {"lines": pa.array(removed, pa.int32())}
