"""Sort licences into classes by their SPDX id, or LicenseRef-: what each class of them lets everybody do differs."""

import functools
import re
from typing import Final, Literal

LicenceClass = Literal[
    "public-domain", "attribution", "share-alike", "non-commercial", "no-derivatives", "non-commercial-no-derivatives",
    "other",
]  # fmt: skip
CLASSES: Final[tuple[LicenceClass, ...]] = (
    "public-domain",
    "attribution",
    "share-alike",
    "non-commercial",
    "no-derivatives",
    "non-commercial-no-derivatives",
    "other",
)
"""From the most permissive on."""
OPEN: Final[tuple[LicenceClass, ...]] = ("public-domain", "attribution", "share-alike")
"""Classes of licences that meet the Open Definition 2.1 (https://opendefinition.org/od/2.1/en/)."""
PATTERNS: Final[tuple[tuple[str, LicenceClass], ...]] = (
    (r"^(LicenseRef-)?CC-.*NC-.*ND(-|$)|^(LicenseRef-)?CC-.*ND-.*NC(-|$)", "non-commercial-no-derivatives"),
    (r"^(LicenseRef-)?CC-.*NC(-|$)|^(LicenseRef-)?CC-(NC-)?Sampling|^(LicenseRef-)?CC-DevNations", "non-commercial"),
    (r"^(LicenseRef-)?CC-.*ND(-|$)", "no-derivatives"),
    (
        r"^(LicenseRef-)?(CC0|CC-PDM|CC-PDDC|PDDL|Unlicense|0BSD|MIT-0|WTFPL|DL-DE-ZERO|public-domain)(-|$)",
        "public-domain",
    ),
    (r"^(LicenseRef-)?(CC-(BY-)?SA|L?GPL|AGPL|GFDL|ODbL|MPL|EPL|EUPL|LAL|OPUBL)(-|$)", "share-alike"),
    (
        r"^(LicenseRef-)?(CC-BY|MIT|BSD|BSL|FreeBSD-DOC|ISC|Apache|Artistic|PSF|ODC-By|OGL|[eE]talab|DL-DE-BY|DL-DE-unspecified|JP-GSTU|JP-PDL)(-|$)",
        "attribution",
    ),
)
"""The first pattern that an id matches, from its beginning, says its class."""
NONE: Final = "NONE"
"""Looked, and found no licence (SPDX 2.3, section 7.13)."""
NOASSERTION: Final = "NOASSERTION"
"""Not determined: not looked everywhere, unreadable, or statements that contradict (SPDX 2.3, section 7.13)."""
_UNSPECIFIED: Final = "-unspecified"


@functools.lru_cache(maxsize=4096)
def class_of(licence: str) -> LicenceClass:
    """Return the class of a licence; "other" is one that is not known, so not known to be open."""
    return next((name for pattern, name in PATTERNS if re.match(pattern, licence)), "other")


def distinct(licences: set[str]) -> set[str]:
    """Return the licences that are meant: one without its version is the same as one of its family that has it."""
    return {one for one in licences if not _is_said_better(one, licences)}


def _is_said_better(one: str, licences: set[str]) -> bool:
    if not one.endswith(_UNSPECIFIED):
        return False
    family = re.escape(one.removeprefix("LicenseRef-").removesuffix(_UNSPECIFIED))
    versioned = re.compile(rf"(LicenseRef-)?{family}(-[A-Za-z]{{2,}})*-[0-9].*")
    return any(versioned.fullmatch(other) for other in licences)
