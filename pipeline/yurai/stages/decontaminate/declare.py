"""Declare stage decontaminate, which drops or tags documents that contain items of evaluations."""

from collections.abc import Sequence

from yurai.declare.stage import Kind, Stage, declare
from yurai.declare.versions import PYTHON
from yurai.engine.use import AnyUse
from yurai.stages.decontaminate.driver import decontaminate, digests
from yurai.stages.decontaminate.settings import Decontaminate


def _place(settings: Decontaminate, _: Sequence[AnyUse], __: Sequence[AnyUse]) -> str | None:
    """Refuse a stage that would look for nothing."""
    return None if settings.evaluations else 'it names no evaluation; add evaluations = ["NAME=PATH"]'


STAGE = declare(
    Stage(
        "decontaminate",
        version=1,
        kind=Kind.FILTER,
        settings=Decontaminate,
        driver=decontaminate,
        place=_place,
        repeats=True,
        command=("decontaminate",),
        reasons=("decontaminate:*",),
        packages=(PYTHON,),
        models=digests,
    )
)
