r"""Show text that others wrote: the one function that makes it fit for a terminal, a log, a report.

Texts of a crawl, names of files, URLs and words of errors may hold what a terminal obeys (ESC, the C1 controls), what
reorders its neighbours (bidirectional overrides and isolates, UAX 9), what nobody sees (zero-width characters), line
ends that forge a line, and halves of surrogate pairs, which cannot be written at all. Each becomes its escape as Python
writes it: \x1b, \u202e, \n. A byte of a file name that is no UTF-8 (PEP 383) becomes \xNN.
"""

import unicodedata

JOINERS = "\u200c\u200d"
"""Zero-width joiners stay where they join: after letters of scripts that need them, and in emoji (UTS 51)."""
_JOINING = range(0x0600, 0x1000)
"""Arabic to Tibetan: the scripts in which RFC 5892, appendix A.1 and A.2, lets a joiner stand."""

_FORMULA = ("=", "+", "-", "@", "'")


def escaped(text: str) -> str:
    r"""Return `text` with escapes for all that would not be seen or would act; line ends and tabs are \n and \t."""
    if text.isprintable():
        return text
    return "".join(letter if _stays(text, at) else escape(letter) for at, letter in enumerate(text))


def cell(text: str) -> str:
    """Return `text` for a cell of a CSV: as `escaped`, behind an apostrophe if a spreadsheet took it for a formula.

    One that begins with an apostrophe gets another, so that a reader may take one away. Tabs and line ends are escapes
    already. Source: OWASP, CSV Injection.
    """
    shown = escaped(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def escaped_lines(text: str) -> str:
    r"""Return a text of many lines as `escaped` does, with its line ends (\n and \r\n) as they are."""
    if text.replace("\n", "").isprintable():
        return text
    lines = text.split("\n")
    ends = ["\r" if line.endswith("\r") and number < len(lines) else "" for number, line in enumerate(lines, 1)]
    return "\n".join(escaped(line[: -len(end) or None]) + end for line, end in zip(lines, ends, strict=True))


def escaped_json(text: str) -> str:
    r"""Return JSON that means the same, with escapes of JSON (\u001b) in its strings for what `escaped` escapes."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(
        letter if letter == "\n" or _stays(text, at) else _json_escape(letter) for at, letter in enumerate(text)
    )


def _stays(text: str, at: int) -> bool:
    letter = text[at]
    if letter.isprintable() or unicodedata.category(letter) == "Zs":
        return True
    if letter not in JOINERS or at == 0:
        return False
    before = text[at - 1]
    return ord(before) in _JOINING or before == "\ufe0f" or unicodedata.category(before) in ("So", "Sk")


def escape(letter: str) -> str:
    r"""Return the escape of one letter as Python writes it; \xNN for a byte of a name that is no UTF-8."""
    if "\udc80" <= letter <= "\udcff":
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("unicode_escape").decode("ascii")


def _json_escape(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
