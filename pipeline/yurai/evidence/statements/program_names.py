"""Find names of licences for programs in text, under which some manuals and pages stand too.

What a name alone leaves open stays so: "the GPL" is `LicenseRef-GPL-unspecified`, "BSD license" has no clauses.
Sources: the SPDX licence list 3.x; the notices that the licences themselves ask for.
"""

import re
from collections.abc import Callable
from typing import Final

_L: Final = r"[\s-]*(?:style\s+)?(?:public\s+)?licen[sc]e[sd]?\b"
_V: Final = r"(?:[\s,(;:-]*(?:v(?:er(?:sion)?)?\.?|バージョン)?\s*"
_GPL: Final = (
    r"(?:\bGNU\s+(?P<gpl_kind>Lesser\s+|Library\s+|Affero\s+)?General\s+Public\s+Licen[sc]e"
    r"|\b(?:GNU\s+)?(?P<gpl_letter>[AL])?GPL)(?:\s*\([AL]?GPL\))?"
    r"(?:,?\s+as\s+published\s+by\s+the\s+Free\s+Software\s+Foundation)?(?:[;,]?\s+either\b)?"
    rf"{_V}(?P<gpl_version>[23](?:\.[01])?)(?![\d.]*\d)"
    r"(?:\s+of\s+the\s+Licen[sc]e)?(?P<gpl_later>\+|[\s,(]*(?:or|and)\b[^.;]{0,24}?\b(?:later|newer|higher)\b"
    r"|[\s,(]*oder[^.;]{0,16}später|[\s,(]*以降|[\s,(]*または[^。]{0,12}以降)?)?"
)
_BSD: Final = (
    r"(?:\b(?P<bsd_before>[0234]|zero|two|three|four)[\s-]?clause\s+(?:new\s+|simplified\s+)?)?"
    rf"\bBSD(?:[\s-]*(?P<bsd_behind>[0234])[\s-]?clause)?(?:{_L}|\s*ライセンス)?"
)
_CLAUSES: Final = {"zero": "0", "two": "2", "three": "3", "four": "4"}


def _gpl(match: re.Match[str]) -> str:
    kind = (match["gpl_kind"] or match["gpl_letter"] or "")[:1].upper()
    version = match["gpl_version"]
    if version is None:
        return f"LicenseRef-{kind}GPL-unspecified"
    full = version if "." in version else f"{version}.0"
    return f"{kind}GPL-{full}-or-later" if match["gpl_later"] else f"LicenseRef-{kind}GPL-{full}"


def _bsd(match: re.Match[str]) -> str:
    said = (match["bsd_before"] or match["bsd_behind"] or "").lower()
    count = _CLAUSES.get(said, said)
    if not count:
        return "LicenseRef-BSD-unspecified"
    return "0BSD" if count == "0" else f"BSD-{count}-Clause"


def _versioned(name: str, *known: str) -> Callable[[re.Match[str]], str]:
    """Id of a name with one of its versions, as `{name}_version` gives it, a missing `.0` filled in."""
    key = f"{name.lower()}_version"

    def read(match: re.Match[str]) -> str:
        said = match[key] or ""
        version = said if "." in said or not said else f"{said}.0"
        return f"{name}-{version}" if version in known else f"LicenseRef-{name}-{version or 'unspecified'}"

    return read


def _pattern(name: str, words: str, versions: str) -> str:
    return rf"(?:{words}){_V}(?P<{name.lower()}_version>{versions})(?![\d.]*\d))?"


_NAMES: Final[dict[str, tuple[str, Callable[[re.Match[str]], str]]]] = {
    "gpl": (_GPL, _gpl),
    "bsd": (_BSD, _bsd),
    "mit": (rf"\bMIT(?:\s?/\s?(?:X11|Expat))?(?:{_L}|\s*ライセンス|\b)", lambda _: "MIT"),
    "apache": (
        _pattern("Apache", rf"\bApache(?:\s+Software)?(?:\s+Foundation)?(?:{_L}|\s*ライセンス)?", r"2(?:\.0)?|1\.[01]"),
        _versioned("Apache", "2.0", "1.1", "1.0"),
    ),
    "mpl": (
        _pattern("MPL", r"\bMozilla\s+Public\s+Licen[sc]e|\bMPL\b", r"[12](?:\.[01])?"),
        _versioned("MPL", "1.0", "1.1", "2.0"),
    ),
    "psf": (
        _pattern("PSF", r"\b(?:Python\s+Software\s+Foundation|PSF)\s+Licen[sc]e(?:\s+Agreement)?", r"2(?:\.0)?"),
        _versioned("PSF", "2.0"),
    ),
    "artistic": (
        _pattern("Artistic", r"\bArtistic\s+Licen[sc]e", r"[12](?:\.0)?"),
        _versioned("Artistic", "1.0", "2.0"),
    ),
    "epl": (_pattern("EPL", r"\bEclipse\s+Public\s+Licen[sc]e", r"[12](?:\.0)?"), _versioned("EPL", "1.0", "2.0")),
    "eupl": (
        _pattern("EUPL", r"\bEuropean\s+Union\s+Public\s+Licen[sc]e|\bEUPL\b", r"1\.[0-2]"),
        _versioned("EUPL", "1.0", "1.1", "1.2"),
    ),
    "boost": (r"\bBoost\s+Software\s+Licen[sc]e", lambda _: "BSL-1.0"),
    "isc": (rf"\bISC{_L}", lambda _: "ISC"),
    "unlicense": (r"\bUnlicense\b", lambda _: "Unlicense"),
}
_WORDS: Final = ("mit", "bsd", "apache")
"""Names of schools, systems and servers too: only with "license" or a version is a licence meant."""
_SAID: Final = re.compile(r"licen|ライセンス|[\s-]2(?:\.0)?\Z", re.IGNORECASE)
PROGRAMS: Final = "|".join(f"(?P<{key}>{pattern})" for key, (pattern, _) in _NAMES.items())
"""One group for each name; case is to be ignored."""


def program_id(match: re.Match[str]) -> str | None:
    """Id of the licence for programs that a match of PROGRAMS, or of a pattern with it, names."""
    key = next((key for key in _NAMES if match[key]), None)
    if key is None or (key in _WORDS and not _SAID.search(match[key])):
        return None
    return _NAMES[key][1](match)
