"""Map the address or name of a licence to one id: that of SPDX where there is one, else `LicenseRef-...`.

What is not said is not filled in: Creative Commons without a version is `LicenseRef-CC-BY-unspecified`, never 4.0.
Sources: the SPDX licence list 3.x (https://spdx.org/licenses/), the URL scheme of creativecommons.org.
"""

import html
import re
from typing import Final
from urllib.parse import unquote

KINDLESS: Final = "LicenseRef-CC-unspecified"
"""A licence of Creative Commons, and no word of which."""
_HOST: Final = re.compile(r"(?:https?:)?/*(?:(?:www|i|m)\.)?creativecommons\.org/+", re.IGNORECASE)
_BADGE_HOST: Final = re.compile(r"(?:https?:)?/*(?:www\.)?licensebuttons\.net/+", re.IGNORECASE)
_WAYBACK: Final = re.compile(r"(?:(?:https?:)?//web\.archive\.org)?/web/[0-9]{1,14}[a-z_]{0,4}/")
_VERSION: Final = re.compile(r"[0-9]\.[0-9]")
_JURISDICTION: Final = re.compile(r"[a-z]{2}|igo|scotland")
_PARTS: Final = ("by", "nc", "nd", "sa")
_WHOLE: Final = {
    "zero": "CC0",
    "mark": "CC-PDM",
    "publicdomain": "CC-PDDC",
    "certification": "CC-PDDC",
    "sampling": "CC-Sampling",
    "sampling+": "CC-SamplingPlus",
    "nc-sampling+": "CC-NC-SamplingPlus",
    "devnations": "CC-DevNations",
}
_SOFTWARE: Final = {"gpl": "GPL", "lgpl": "LGPL", "mit": "MIT", "bsd": "BSD"}
_VERSIONS: Final = ("1.0", "2.0", "2.5", "3.0", "4.0")
_UNPORTED: Final = ("CC-BY", "CC-BY-NC", "CC-BY-NC-ND", "CC-BY-NC-SA", "CC-BY-ND", "CC-BY-SA")
_PORTED: Final = (
    "CC-BY-2.5-AU CC-BY-3.0-AT CC-BY-3.0-AU CC-BY-3.0-DE CC-BY-3.0-IGO CC-BY-3.0-NL CC-BY-3.0-US CC-BY-NC-3.0-DE "
    "CC-BY-NC-ND-3.0-DE CC-BY-NC-ND-3.0-IGO CC-BY-NC-SA-2.0-DE CC-BY-NC-SA-2.0-FR CC-BY-NC-SA-2.0-UK "
    "CC-BY-NC-SA-3.0-DE CC-BY-NC-SA-3.0-IGO CC-BY-ND-3.0-DE CC-BY-SA-2.0-UK CC-BY-SA-2.1-JP CC-BY-SA-3.0-AT "
    "CC-BY-SA-3.0-DE CC-BY-SA-3.0-IGO"
)
CC_SPDX: Final = frozenset(
    [f"{name}-{version}" for name in _UNPORTED for version in _VERSIONS]
    + _PORTED.split()
    + ["CC-PDDC", "CC-PDM-1.0", "CC-SA-1.0", "CC0-1.0"]
)
"""All Creative Commons ids of SPDX."""
_OTHER_IDS: Final = (
    "MIT MIT-0 Apache-2.0 BSD-2-Clause BSD-3-Clause ISC Unlicense WTFPL 0BSD MPL-2.0 GPL-2.0-only GPL-2.0-or-later "
    "GPL-3.0-only GPL-3.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later AGPL-3.0-only "
    "AGPL-3.0-or-later PSF-2.0 Artistic-1.0 Artistic-2.0 EPL-1.0 EPL-2.0 EUPL-1.1 EUPL-1.2 BSL-1.0 MPL-1.1 Apache-1.1 "
    "OPUBL-1.0 FreeBSD-DOC LAL-1.2 LAL-1.3 GFDL-1.1-no-invariants-or-later GFDL-1.2-no-invariants-or-later "
    "GFDL-1.3-no-invariants-or-later GFDL-1.1-invariants-or-later GFDL-1.2-invariants-or-later "
    "GFDL-1.3-invariants-or-later GFDL-1.1-or-later GFDL-1.2-or-later GFDL-1.3-or-later "
    "GFDL-1.1-only GFDL-1.2-only GFDL-1.3-only "
    "ODbL-1.0 ODC-By-1.0 PDDL-1.0 OGL-UK-1.0 OGL-UK-2.0 OGL-UK-3.0 OGL-Canada-2.0 etalab-2.0 DL-DE-BY-2.0 "
    "DL-DE-ZERO-2.0"
)
_IDS: Final = {name.lower(): name for name in [*CC_SPDX, *_OTHER_IDS.split()]}
_OF_SOFTWARE: Final = re.compile(
    r"(?:LicenseRef-)?(?:MIT|Apache|BSD|ISC|Unlicense|WTFPL|0BSD|MPL|PSF|Artistic|EPL|EUPL|BSL|[AL]?GPL)(?:-[0-9A-Za-z.-]*)?"
)
# Addresses without scheme and "www.", lower case; the longest that a given one begins with wins.
_ADDRESSES: Final = {
    "opensource.org/licenses/mit": "MIT",
    "opensource.org/license/mit": "MIT",
    "opensource.org/licenses/bsd-2-clause": "BSD-2-Clause",
    "opensource.org/licenses/bsd-3-clause": "BSD-3-Clause",
    "opensource.org/licenses/apache-2.0": "Apache-2.0",
    "apache.org/licenses/license-2.0": "Apache-2.0",
    "mozilla.org/mpl/2.0": "MPL-2.0",
    "gnu.org/licenses/fdl-1.1": "LicenseRef-GFDL-1.1",
    "gnu.org/licenses/fdl-1.2": "LicenseRef-GFDL-1.2",
    "gnu.org/licenses/fdl-1.3": "LicenseRef-GFDL-1.3",
    "gnu.org/licenses/old-licenses/fdl-1.1": "LicenseRef-GFDL-1.1",
    "gnu.org/licenses/old-licenses/fdl-1.2": "LicenseRef-GFDL-1.2",
    "gnu.org/licenses/fdl": "LicenseRef-GFDL-unspecified",
    "gnu.org/copyleft/fdl": "LicenseRef-GFDL-unspecified",
    "gnu.org/licenses/gpl-2.0": "LicenseRef-GPL-2.0",
    "gnu.org/licenses/old-licenses/gpl-2.0": "LicenseRef-GPL-2.0",
    "gnu.org/licenses/gpl-3.0": "LicenseRef-GPL-3.0",
    "gnu.org/licenses/gpl": "LicenseRef-GPL-unspecified",
    "gnu.org/copyleft/gpl": "LicenseRef-GPL-unspecified",
    "opendatacommons.org/licenses/odbl": "ODbL-1.0",
    "opendatacommons.org/licenses/by": "ODC-By-1.0",
    "opendatacommons.org/licenses/pddl": "PDDL-1.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/1": "OGL-UK-1.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/2": "OGL-UK-2.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/3": "OGL-UK-3.0",
    "nationalarchives.gov.uk/doc/open-government-licence": "LicenseRef-OGL-UK-unspecified",
    "etalab.gouv.fr/licence-ouverte-open-licence": "LicenseRef-Etalab-unspecified",
    "etalab.gouv.fr/wp-content/uploads/2017/04/etalab-licence-ouverte-v2.0": "etalab-2.0",
    "etalab.gouv.fr/wp-content/uploads/2014/05/licence_ouverte": "LicenseRef-Etalab-1.0",
    "github.com/etalab/licence-ouverte/blob/master/lo.md": "etalab-2.0",
    "open.canada.ca/en/open-government-licence-canada": "LicenseRef-OGL-Canada-unspecified",
    "digital.go.jp/resources/open_data/public_data_license_v1.0": "LicenseRef-JP-PDL-1.0",
    "govdata.de/dl-de/by-2-0": "DL-DE-BY-2.0",
    "govdata.de/dl-de/zero-2-0": "DL-DE-ZERO-2.0",
}
_REF: Final = re.compile(r"LicenseRef-[A-Za-z0-9]{2,12}(?:-[A-Za-z0-9.]{1,16}){0,5}")
_LONGEST_FIRST: Final = sorted(_ADDRESSES, key=len, reverse=True)
_SCHEME: Final = re.compile(r"(?:https?:)?//(?:www\.)?", re.IGNORECASE)
_SPDX_PAGE: Final = "spdx.org/licenses/"
_NAMED: Final = re.compile(
    r"(?<![A-Z0-9])CC[ -]?(BY(?:[ -](?:NC|ND|SA)){0,2}|0)(?:[ -](?:V\.? ?)?([0-9]\.[0-9]))?(?![0-9A-Z])"
)
MAX_VALUE: Final = 2048
# Pages on which wikis keep the text of their own licence: ".../Text_of_the_Creative_Commons_Attribution...".
_OWN_PAGE: Final = re.compile(
    r"creative[ _-]commons[ _-](?:legal[ _-]code[ _-])?(?:licen[cs]e[ _-])?attribution"
    r"((?:[ _-]?(?:non[ _-]?commercial|no[ _-]?deriv(?:ative)?s?|share[ _-]?alike))*)(?:[ _-]licen[cs]e)?"
    r"(?:[ _-]([0-9]\.[0-9]))?"
)


