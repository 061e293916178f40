"""Check the settings of the gate, which a recipe may leave to be filled in from its filter "language"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yurai.declare.language.written import LANGUAGES
from yurai_filters.language import UNDETERMINED

if TYPE_CHECKING:
    from yurai.extraction.options import ExtractOptions


def refused(options: ExtractOptions) -> str | None:
    """Say why a gate cannot stand with these settings, or None."""
    codes = {*options.gate_languages} - {UNDETERMINED}
    if not codes:
        return (
            f'gate = "{options.gate}" needs to know which languages are kept, and the recipe names none: list them in '
            'gate_languages, or in allow of filter "language" (not *); or set gate = "off"'
        )
    unknown = sorted(codes - LANGUAGES)
    if unknown:
        return (
            f"the gate cannot tell {unknown[0]!r}: it asks lid.176.ftz, whose codes are those of Wikipedia (ja, en, "
            'zh); write gate_languages in these, or set gate = "off"'
        )
    return None
