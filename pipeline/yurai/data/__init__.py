"""What trainers import: the samples of an order, as tokens.

dataset    `TokenDataset`: a map-style dataset, by rank and world, that resumes at a step
schedule   which sample is which item of a rank: arithmetic alone
samples    reads an order: sample -> parts of documents
shards     reads tokens of shards: mapped, or by ranges with a cache
export     writes an order out, for Megatron-core or as Parquet
foreign    reads indexes of Megatron shards that others made
meta       traces such shards: which row of which file each document is
opening    holds an order against the run that it was made from

PyTorch is not imported here: a DataLoader makes tensors of the arrays by itself.
"""

from yurai.data.dataset import IGNORED, Example, TokenDataset
from yurai.data.export import export_order
from yurai.data.meta import write_meta
from yurai.tokens.order.samples import Part

__all__ = ["IGNORED", "Example", "Part", "TokenDataset", "export_order", "write_meta"]
