"""Write the tables of docs/dedup.md from the presets, their curves and the cost model.

python -m yurai.plan.reference            rewrite the tables of the checkout that this module is in
python -m yurai.plan.reference --check    change nothing; exit 1 when a table is out of step
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

from yurai.plan.near_cost import Corpus, DedupCost, cost
from yurai.plan.traffic import Measured
from yurai.stages.near_dedup.curve import found, standard_error, threshold, verified
from yurai.stages.near_dedup.presets import PRESETS, Preset
from yurai.stages.near_dedup.settings import NearDedup

PAGE = Path(__file__).parents[3] / "docs" / "dedup.md"
SIMILARITIES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
LIMIT = 0.8
SHARES, RATIOS = (0.8, 0.9, 1.0), (1.0, 0.75, 0.5, 0.25, 0.1)
"""Of a shorter text's shingles, how many the longer one has; and how long the shorter one is."""
SIZES = (10**8, 10**9, 10**10)
DOCUMENT_BYTES = 3300
SHARD_DOCUMENTS = 10_000
STEPS_OF, STEPS_AT = "fineweb", 10**9
TB = 1e12


def markdown(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; the first column is left, the others right."""
    head = list(columns)
    lines = [head, ["---", *("---:" for _ in head[1:])], *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def presets() -> str:
    """Return what each preset is, and where its curve is steepest."""
    return markdown(
        ("preset", "bands x rows", "shingles", "steepest at", "bytes a signature", "standard error at .8"),
        (
            (
                f"`{preset.name}`",
                f"{preset.bands} x {preset.rows}",
                preset.shingle,
                f"{threshold(preset.bands, preset.rows):.3f}",
                f"{preset.signature_bytes:,}",
                f"{standard_error(LIMIT, preset.hashes):.4f}",
            )
            for preset in PRESETS.values()
        ),
    )


def differences() -> str:
    """Return where each preset comes from, and what the published tool does otherwise."""
    return "\n".join(f"- `{each.name}`: {each.cites}. {_sentence(each.differs)}" for each in PRESETS.values())


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def candidates() -> str:
    """Return the chance that a pair becomes a candidate."""
    return _curves(lambda preset, similarity: found(similarity, preset.bands, preset.rows))


def estimated() -> str:
    """Return the chance that a pair becomes a candidate and its estimate passes."""
    return _curves(
        lambda preset, similarity: verified(similarity, preset.bands, preset.rows, limit=LIMIT, mode="estimate")
    )


def exact() -> str:
    """Return the chance that a pair becomes a candidate and passes mode `exact`."""
    return _curves(
        lambda preset, similarity: verified(similarity, preset.bands, preset.rows, limit=LIMIT, mode="exact")
    )


def _curves(chance: Callable[[Preset, float], float]) -> str:
    return markdown(
        ("preset", *(f"{similarity:.2f}" for similarity in SIMILARITIES)),
        (
            (f"`{preset.name}`", *(f"{chance(preset, similarity):.3f}" for similarity in SIMILARITIES))
            for preset in PRESETS.values()
        ),
    )


def contained() -> str:
    """Return the chance that a pair becomes a candidate under containment, by what is contained and how long it is."""
    preset = NearDedup(measure="containment").resolved
    rows = []
    for share in SHARES:
        alike = (share * ratio / (1 + ratio - share * ratio) for ratio in RATIOS)
        rows.append((f"{share:.0%}", *(f"{found(one, preset.bands, preset.rows):.3f}" for one in alike)))
    return markdown(("contained", *(f"{ratio:.2f} as long" for ratio in RATIOS)), rows)


def costs() -> str:
    """Return what each preset costs at each size."""
    return markdown(
        ("documents", "preset", "signatures TB", "shuffled TB", "read TB", "written TB", "files", "requests", "CPU h"),
        ((f"{size:,}", f"`{name}`", *_totals(_cost(size, preset))) for size in SIZES for name, preset in _named()),
    )


def steps() -> str:
    """Return the steps of one search."""
    rows = _cost(STEPS_AT, PRESETS[STEPS_OF]).steps
    return markdown(
        ("step", "tasks", "files", "requests", "read GB", "written GB", "CPU h"),
        (
            (
                step.name,
                *(f"{count:,}" for count in (step.tasks, step.files, step.requests)),
                *(f"{count / 1e9:,.1f}" for count in (step.read, step.written)),
                f"{step.cpu_hours:,.1f}",
            )
            for step in rows
        ),
    )


def constants() -> str:
    """Return the constants of the model, with where each comes from."""
    return markdown(
        ("constant", "value", "what it is", "from"),
        (
            (each.name, f"{getattr(Measured(), each.name):,.10g}", each.metadata["is"], each.metadata["by"])
            for each in fields(Measured)
        ),
    )


def _named() -> Iterable[tuple[str, Preset]]:
    return PRESETS.items()


def _cost(documents: int, preset: Preset) -> DedupCost:
    return cost(Corpus(documents, DOCUMENT_BYTES, documents // SHARD_DOCUMENTS), preset, texts=NearDedup().judge.texts)


def _totals(whole: DedupCost) -> Iterable[str]:
    yield from (f"{size / TB:,.2f}" for size in (whole.signatures, whole.shuffled, whole.read, whole.written))
    yield from (f"{count:,}" for count in (whole.files, whole.requests))
    yield f"{whole.cpu_hours:,.0f}"


TABLES = {
    "presets": presets,
    "differences": differences,
    "candidates": candidates,
    "estimate": estimated,
    "exact": exact,
    "contained": contained,
    "costs": costs,
    "steps": steps,
    "constants": constants,
}


def renewed(page: str) -> str:
    """Return the page with each table between its marks written anew.

    Raises:
        ValueError: the marks of a table are missing.
    """
    for name, table in TABLES.items():
        first, last = f"<!-- {name}: written by python -m yurai.plan.reference -->", f"<!-- end of {name} -->"
        before, opened, rest = page.partition(first)
        _, closed, after = rest.partition(last)
        if not opened or not closed:
            raise ValueError(f"docs/dedup.md has no marks for the table {name}: {first} and {last}")
        page = f"{before}{first}\n{table()}\n{last}{after}"
    return page


def main() -> None:
    """Rewrite the tables that are out of step, or with `--check` only say so."""
    page = PAGE.read_text("utf-8")
    new = renewed(page)
    if sys.argv[1:] == ["--check"]:
        sys.stdout.write("in step\n" if new == page else "out of step; run python -m yurai.plan.reference\n")
        raise SystemExit(0 if new == page else 1)
    PAGE.write_text(new, "utf-8")


if __name__ == "__main__":
    main()
