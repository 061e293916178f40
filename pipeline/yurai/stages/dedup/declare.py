"""Declare stage dedup, which keeps one of several equal documents across the whole corpus."""

from yurai.declare.stage import Kind, Stage, declare
from yurai.declare.versions import ARROW, ARROW_RE2
from yurai.stages.dedup.driver import drop_equal
from yurai.stages.dedup.settings import Dedup
from yurai.stages.earlier_trees import digests

STAGE = declare(
    Stage(
        "dedup",
        version=4,
        kind=Kind.DEDUP,
        settings=Dedup,
        driver=drop_equal,
        repeats=True,
        command=("dedup",),
        reasons=("exact-duplicate", "url-duplicate"),
        packages=(ARROW, ARROW_RE2),
        models=digests,
    )
)
