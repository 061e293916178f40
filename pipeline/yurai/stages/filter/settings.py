"""Define the settings of stage filter: the rules, in order."""

from dataclasses import dataclass

from yurai.declare.rules import Rules
from yurai.engine.use import Settings


@dataclass(frozen=True, kw_only=True)
class Filter(Settings):
    """Apply filters and editors in order; a filter drops with a reason, an editor rewrites and is measured again.

    Reasons read `<rule>:<reason>`. Rows that a rule does not judge (another language) pass and are counted.

    Args:
        rules: list of tables with `use` (see `yurai list filters`) and settings.
    """

    rules: Rules = ()
