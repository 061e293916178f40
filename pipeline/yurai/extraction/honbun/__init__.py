"""honbun (本文), the main-text extractor of Yurai: blocks of a page, scored by layout alone, the best set chosen."""

from yurai.extraction.honbun.main_text import MainText, main_text
from yurai.extraction.honbun.model import version
from yurai.extraction.honbun.script_json import script_json_text

__all__ = ["MainText", "main_text", "script_json_text", "version"]
