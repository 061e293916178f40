"""What `yurai plan` predicts, beside what the run then takes.

    python bench/plan.py RECIPE INPUT... [--share 0.01] [--workers 2] [--runner local]

Bound: wall, disk, peak memory and kept tokens within 25 % of the run. Input of 20,000 pages: DATA/docs, DATA/web and
what `bench/corpus.py` wraps of Debian's documentation packages.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from yurai.plan import make_plan
from yurai.plan.trial import watch
from yurai.sources.find import find_sources

BOUND = 0.25
BOUNDED = ("wall", "disk", "memory", "tokens")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("input", nargs="+")
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runner", default="local")
    given = parser.parse_args()
    sources = find_sources(given.input)
    plan = make_plan(given.recipe, sources, share=given.share, workers=given.workers, runner=given.runner)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        inputs = [part for name in given.input for part in ("--input", name)]
        arguments = ["run", given.recipe, *inputs, "--output", str(out)]
        seen = watch([*arguments, "--runner", given.runner, "--workers", str(given.workers)], out)
    totals = seen.run.value["totals"]
    found = {"wall": seen.wall, "cpu": seen.cpu, "disk": seen.disk, "memory": seen.memory, **totals}
    print(f"sample: {plan.candidates} of {totals['candidates']} pages, {plan.share:.2%} of the bytes")
    print("| need | predicted | seen | off by |\n|---|---|---|---|")
    worst = 0.0
    for need in plan.needs:
        off = need.predicted / found[need.name] - 1
        worst = max(worst, abs(off) if need.name in BOUNDED else 0.0)
        print(f"| {need.name}, {need.unit} | {need.predicted:,.1f} | {found[need.name]:,.1f} | {off:+.1%} |")
    print(f"worst of {', '.join(BOUNDED)}: {worst:.1%} (bound {BOUND:.0%})")
    return 0 if worst <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
