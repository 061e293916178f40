"""Load the trained model of honbun: two stages that score blocks, and one that tells the type of a page.

Weights were made by bench/train_extractor.py; docs/honbun.md is their model card.
"""

from __future__ import annotations

import functools
import importlib.resources
import io
from dataclasses import dataclass
from typing import Final

import numpy as np

from yurai.extraction.honbun.forest import Forest
from yurai_manifests.canonical import sha256

FILE: Final = "weights.npz"
SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Model:
    """The forests of honbun."""

    first: Forest
    second: Forest
    kinds: Forest


def weights() -> bytes:
    """Return the file of weights that comes with the package."""
    return importlib.resources.files(__package__).joinpath(FILE).read_bytes()


@functools.cache
def version() -> str:
    """Return the first digits of the sha256 of the weights: what fingerprints say of them."""
    return sha256(weights())[:SHOWN]


@functools.cache
def load() -> Model:
    """Return the model; read once in each process."""
    with np.load(io.BytesIO(weights()), allow_pickle=False) as arrays:
        forests = {name: Forest.of(arrays, name) for name in ("first", "second", "kinds")}
    return Model(**forests)