def cc_id(value: str) -> str | None:
    """Id of the Creative Commons licence that an address names; None where it names none.

    Taken: any order of by, nc, nd, sa; protocol-relative, escaped as in JSON, HTML or a URL; deed and legal code in any
    language; addresses of badges. The address has to begin there: a link that only carries one in its query does not.
    """
    text = _plain(value)
    host = _HOST.match(text)
    badge = None if host else _BADGE_HOST.match(text)
    match = host or badge
    if match is None:
        return None
    path = re.split(r"[?#\s]", text[match.end() :].lower(), maxsplit=1)[0]
    folder, *rest = [*filter(None, path.split("/")), ""]
    if folder not in ("licenses", "licences", "license", "publicdomain", "l", "p"):
        return None
    return _cc(rest) if rest else None


def _cc(path: list[str]) -> str | None:
    """Id from the parts of the path behind `licenses/` or `publicdomain/`."""
    name, version, jurisdiction = _name(path[0]), None, None
    if name is None:
        return None
    if len(path) > 1 and _VERSION.fullmatch(path[1]):
        version = path[1]
        if len(path) > 2 and _JURISDICTION.fullmatch(path[2]):  # noqa: PLR2004 -- name, version, jurisdiction
            jurisdiction = path[2].upper()
    if path[0] in _SOFTWARE or name == "CC-PDDC":
        return name if name in ("CC-PDDC", "MIT") else f"LicenseRef-{name}-{version or 'unspecified'}"
    joined = "-".join(filter(None, (name, version or "unspecified", jurisdiction)))
    return joined if joined in CC_SPDX else f"LicenseRef-{joined}"


