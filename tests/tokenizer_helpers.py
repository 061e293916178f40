"""Small tokenizers that tests train themselves."""

from __future__ import annotations

from tokenizers import Tokenizer as Library
from tokenizers import decoders, models, pre_tokenizers, trainers

SENTENCES = [
    "こんにちは、世界。由来は大切です。",
    "Every token can say where it came from.",
    "日本語の文章 and some English, 2024年5月。",
    "<html> に </s> と書く。",
]


def train_bpe(*specials: str) -> Library:
    library = Library(models.BPE())
    library.decoder = decoders.ByteLevel()
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=list(specials), initial_alphabet=alphabet, show_progress=False
    )
    library.train_from_iterator(SENTENCES * 4, trainer)
    return library
