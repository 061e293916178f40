"""Model the cost of what ends every run: files of delivery, roots of their rows, the audit, and what is around tasks.

A command over documents delivers all that it read (`extracted/`), what stays (`documents/`) and goes (`dropped/`).
"""

import math
from collections.abc import Iterable, Iterator

from yurai.plan.traffic import Good, Measured, Step
from yurai.run.recipe import DELIVER

KEYS, KEY_BYTES, PLACE_BYTES, LEAF_BYTES = 3, 64, 16, 32
"""Of a row: its leaf, and by id, URL and text a key and a place, in bytes."""


def delivery(text: Good, ended: tuple[Good, ...], documents: int, stays: float, speed: Measured) -> Iterator[Step]:
    """Yield the steps behind the last stage.

    Args:
        text: what the run read.
        ended: the numbers of the rows that stay, and the rows of what goes.
        documents: how many were read.
        stays: the share of them that does.
        speed: the constants.
    """
    kept, dropped = math.ceil(text.bytes * stays), ended[-1].bytes
    files = max(1, -(-text.bytes // DELIVER["text_bytes"]))
    goods = tuple(
        Good(name, size, files, files)
        for name, size in (("extracted", text.bytes), ("documents", kept), ("dropped rows", dropped))
    )
    size, rows = text.bytes + kept, 2 * documents
    yield Step("deliver", files, (text, *ended), goods, size / speed.delivered)
    leaves = Good("leaves", rows * (LEAF_BYTES + KEYS * (KEY_BYTES + 2 * PLACE_BYTES)), files, files)
    yield Step("roots", files, goods, (leaves,), size / speed.rooted)
    yield Step("audit", 1, (*goods, leaves), (), size / speed.audited)


def around(steps: Iterable[Step], speed: Measured) -> Step:
    """Return what a run takes beside its tasks: starting, and driving each of them."""
    return Step("around", 0, (), (), speed.started + speed.task * sum(step.tasks for step in steps))
