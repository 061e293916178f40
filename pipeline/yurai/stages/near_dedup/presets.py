"""Name settings of near-duplicate search: how many bands of how many hashes, over shingles of what.

A preset has the bands, rows and shingle length that a published corpus was made with. It is not that corpus's code:
`differs` says what is different here, and similarities of other shingles are other numbers. Bounds that bite, keep
orders and verification are this project's own under every preset.
"""

from dataclasses import dataclass, replace

from yurai.stages.shingles.hashes import Units

MAX_HASHES = 4096
"""Hashes of a signature: 16 kB a document."""
HASHES = "polynomials of 32 bits, permuted as datasketch does (affine32)"


@dataclass(frozen=True, slots=True)
class Preset:
    """Bands x rows hashes over shingles of `words` words or `characters` characters, as `unit` says.

    `cites` is where the numbers were published, `differs` what the published tool does otherwise.
    """

    name: str
    bands: int
    rows: int
    unit: Units
    words: int
    characters: int
    cites: str
    differs: str

    @property
    def hashes(self) -> int:
        """Hashes of one signature."""
        return self.bands * self.rows

    @property
    def signature_bytes(self) -> int:
        """Bytes of one signature: 4 for each hash."""
        return 4 * self.hashes

    @property
    def shingle(self) -> str:
        """The shingle in words, as tables show it."""
        return {
            "words": f"{self.words} words",
            "characters": f"{self.characters} characters",
            "by-script": f"{self.words} words, or {self.characters} characters",
            "by-language": f"{self.words} words, or {self.characters} characters",
        }[self.unit]


_ALL = (
    Preset(
        "fineweb",
        *(14, 8, "by-script", 5, 5),
        cites="arXiv:2406.17557 and huggingface/datatrove, pipeline/dedup/minhash.py",
        differs=f"datatrove takes words of a tokenizer for each language, in Japanese those of Sudachi, and no text "
        f"under 5 words; here scripts without spaces go by characters and a short text is hashed whole; its hashes "
        f"have 64 bits, here {HASHES}; it checks no pair",
    ),
    Preset(
        "swallow",
        *(40, 20, "characters", 5, 5),
        cites="arXiv:2404.17733 and swallow-llm/doubri, where b = 20 is what is here rows and r = 40 what is bands",
        differs=f"Doubri hashes with MurmurHash3 of 32 bits, here {HASHES}; it checks no pair",
    ),
    Preset(
        "llmjp-v4",
        *(20, 10, "by-script", 5, 5),
        cites="llm-jp/scripts, corpus/llm-jp-corpus-v4",
        differs=f"LLM-jp takes words of Sudachi in Japanese and pads texts under 5 words; here Japanese goes by "
        f"characters and a short text is hashed whole; its hashes have 64 bits, here {HASHES}; it checks no pair",
    ),
    Preset(
        "curator",
        *(20, 13, "characters", 5, 24),
        cites="NVIDIA-NeMo/Curator, stages/deduplication/fuzzy/workflow.py",
        differs=f"Curator hashes with MurmurHash3, here {HASHES}; it removes all but one of a connected component "
        "and checks no pair",
    ),
    Preset(
        "redpajama",
        *(14, 9, "words", 13, 5),
        cites="togethercomputer/RedPajama-Data, dedupe/minhash.py at similarity 0.7",
        differs=f"RedPajama signs with 128 hashes, of which 126 go into bands; here 126; its base hash is sha1, here "
        f"{HASHES}; it removes all but one of a connected component and checks no pair",
    ),
)
PRESETS: dict[str, Preset] = {preset.name: preset for preset in _ALL}


def contained_in(preset: Preset) -> tuple[int, int]:
    """Return bands and rows for containment: half the rows, and bands for as many hashes."""
    rows = max(1, preset.rows // 2)
    return preset.hashes // rows, rows


def resolve(
    name: str,
    bands: int | None = None,
    rows: int | None = None,
    unit: Units | None = None,
    words: int | None = None,
    characters: int | None = None,
) -> Preset:
    """Return the preset `name` with the settings that are given in place of its own.

    Raises:
        ValueError: more than 4,096 hashes.
    """
    numbers = {"bands": bands, "rows": rows, "words": words, "characters": characters}
    given = {key: number for key, number in numbers.items() if number is not None}
    preset = PRESETS[name]
    resolved = replace(
        preset,
        bands=given.get("bands", preset.bands),
        rows=given.get("rows", preset.rows),
        unit=unit or preset.unit,
        words=given.get("words", preset.words),
        characters=given.get("characters", preset.characters),
    )
    if resolved.hashes > MAX_HASHES:
        raise ValueError(
            f"{resolved.bands} bands of {resolved.rows} rows are {resolved.hashes:,} hashes; a signature has at most "
            f"{MAX_HASHES:,}: lower bands or rows"
        )
    return resolved
