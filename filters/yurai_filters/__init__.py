"""Define the rules that say what is kept and why, as pure column functions, one rule set a file.

Importing this package declares its own filters, taggers and editors; `load_plugins` adds those of other packages.
"""

from yurai_filters import (  # noqa: F401 - importing them declares
    c4,
    fineweb,
    gopher,
    language,
    length,
    measures,
    nfc,
    pii,
    repetition,
    urls,
    words,
)
from yurai_filters.check import check_settings
from yurai_filters.compare import above, below, rounded, share
from yurai_filters.declaration import Declaration, Package
from yurai_filters.declare import (
    EDITORS,
    FILTERS,
    TAGGERS,
    document_filter,
    editor,
    tagger,
)
from yurai_filters.errors import ContractViolation
from yurai_filters.pii import redact_all
from yurai_filters.plugins import load_plugins
from yurai_filters.reasons import first_reason, reasons, rules
from yurai_filters.run_rule import Edited, Verdict, edit, judge, measure
from yurai_filters.settings import Setting

__all__ = [
    "EDITORS",
    "FILTERS",
    "TAGGERS",
    "ContractViolation",
    "Declaration",
    "Edited",
    "Package",
    "Setting",
    "Verdict",
    "above",
    "below",
    "check_settings",
    "document_filter",
    "edit",
    "editor",
    "first_reason",
    "judge",
    "load_plugins",
    "measure",
    "reasons",
    "redact_all",
    "rounded",
    "rules",
    "share",
    "tagger",
]
