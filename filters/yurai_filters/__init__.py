"""Define the rules that say what is kept and why, as pure column functions, one rule set a file.

The first use of a name from here loads the package and declares its own filters, taggers and editors; `load_plugins`
adds those of other packages. Modules that need one of its parts alone, such as `ranges`, load no more than that: the
extraction child, which judges nothing, is spared Arrow and what comes with it.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yurai_filters.blame import blame
    from yurai_filters.check import check_settings
    from yurai_filters.compare import above, below, rounded, share
    from yurai_filters.declaration import Declaration, Package
    from yurai_filters.declare import EDITORS, FILTERS, TAGGERS, document_filter, editor, tagger
    from yurai_filters.errors import ContractViolation, RuleError
    from yurai_filters.pii import redact_all
    from yurai_filters.plugins import load_plugins
    from yurai_filters.run_rule import Edited, Verdict, edit, judge, measure
    from yurai_filters.settings import Setting
    from yurai_filters.why import first_reason, reasons, rules

_DECLARING = (
    "aozora",
    "ascii_runs",
    "c4",
    "character_repetition",
    "compression",
    "fineweb",
    "gopher",
    "japanese_lines",
    "language",
    "language_by",
    "length",
    "measures",
    "mojibake",
    "nfc",
    "nfkc",
    "pattern_list",
    "pii.drop",
    "refinedweb",
    "repetition",
    "score",
    "scripts",
    "sentence_shapes",
    "special_characters",
    "symbol_lines",
    "urls",
    "word_list",
    "words",
)
_EXPORTS = {
    "blame": ("blame",),
    "check": ("check_settings",),
    "compare": ("above", "below", "rounded", "share"),
    "declaration": ("Declaration", "Package"),
    "declare": ("EDITORS", "FILTERS", "TAGGERS", "document_filter", "editor", "tagger"),
    "errors": ("ContractViolation", "RuleError"),
    "pii": ("redact_all",),
    "plugins": ("load_plugins",),
    "run_rule": ("Edited", "Verdict", "edit", "judge", "measure"),
    "settings": ("Setting",),
    "why": ("first_reason", "reasons", "rules"),
}


def __getattr__(name: str) -> object:
    """Return what the package exports, all of which it has from then on (https://peps.python.org/pep-0562/)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for module in _DECLARING:
        importlib.import_module(f"{__name__}.{module}")
    for module, names in _EXPORTS.items():
        found = importlib.import_module(f"{__name__}.{module}")
        globals().update({one: getattr(found, one) for one in names})
    return globals()[name]


__all__ = [
    "EDITORS",
    "FILTERS",
    "TAGGERS",
    "ContractViolation",
    "Declaration",
    "Edited",
    "Package",
    "RuleError",
    "Setting",
    "Verdict",
    "above",
    "below",
    "blame",
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
