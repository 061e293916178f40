"""Say what a run will need before it is started: run the recipe over a small sample of its input and extrapolate.

`cut` copies whole compressed units at even distances into sample files, `trial` runs the recipe over them and watches
time, processes and disk, `predict` extrapolates by compressed bytes, `near_needs` adds what near-dedup costs.
"""

from yurai.plan.near_needs import DedupNeed
from yurai.plan.predict import Need, Plan, make_plan

__all__ = ["DedupNeed", "Need", "Plan", "make_plan"]
