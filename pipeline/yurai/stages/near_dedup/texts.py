"""Sign the texts of a batch as the settings of near-dedup say."""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from yurai.stages.mixers import I64, U32
from yurai.stages.near_dedup.fast_similarity import fast_similarity
from yurai.stages.near_dedup.settings import NearDedup, Scheme
from yurai.stages.near_dedup.signature import signatures
from yurai.stages.shingles.hashes import shingle_blocks

SCHEMES: Mapping[Scheme, Callable[[U32, I64, int], U32]] = {
    "minhash": signatures,
    "fast-similarity": fast_similarity,
}
"""What makes signatures, uint32 (documents, count), of shingle hashes on end, their bounds and a count."""


def signed(text: "pa.Array[pa.StringScalar]", lang: "pa.Array[pa.StringScalar]", near: NearDedup) -> U32:
    """Return the signature of each document, uint32 (documents, hashes), whatever else is in the batch.

    Raises ContractError as `shingle_hashes` does.
    """
    made = np.empty((len(text), near.resolved.hashes), np.uint32)
    for documents, values, bounds in shingle_blocks(text, lang, near.shingling):
        made[documents] = SCHEMES[near.signature](values, bounds, near.resolved.hashes)
    return made
