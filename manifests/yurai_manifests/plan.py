"""Read and check `plan.json`: which recipe makes a tree, by which stages, from which sources. Written before all else.

run.json names its digest, since what it says depends on the recipe, the sources' names and the packages alone.
"""

from typing import Final, NotRequired, TypedDict, cast

from yurai_manifests.canonical import Json
from yurai_manifests.errors import AuditError
from yurai_manifests.shape import COUNT, LIST, TABLE, TEXT, WHOLE, Each, Fields, Many, parsed
from yurai_manifests.store import Store

PLAN: Final = "plan.json"
IDENTITY: Final = Fields(
    {
        "stage": TEXT,
        "version": WHOLE,
        "settings": TABLE,
        "rules": LIST,
        "models": Each(TEXT),
        "packages": TABLE,
        "before": TEXT,
    }
)
"""What the fingerprint of a stage is made of."""
SHAPE: Final = Fields(
    {"recipe": TEXT, "deliver": Each(COUNT), "stages": Many(IDENTITY), "sources": Many(TEXT), "tables": Many(TABLE)},
    {"side": Each(Many(TEXT)), "selections": Many(TEXT)},
)


class Plan(TypedDict):
    """What plan.json says: recipe, sizes of delivered files, identities of its stages, sources and their tables."""

    recipe: str
    deliver: dict[str, int]
    stages: list[dict[str, Json]]
    sources: list[str]
    tables: list[dict[str, Json]]
    side: NotRequired[dict[str, list[str]]]
    """Files of side inputs, by the name of the side input."""
    selections: NotRequired[list[str]]
    """Digests of the selections that say which ranges of the sources are read, sorted."""


def load_plan(store: Store) -> Plan | None:
    """Return the plan of the tree, None where there is none.

    Raises:
        AuditError: it is not what a run writes.
    """
    try:
        data = store.read(PLAN)
    except FileNotFoundError:
        return None
    value, wrong = parsed(data, SHAPE)
    if wrong:
        raise AuditError(
            f"{store.url}/{PLAN} is damaged: {wrong}; restore it, or run the same command with --rebuild, which writes "
            "it again"
        )
    return cast("Plan", value)
