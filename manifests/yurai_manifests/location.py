"""Say where bytes lie without telling secrets: user info, queries and fragments of a URL stay in memory.

Signed URLs are credentials, and change with each signature; so they are no part of a name, a message or a manifest.
"""

import re
from typing import NamedTuple, Self

from yurai_manifests.visible import escape, escaped

LOCAL = ("", "file", "local")
_ACCOUNTS = ("abfs", "abfss", "wasb", "wasbs")
"""Schemes of Azure, which write `container@account`: no secret, unless a password stands there too."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"<>]*[^\s'\"<>:;,.]")
"""A URL in a sentence, without the sign that the sentence goes on with: with a colon, the port was no number."""
_SECRETS = re.compile(r"(?P<scheme>[\w+.-]+)://(?P<user>[^/?#]*@)?[^?#]*(?P<query>[?#].*)?", re.DOTALL)
_QUERY = re.compile(r"\?[\w.%~-]+=.*\Z", re.DOTALL)
_HOST_PORT = re.compile(r"[^:\s\\]*(?::\d*)?|\[[0-9A-Fa-f:.%]+\](?::\d*)?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Parts(NamedTuple):
    """What of one URL may be told: its scheme, host (with a port that is not the usual one), and path.

    A local path has the scheme and host "".
    """

    scheme: str
    host: str
    path: str

    def __str__(self) -> str:
        """Return the URL of these parts."""
        return f"{self.scheme}://{self.host}{self.path}" if self.scheme else self.path


class Location(str):
    """A path or URL as it is opened; an f-string and repr show it without its secrets.

    `allow` are the places that a redirect may lead to beside its own host (None: anywhere); `size` are the bytes that a
    listing gave it (None: not known).
    """

    __slots__ = ("allow", "size")
    allow: tuple[str, ...] | None
    size: int | None

    def __new__(cls, text: str, allow: tuple[str, ...] | None = None, size: int | None = None) -> Self:
        """Return `text` with what is known of it."""
        made = super().__new__(cls, text)
        made.allow, made.size = allow, size
        return made

    def __format__(self, spec: str) -> str:
        """Return what a message may hold."""
        return format(shown(str(self)), spec)

    def __repr__(self) -> str:
        return repr(shown(str(self)))


def parts_of(link: str) -> Parts:
    """Return what may be told of one URL or path; never raises, since it serves messages about wrong URLs.

    RFC 3986: the authority ends at the first of `/?#`, and user info ends at the last `@` in it. Where what is left is
    no host, the password may hold a `/`, so nothing of it is told.
    """
    scheme, sep, rest = link.partition("://")
    if not sep or not _SCHEME.fullmatch(scheme):
        return Parts("", "", link)
    scheme = scheme.lower()
    if scheme in LOCAL:
        return Parts(scheme, "", rest)
    path = re.split("[?#]", rest, maxsplit=1)[0]
    authority, slash, path = path.partition("/")
    user, _, host = authority.rpartition("@")
    if not _HOST_PORT.fullmatch(host):
        return Parts(scheme, "", "...")
    if user and scheme in _ACCOUNTS and ":" not in user:
        host = authority
    return Parts(scheme, host.lower().removesuffix(_DEFAULT_PORTS.get(scheme, "\0")), slash + path)


def shown(text: str) -> str:
    """Return a path, URL or chain of URLs as a message may hold it: no secret, and no character that is not printed."""
    text = str(text)  # a Location writes itself by calling this
    first, chain, rest = text.partition("::")
    if is_web(text) or not chain:
        return escaped(str(parts_of(text)))
    return f"{escaped(str(parts_of(first)))}::{shown(rest)}"


def name_of(url: str) -> str:
    """Return the path of a file behind its host, as its name may hold it: no user info, and no query.

    In object stores `?` and `#` may be signs of a key, so there only `?name=value` is a query.
    """
    link = next((one for one in ([url] if is_web(url) else url.split("::")) if "://" in one), url)
    if is_web(link):
        parts = parts_of(link)
        return parts.host + parts.path
    scheme, sep, rest = link.partition("://")
    authority, slash, path = (rest if sep else scheme).partition("/")
    if sep and scheme not in _ACCOUNTS:
        authority = authority.rpartition("@")[2]
    return utf8(without_query(authority + slash + path) if sep else authority + slash + path)


def without_query(url: str) -> str:
    """Return a URL, or the path of an object, without its query, which often is a credential."""
    return re.split("[?#]", url, maxsplit=1)[0] if is_web(url) else _QUERY.sub("", url)


def is_web(text: str) -> bool:
    """Whether this is a http or https URL, in which `::` chains nothing."""
    return text[:8].lower().startswith(("http://", "https://"))


def utf8(name: str) -> str:
    r"""Return the name of a file with `\xNN` for each byte of it that is no UTF-8, so that it can be written down."""
    return "".join(escape(one) if "\ud800" <= one <= "\udfff" else one for one in name)


def without_secrets(message: str, url: str) -> str:
    """Return what a client said of `url`, or of any URL, without their secrets.

    Clients name a file by its path too, in which user info and query may stand without the scheme.
    """
    text = str(message)
    for secret in _secrets(str(url)):
        text = text.replace(secret, "")
    return _IN_TEXT.sub(lambda match: shown(match[0]), text)


def _secrets(url: str) -> list[str]:
    """Return the parts of a URL, or of a chain of them, that no message may hold, with their separators."""
    links = [url] if is_web(url) else url.split("::")
    matches = [match for link in links if (match := _SECRETS.fullmatch(link)) and match["scheme"].lower() not in LOCAL]
    users = [match["user"] for match in matches if match["scheme"] not in _ACCOUNTS or ":" in (match["user"] or "")]
    return [secret for secret in (*users, *(match["query"] for match in matches)) if secret and len(secret) > 1]


def told(error: BaseException, url: str) -> str:
    """Return the words of an error of storage as a message about `url` may hold them."""
    return without_secrets(str(error) or type(error).__name__, url)


def may_reach(link: str, home: Parts, allow: tuple[str, ...]) -> bool:
    """Whether a URL that others wrote may be opened: on the host of `home`, or below one of the places in `allow`.

    Every link of a chain (`zip://a::https://...`) must be. A place is `scheme://host/path/`, `scheme://` for any host
    of it, or a local folder.
    """
    links = [link] if is_web(link) else link.split("::")
    return all(_in_reach(_link(one, chained=len(links) > 1), home, allow) for one in links)


def _link(text: str, *, chained: bool) -> Parts:
    parts = parts_of(text if "://" in text or not chained or "/" in text else f"{text}://")
    return parts._replace(scheme="" if parts.scheme in LOCAL else parts.scheme)


def _in_reach(link: Parts, home: Parts, allow: tuple[str, ...]) -> bool:
    if ".." in re.split(r"[/\\]", re.sub("%2e", ".", link.path, flags=re.IGNORECASE)):
        return False
    if link.scheme and (link.scheme, link.host) == (home.scheme, home.host):
        return True
    return any(_below(link, place) for place in allow)


def _below(link: Parts, text: str) -> bool:
    place = parts_of(text)
    if link.scheme != ("" if place.scheme in LOCAL else place.scheme) or place.host not in ("", link.host):
        return False
    folder = place.path.rstrip("/")
    return not folder or link.path == folder or link.path.startswith(f"{folder}/")
