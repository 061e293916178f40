"""A crawl with copies of one text planted in it: equal, mirrored, near and quoted; and what is no copy."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yurai.run.recipe import Recipe, make_recipe

if TYPE_CHECKING:
    from pathlib import Path

HOME: Final = "https://author.example/essay"
N: Final = 5
VOCABULARY: Final = [f"{a}{b}{c}" for a in "bdfgklm" for b in ("ara", "elo", "inu", "oti") for c in "nrstvx"]
SIMILARITIES: Final = (0.72, 0.78, 0.84, 0.9, 0.94)


@dataclass(frozen=True)
class Planted:
    """One page: what it is of the taken text, and for near ones how similar, counted here."""

    url: str
    text: str
    kind: str
    jaccard: float = 0.0


def shingles(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[at : at + N]) for at in range(len(words) - N + 1)}


def jaccard(one: str, two: str) -> float:
    a, b = shingles(one), shingles(two)
    return len(a & b) / len(a | b)


def prose(rng: random.Random, words: int) -> str:
    return " ".join(rng.choice(VOCABULARY) for _ in range(words))


def altered(rng: random.Random, text: str, similarity: float) -> str:
    """Replace words in one run after another until the similarity is reached."""
    words = text.split()
    while jaccard(text, " ".join(words)) > similarity:
        words[rng.randrange(len(words))] = "zz" + rng.choice(VOCABULARY)
    return " ".join(words)


def planted(seed: int = 7, *, background: int = 40, each: int = 1, words: int = 240) -> list[Planted]:
    """Pages in an order that mixes them; the first of kind `source` is at HOME."""
    rng = random.Random(seed)
    text = prose(rng, words)
    pages = [Planted(HOME, text, "source")]
    for n in range(each):
        pages += [Planted(f"https://author.example/print/{n}-{m}", text, "exact") for m in range(2)]
        pages += [Planted(f"https://mirror{n}-{m}.example/copy", text, "mirrored") for m in range(3)]
        for similarity in SIMILARITIES:
            near = altered(rng, text, similarity)
            pages.append(Planted(f"https://near{n}.example/{similarity}", near, "near", jaccard(text, near)))
        whole = f"{prose(rng, 300)} {text} {prose(rng, 300)}"
        most = f"{prose(rng, 300)} {' '.join(text.split()[: words * 2 // 3])} {prose(rng, 300)}"
        pages += [Planted(f"https://quotes{n}.example/{kind}", body, "quoted") for kind, body in
                  (("whole", whole), ("most", most))]  # fmt: skip
        little = f"{prose(rng, 200)} {' '.join(text.split()[:20])} {prose(rng, 200)}"
        pages.append(Planted(f"https://cites{n}.example/little", little, "other"))
        pages.append(Planted(f"https://far{n}.example/", altered(rng, text, 0.2), "other"))
    pages += [Planted(f"https://site{n % 9}.example/{n}", prose(rng, 150), "other") for n in range(background)]
    rng.shuffle(pages)
    return pages


def write_crawl(pages: list[Planted], folder: Path, files: int = 3) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        rows = [{"url": page.url, "text": page.text} for page in pages[number::files]]
        (folder / f"{number}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return folder


def recipe(*rules: dict[str, Any], dedup: bool = False, form: str = "megatron") -> Recipe:
    stages: list[dict[str, Any]] = [{"use": "read"}, {"use": "extract"}, {"use": "language"}, {"use": "measure"}]
    stages += [{"use": "filter", "rules": [*rules, {"use": "length", "min_characters": 20}]}]
    stages += [{"use": "dedup"}, {"use": "near-dedup", "index": True, "keep": "oldest", "spare": 0}] if dedup else []
    stages += [{"use": "tokenize", "shard_tokens": 12000, "format": form}]
    return make_recipe({"name": "planted", "deliver": {"text_bytes": 20000}, "stage": stages}, where="test")