def _name(part: str) -> str | None:
    if part in _WHOLE:
        return _WHOLE[part]
    if part in _SOFTWARE:
        return _SOFTWARE[part]
    words = part.split("-")
    known = set(words) <= set(_PARTS) and len(words) == len(set(words))
    return "-".join(["CC", *(word.upper() for word in _PARTS if word in words)]) if known else None


def licence_id(value: str) -> str | None:
    """Id of the licence that a value names: its address, its SPDX id, or (Creative Commons alone) its short name.

    Free text names a licence where one is in it and no second one is: "CC BY-SA 4.0, photos excepted".
    """
    text = _plain(value)
    if (known := _IDS.get(text.lower())) is not None:
        return known
    if (known := cc_id(text) or _by_address(text)) is not None:
        return known
    words = (word.strip("<>()[]{}\"'.,;") for word in text.split())
    links = {known for word in words if "/" in word and (known := cc_id(word) or _by_address(word))}
    names = links or {_short(match) for match in _NAMED.finditer(text.upper())}
    return names.pop() if len(names) == 1 else None


def is_id(norm: str) -> bool:
    """Whether a norm is an id that this module gives, which holds nothing of the page but version and jurisdiction."""
    return norm.lower() in _IDS or _REF.fullmatch(norm) is not None


def is_of_software(norm: str) -> bool:
    """Whether it is the id of a licence for programs, which more often than not is that of a program on the page."""
    return _OF_SOFTWARE.fullmatch(norm) is not None


def kindless(address: str) -> str | None:
    """Id of "a licence of Creative Commons" for an address of theirs, whatever it leads to; None for any other."""
    return KINDLESS if _HOST.match(f"{_plain(address).rstrip('/')}/") else None


def own_page_id(address: str) -> str | None:
    """Id of the licence whose text a page of the site itself holds, by the page's name, as on wikis; else None."""
    match = _OWN_PAGE.search(unquote(address[:MAX_VALUE]).lower())
    if match is None:
        return None
    plain = re.sub("[ _-]", "", match[1])
    parts = [
        short for short, long in (("nc", "noncommercial"), ("nd", "noderiv"), ("sa", "sharealike")) if long in plain
    ]
    return _cc(["-".join(["by", *parts]), match[2] or ""])


def _by_address(text: str) -> str | None:
    scheme = _SCHEME.match(text)
    if scheme is None:
        return None
    address = text[scheme.end() :].lower()
    if address.startswith(_SPDX_PAGE):
        return _IDS.get(re.sub(r"(\.html|\.json)?/?$", "", address.removeprefix(_SPDX_PAGE)))
    return next((_ADDRESSES[known] for known in _LONGEST_FIRST if address.startswith(known)), None)


def _short(match: re.Match[str]) -> str:
    name, version = match[1].replace(" ", "-"), match[2]
    if name == "0":
        return "CC0-1.0" if version in (None, "1.0") else f"LicenseRef-CC0-{version}"
    return _cc([name.lower(), version or ""]) or ""


def _plain(value: str) -> str:
    """Value without the escapes of HTML, JSON and URLs and the prefix of web.archive.org; 2,048 characters at most."""
    text = unquote(html.unescape(value[:MAX_VALUE]).replace("\\/", "/")).strip()
    archived = _WAYBACK.match(text)
    return text[archived.end() :] if archived else text
