"""dedup: which of several equal documents stays, across the whole corpus."""

from yurai.declare.stage import Kind, Stage, declare
from yurai.stages.dedup.driver import drop_equal
from yurai.stages.dedup.settings import Dedup

STAGE = declare(
    Stage(
        "dedup",
        version=2,
        kind=Kind.DEDUP,
        settings=Dedup,
        driver=drop_equal,
        repeats=True,
        command=("dedup",),
        reasons=("exact-duplicate", "url-duplicate"),
    )
)
