"""A fastText model of a few words, trained here: its labels and what it answers are those of the test that writes it.

The format is that of fastText 0.9.2 (src/fasttext.cc, saveModel; version 12), unquantized, with softmax.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from yurai_manifests.canonical import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MAGIC, _VERSION, _SOFTMAX, _SUPERVISED = 793_712_314, 12, 3, 3
_WORD, _LABEL = 0, 1
_STEPS: Final = 400
_END: Final = "</s>"


def write_model(path: Path, texts: Mapping[str, str], *, answers_all: bool = False) -> str:
    """Train a model on one text of each label, write it, and return its sha256; words are what spaces part.

    With `answers_all` it knows the end of a line as a word, as those that fastText trained do, and answers to any text.
    """
    labels = list(texts)
    lines = {label: [*text.split(), *([_END] if answers_all else [])] for label, text in texts.items()}
    words = sorted({word for line in lines.values() for word in line})
    counts = np.array([[lines[label].count(word) for word in words] for label in labels], np.float32)
    inputs, outputs = _trained(counts)
    entries = [(word, _WORD) for word in words] + [(f"__label__{label}", _LABEL) for label in labels]
    arguments = (len(labels), 5, 1, 1, 5, 1, _SOFTMAX, _SUPERVISED, 0, 0, 0, 100)
    data = struct.pack("<2i12id", _MAGIC, _VERSION, *arguments, 1e-4)
    data += struct.pack("<3i2q", len(entries), len(words), len(labels), int(counts.sum()), -1)
    data += b"".join(name.encode() + b"\0" + struct.pack("<qb", 1, kind) for name, kind in entries)
    for matrix in (inputs, outputs):
        data += struct.pack("<?2q", False, *matrix.shape) + matrix.astype("<f4").tobytes()
    path.write_bytes(data)
    return sha256(data)


def _trained(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors of words and of labels by gradient descent on the mean vector of each text."""
    means, labels = counts / counts.sum(axis=1, keepdims=True), len(counts)
    inputs, outputs = np.zeros((counts.shape[1], labels)), np.eye(labels)
    for _ in range(_STEPS):
        raised = np.exp((means @ inputs) @ outputs.T)
        wrong = np.eye(labels) - raised / raised.sum(axis=1, keepdims=True)
        inputs += 5.0 * means.T @ wrong @ outputs
    return inputs, outputs
