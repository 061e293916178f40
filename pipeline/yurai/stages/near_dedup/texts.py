"""Sign the texts of a batch as the settings of near-dedup say."""

import numpy as np
import pyarrow as pa

from yurai.stages.mixers import U32
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.near_dedup.signature import signatures
from yurai.stages.shingles.hashes import shingle_blocks


def signed(text: "pa.Array[pa.StringScalar]", lang: "pa.Array[pa.StringScalar]", near: NearDedup) -> U32:
    """Return the signature of each document, uint32 (documents, hashes), whatever else is in the batch.

    Raises ContractError as `shingle_hashes` does.
    """
    made = np.empty((len(text), near.resolved.hashes), np.uint32)
    for documents, values, bounds in shingle_blocks(text, lang, near.shingling):
        made[documents] = signatures(values, bounds, near.resolved.hashes)
    return made
