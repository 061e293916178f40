"""Predict what near-duplicate search costs: files, requests, bytes and CPU hours of each step.

The steps are those of the stage and of delivery behind it, as command `near-dedup` runs them; each reads whole what
steps before it wrote. A corpus is a few numbers: what its
documents look like to the search, which a sample or an earlier run tells.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from yurai.exchange.route import MIN_READ, SPREAD, by_hash
from yurai.exchange.row_types import BAND, CHECK, DECISION, EDGE, NAME, NODE, PAIR, PIECE, SHINGLES, carry_type
from yurai.plan.delivery import around, delivery
from yurai.plan.traffic import Good, Measured, Step, exchange
from yurai.stages.near_dedup.driver import LEAST_SIGNATURES, LEAST_TEXT
from yurai.stages.near_dedup.fast_similarity import ROUNDS
from yurai.stages.near_dedup.graph_tasks import PART
from yurai.stages.near_dedup.pair_judge import AUDITED, Verify
from yurai.stages.near_dedup.presets import Preset
from yurai.stages.near_dedup.settings import Scheme
from yurai.stages.near_dedup.sign import PAGE

MEMORY = 1 << 30
URL_BYTES = 120
"""Bytes of the URL of a page and of where it lies."""
KEPT_BYTES = 64
"""Bytes of the number of a row that stays and of its columns about copies."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is searched: sizes, and shares that differ from corpus to corpus.

    `pairs` are different candidate pairs for each document, `doubtful` the share of them within 3 standard errors of
    the threshold, `verified` the share that passes, `duplicates` the share of documents that goes.
    """

    documents: int
    document_bytes: float
    shards: int
    duplicates: float = 0.3
    pairs: float = 1.0
    doubtful: float = 0.2
    verified: float = 0.7


@dataclass(frozen=True, slots=True)
class DedupCost:
    """All steps, in order."""

    corpus: Corpus
    preset: Preset
    steps: tuple[Step, ...]

    @property
    def signatures(self) -> int:
        """Bytes of all signatures."""
        return self.corpus.documents * self.preset.signature_bytes

    @property
    def shuffled(self) -> int:
        """Bytes that exchanges write."""
        return sum(step.written for step in self.steps if step.exchange)

    @property
    def files(self) -> int:
        """Files of all steps."""
        return sum(step.files for step in self.steps)

    @property
    def requests(self) -> int:
        """Requests of all steps."""
        return sum(step.requests for step in self.steps)

    @property
    def read(self) -> int:
        """Bytes that all steps read."""
        return sum(step.read for step in self.steps)

    @property
    def written(self) -> int:
        """Bytes that all steps write."""
        return sum(step.written for step in self.steps)

    @property
    def cpu_hours(self) -> float:
        """CPU hours of all steps."""
        return sum(step.cpu_hours for step in self.steps)


def cost(
    corpus: Corpus,
    preset: Preset,
    *,
    verify: Verify = "exact",
    texts: bool = False,
    contained: bool = False,
    signature: Scheme = "minhash",
    memory_bytes: int = MEMORY,
    measured: Measured | None = None,
) -> DedupCost:
    """Return what each step of a search and of its delivery costs; `memory_bytes` is the memory of one task.

    With `estimate`, nothing is in doubt, and no text is read again. With `exact` and `texts`, all pairs that pass are
    looked at, for what the kept text lacks; where one is to be `contained` in the other, all pairs are.
    """
    corpus = replace(corpus, doubtful=0.0) if verify == "estimate" else corpus
    counts = _counts(
        corpus, preset, memory_bytes, measured or Measured(), _checked(corpus, verify, texts=texts, contained=contained)
    )
    steps, edges = [*_candidates(counts, signature)], list[Good]()
    pairs = steps[-1].gives
    steps += _estimated(counts, pairs, edges)
    checks = tuple(good for step in steps for good in step.gives if good.name.startswith("checks"))
    steps += _exact(counts, checks, edges) if _size(checks) else []
    steps += _decided(counts, tuple(edges))
    steps += delivery(counts.text, steps[-1].gives, corpus.documents, 1 - corpus.duplicates, counts.speed)
    steps.append(around(steps, counts.speed))
    return DedupCost(corpus, preset, tuple(steps))


@dataclass(frozen=True, slots=True)
class _Counts:
    """What steps share.

    `segments` are those of signatures, `parts` those of texts; `shingles` those of one document, `repeats` the bands in
    which a candidate pair meets, `checked` the share whose shingles are compared: to decide, or as a sample.
    """

    corpus: Corpus
    preset: Preset
    memory: int
    speed: Measured
    text: Good
    signatures: Good
    segments: int
    parts: int
    shingles: float
    repeats: float
    pairs: int
    checked: float


def _checked(corpus: Corpus, verify: Verify, *, texts: bool, contained: bool) -> float:
    """Return the share of candidate pairs whose texts are compared."""
    sure = 1 - corpus.doubtful
    passing = 1.0 if contained else corpus.verified if texts else 0.0
    return corpus.doubtful + sure * (passing + (1 - passing) / AUDITED) if verify == "exact" else 0.0


def _counts(corpus: Corpus, preset: Preset, memory: int, speed: Measured, checked: float) -> _Counts:
    shards, size = corpus.shards, corpus.documents * preset.signature_bytes
    text = math.ceil(corpus.documents * corpus.document_bytes)
    equal = speed.meets**preset.rows
    return _Counts(
        corpus,
        preset,
        memory,
        speed,
        text=Good("text", text, shards, shards),
        signatures=Good("signatures", size, shards, shards),
        segments=_segments(corpus, size, LEAST_SIGNATURES, memory // 4),
        parts=_segments(corpus, text, LEAST_TEXT, memory // 8),
        shingles=corpus.document_bytes / (speed.letter if preset.unit == "characters" else speed.word),
        repeats=preset.bands * equal / (1 - (1 - equal) ** preset.bands),
        pairs=math.ceil(corpus.documents * corpus.pairs),
        checked=checked,
    )


def _segments(corpus: Corpus, size: int, least: int, most: int) -> int:
    """Return into how many segments `yurai.stages.near_dedup.segments` cuts a corpus of `size` bytes."""
    target = max(1, min(max(least, size // SPREAD), most))
    return max(1, min(-(-size // target), -(-corpus.documents // PAGE) + corpus.shards))


def _rows(name: str, count: float, width: int, files: int) -> Good:
    return Good(name, math.ceil(count) * width, files, files)


def _size(goods: tuple[Good, ...]) -> int:
    return sum(good.bytes for good in goods)


def _signing(counts: _Counts, signature: Scheme) -> float:
    """Return the seconds of making signatures of shingles."""
    documents, hashes, speed = counts.corpus.documents, counts.preset.hashes, counts.speed
    permuted = documents * counts.shingles * hashes / speed.permuted
    if signature == "minhash":
        return permuted
    # as many draws as fill all places (coupon collector), in whole rounds over all shingles; then minhash for the rest
    rounds = math.ceil(max(1.0, hashes * math.log(max(hashes, 2)) / counts.shingles))
    drawn = documents * counts.shingles * min(rounds, ROUNDS) / speed.drawn
    return drawn + (permuted if rounds > ROUNDS else 0.0)


def _candidates(counts: _Counts, signature: Scheme) -> Iterator[Step]:
    """Yield the steps from text to candidate pairs, each as often as bands find it."""
    documents, shards = counts.corpus.documents, counts.corpus.shards
    bands = _rows("band rows", documents * counts.preset.bands, BAND.itemsize, shards)
    seconds = counts.text.bytes / counts.speed.scanned + counts.text.bytes / counts.speed.text
    seconds += _signing(counts, signature)
    seconds += (counts.signatures.bytes + bands.bytes) / counts.speed.moved
    yield Step("sign", shards, (counts.text,), (counts.signatures, bands), seconds)
    count = by_hash("hash", documents * counts.preset.bands, "band", counts.memory).count
    moves, arrived = exchange("bands", (bands,), count, counts.speed)
    yield from moves
    pairs = _rows("pairs", counts.pairs * counts.repeats, PAIR.itemsize, count)
    yield Step("candidates", count, arrived, (pairs,), bands.bytes / counts.speed.sorted)


def _estimated(counts: _Counts, pairs: tuple[Good, ...], edges: list[Good]) -> Iterator[Step]:
    """Yield the steps that compare signatures: within a segment, then where the other document is."""
    corpus, speed, segments, across = counts.corpus, counts.speed, counts.segments, 1 - 1 / counts.segments
    moves, arrived = exchange("pairs", pairs, segments, speed)
    yield from moves
    sure, checked = counts.pairs * corpus.verified * (1 - corpus.doubtful), counts.pairs * counts.checked
    compared = 2 * counts.preset.signature_bytes / speed.compared
    carried = _rows("carried", counts.pairs * across, carry_type(counts.preset.hashes).itemsize, segments)
    inside = _rows("edges of estimate", sure * (1 - across), EDGE.itemsize, segments)
    left = _rows("checks of estimate", checked * (1 - across), CHECK.itemsize, segments)
    seconds = _size(pairs) / speed.sorted + counts.pairs * (1 - across) * compared + carried.bytes / speed.moved
    yield Step("estimate", segments, (counts.signatures, *arrived), (inside, carried, left), seconds)
    moves, arrived = exchange("carried", (carried,), segments, speed)
    yield from moves
    outside = _rows("edges of arrive", sure * across, EDGE.itemsize, segments)
    left = _rows("checks of arrive", checked * across, CHECK.itemsize, segments)
    seconds = carried.bytes / speed.moved + counts.pairs * across * compared
    yield Step("arrive", segments, (counts.signatures, *arrived), (outside, left), seconds)
    edges += [inside, outside]


def _exact(counts: _Counts, checks: tuple[Good, ...], edges: list[Good]) -> Iterator[Step]:
    """Yield the steps that make shingles again for pairs in doubt: those of one document travel to the other."""
    speed, segments, across = counts.speed, counts.parts, 1 - 1 / counts.parts
    count = _size(checks) // CHECK.itemsize
    moves, arrived = exchange("checks", checks, segments, speed)
    yield from moves
    # all text is read, since hardly a shard has no pair to check; only documents of such pairs are cut into shingles:
    # the earlier in `exact`, the later where it is
    scanned, judged = counts.text.bytes / speed.scanned, counts.corpus.document_bytes / speed.judged
    earlier, later = (judged * min(counts.corpus.documents, count * ends) for ends in (2 - across, across))
    sent = _rows("pieces", count * across * math.ceil(counts.shingles / SHINGLES), PIECE.itemsize, segments)
    decided = counts.pairs * counts.corpus.doubtful * counts.corpus.verified
    inside = _rows("edges of exact", decided * (1 - across), EDGE.itemsize, segments)
    yield Step("exact", segments, (counts.text, *arrived), (sent, inside), scanned + earlier + sent.bytes / speed.moved)
    moves, arrived = exchange("shingles", (sent,), segments, speed)
    yield from moves
    met = _rows("edges of meet", decided * across, EDGE.itemsize, segments)
    yield Step("meet", segments, (counts.text, *arrived), (met,), scanned + later + sent.bytes / speed.sorted)
    edges += [inside, met]


def _decided(counts: _Counts, edges: tuple[Good, ...]) -> Iterator[Step]:
    """Yield the steps from edges to rows that stay and go."""
    corpus, speed, shards = counts.corpus, counts.speed, counts.corpus.shards
    size = _size(edges)
    count, parts = size // EDGE.itemsize, max(1, -(-size * PART // counts.memory))
    rounds = int(speed.rounds) if parts > 1 else 0
    # of edges beyond memory, every round sends each from both ends: a step here for lift, contract and two exchanges
    turns = tuple(
        Good(f"round {number}", 2 * size, parts, parts * min(parts, 1 + 2 * size // (parts * MIN_READ)))
        for number in range(1, rounds + 1)
    )
    decision_count = math.ceil(min(1.0, 1.5 * corpus.duplicates) * corpus.documents)  # one stays for two that go
    decisions = _rows("decisions", decision_count, DECISION.itemsize, parts)
    for before, turn in zip((edges, *((good,) for good in turns)), turns, strict=False):
        yield Step(turn.name, parts, before, (turn,), 2 * count / speed.decided)
    yield Step("decide", parts, turns[-1:] or edges, (decisions,), count / speed.decided)
    moves, arrived = exchange("kept", (decisions,), shards, speed)
    yield from moves
    named = _rows("named", corpus.documents * corpus.duplicates, NAME.itemsize, shards)
    urls = _rows("urls", corpus.documents, URL_BYTES, shards)
    seconds = (urls.bytes + decisions.bytes + named.bytes) / speed.moved
    yield Step("names", shards, (urls, *arrived), (named,), seconds)
    moves, arrived_names = exchange("told", (named,), shards, speed)
    yield from moves
    moves, own = exchange("own", (decisions,), shards, speed)
    yield from moves
    # rows that stay are handed on by number, with the columns about copies
    kept = _rows("kept", corpus.documents * (1 - corpus.duplicates), KEPT_BYTES, shards)
    dropped = _rows("dropped", corpus.documents * corpus.duplicates, NODE.itemsize + URL_BYTES, shards)
    seconds = corpus.documents / speed.applied
    yield Step("apply", shards, (urls, *own, *arrived_names), (kept, dropped), seconds)
