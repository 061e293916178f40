"""Say where the text of a licence stands and what it is called, by the id that `normalise` gives it.

Sources: the URL scheme of creativecommons.org and the names on its deeds; https://spdx.org/licenses/ for the others.
"""

import re
from typing import Final

from yurai.evidence.normalise import _ADDRESSES, _IDS, cc_id

_PARTS: Final = {"BY": "Attribution", "NC": "NonCommercial", "ND": "NoDerivatives", "SA": "ShareAlike"}
_CC: Final = re.compile(r"(?:LicenseRef-)?CC-((?:BY|NC|ND|SA)(?:-(?:BY|NC|ND|SA))*)-([0-9]\.[0-9])(?:-([A-Z]+))?")
_PUBLIC: Final = {
    "CC0-1.0": ("CC0 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-PDM-1.0": ("Public Domain Mark 1.0", "https://creativecommons.org/publicdomain/mark/1.0/"),
    "CC-PDDC": ("Public Domain Dedication and Certification", "https://creativecommons.org/licenses/publicdomain/"),
}
_BY_ID: Final = {known: address for address, known in reversed(_ADDRESSES.items())}
_PORTS: Final = {"1.0": "Generic", "2.0": "Generic", "2.5": "Generic", "3.0": "Unported", "4.0": "International"}


def name_of(licence: str) -> str:
    """Return what a licence is called: the name on its deed for Creative Commons, else its id."""
    if licence in _PUBLIC:
        return _PUBLIC[licence][0]
    match = _CC.fullmatch(licence)
    if match is None:
        return licence
    kind, version, port = match.groups()
    words = "-".join(_PARTS[part] for part in kind.split("-"))
    return f"Creative Commons {words} {version} {port or _PORTS.get(version, '')}".rstrip()


def address_of(licence: str) -> str | None:
    """Return the URL of a licence; None where its id says none, as that of one without its version."""
    if licence in _PUBLIC:
        return _PUBLIC[licence][1]
    if match := _CC.fullmatch(licence):
        kind, version, port = match.groups()
        found = f"https://creativecommons.org/licenses/{kind.lower()}/{version}/{f'{port.lower()}/' if port else ''}"
        return found if cc_id(found) == licence else None
    if licence.lower() in _IDS:
        return f"https://spdx.org/licenses/{licence}.html"
    return f"https://{_BY_ID[licence]}" if licence in _BY_ID else None
