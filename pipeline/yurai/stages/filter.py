"""filter: the rules of a recipe over stored measures; the first reason in the recipe's order wins."""

from yurai.rules import Rules
from yurai.stage import stage


@stage("filter", version=1, kind="filter")
def filter(*, rules: Rules = Rules([])) -> Rules:  # noqa: A001, B008 - the stage's name; an immutable default
    """Apply filters and editors in order; a filter drops with a reason, an editor rewrites and is measured again.

    Reasons read `<rule>:<reason>`. Rows that a rule does not judge (another language) pass and are counted.

    Args:
        rules: list of tables with `use` (see `yurai list filters`) and settings.
    """
    return rules
