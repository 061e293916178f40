"""Say what a run will need before it is started: run the recipe over a small sample of its input and extrapolate.

`draw` makes strata and draws sources, `cut` reads whole compressed units at even distances, `count` counts candidates
in them, `frame` holds those and draws clusters of what `sketch` finds alike, `samples` writes them, `trial` runs the
recipe and watches time, processes and disk, `outcome`, `costs`, `memory`, `duplicates` read what came of it,
`estimate` has the ratios and intervals, `predict` puts it together, `near_needs` adds near-dedup, `cluster` says which
nodes end a run in time.
"""

from yurai.plan.cluster import Cluster, Wanted
from yurai.plan.draw import ASKED
from yurai.plan.near_needs import DedupNeed
from yurai.plan.predict import Need, Plan, make_plan

__all__ = ["ASKED", "Cluster", "DedupNeed", "Need", "Plan", "Wanted", "make_plan"]
