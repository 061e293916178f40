"""Does the real Megatron-core read the samples of an order, in its order? Compares each with what `TokenDataset` gives.

Megatron-core needs PyTorch, so it is no dependency of this project. In a virtual environment of its own:

    python -m venv reader
    reader/bin/pip install torch numpy packaging -e .
    reader/bin/pip install --no-deps megatron-core==0.16.1
    yurai export-order OUT --output FOLDER
    reader/bin/python bench/megatron_order.py OUT FOLDER --order main

Read through the builder that trainings use, as a subclass of GPTDataset that loads its indexes instead of drawing them;
that class is all that a training needs. Exit code 0: ids, labels and loss masks of all samples are equal.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from megatron.core.datasets.blended_megatron_dataset_builder import BlendedMegatronDatasetBuilder
from megatron.core.datasets.gpt_dataset import GPTDataset, GPTDatasetConfig

from yurai.data import IGNORED, Example, TokenDataset


class OrderedGPTDataset(GPTDataset):
    """GPTDataset in the order that `yurai export-order` wrote."""

    def _build_document_sample_shuffle_indices(self) -> tuple[np.ndarray[Any, Any], ...]:
        folder = Path(self.dataset.path_prefix).parent
        names = ("document_index", "sample_index", "shuffle_index")
        return tuple(np.load(folder / f"{name}.npy", mmap_mode="r") for name in names)


class Ids:
    """What GPTDataset asks of a tokenizer: ids that end a document and fill a sample, and what names it."""

    def __init__(self, eod: int, pad: int) -> None:
        self.eod, self.pad, self.vocab_size = eod, pad, eod + 1
        self.unique_identifiers = {"class": "Ids"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", help="a tree with an order")
    parser.add_argument("folder", help="what `yurai export-order OUT --output FOLDER` wrote")
    parser.add_argument("--order", default="main")
    options = parser.parse_args()
    dataset = TokenDataset(options.out, options.order)
    with tempfile.TemporaryDirectory() as meeting:
        torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}/meet", rank=0, world_size=1)
    config = GPTDatasetConfig(
        random_seed=1,
        sequence_length=dataset.sequence_length,
        blend=([f"{options.folder}/samples"], None),
        split="1,0,0",
        tokenizer=Ids(eod=dataset.pad, pad=-1),
        reset_position_ids=False,
        reset_attention_mask=False,
        eod_mask_loss=False,
        create_attention_mask=False,
        add_extra_token_to_sequence=False,
    )
    read, _, _ = BlendedMegatronDatasetBuilder(OrderedGPTDataset, [len(dataset), 0, 0], lambda: True, config).build()
    faults = sum(not equal(dataset.example(item), read[item]) for item in range(len(dataset)))
    print(f"{len(read):,} samples in Megatron-core, {len(dataset):,} in whole steps of the order, {faults} differ")
    torch.distributed.destroy_process_group()
    return 1 if faults or len(read) < len(dataset) else 0


def equal(ours: Example, theirs: dict[str, torch.Tensor]) -> bool:
    """Tell whether a sample is the same: Megatron's labels are shifted, ours are not, and its padding has id 0."""
    real = ours["labels"] != IGNORED
    shifted = np.append(ours["input_ids"][1:], 0) * np.append(real[1:], [False])
    return (
        np.array_equal(theirs["tokens"].numpy(), np.where(real, ours["input_ids"], 0))
        and np.array_equal(theirs["labels"].numpy(), shifted)
        and np.array_equal(theirs["loss_mask"].numpy() > 0, np.append(real[1:], [False]))
    )


if __name__ == "__main__":
    sys.exit(main())
