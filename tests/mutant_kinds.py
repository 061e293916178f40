"""All kinds of input that bench/fuzz.py mutates; tests/sources/test_fuzz.py tries a few cases of each."""

from typing import Final

import mutant_pages
import mutant_records
import mutant_rows
import mutant_texts
from mutants import Kind

KINDS: Final[dict[str, Kind]] = {
    **mutant_records.KINDS,
    **mutant_rows.KINDS,
    **mutant_pages.KINDS,
    **mutant_texts.KINDS,
}
