"""Make a capture of one response to a request for robots.txt: what it was, its rules as text, and what they come to.

RFC 9309: a file counts up to 512 KiB (2.5), status 4xx means that there is none and all is allowed, 5xx that nobody
knows (2.3.1), a redirect is followed (2.3.1.2). Archives of robots.txt hold pages, too: where redirects led to (HTML).
"""

import codecs
import re
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Final, Literal

from yurai.evidence.agents import AI_AGENTS, AI_AGENTS_VERSION
from yurai.evidence.robots.groups import EVERYONE
from yurai.evidence.robots.notices import notices
from yurai.evidence.robots.origin import place_of
from yurai.evidence.robots.rules import RobotsFile

Outcome = Literal["rules", "none", "not-robots", "redirect", "unknown", "tdmrep", "ai-txt", "payment-required"]
ROBOTS_VERSION: Final = 2
"""Grows whenever the same response gives another capture."""
MAX_RULES: Final = 512 * 1024
"""Bytes of rules that are stored; RFC 9309 asks crawlers for 500 KiB at least."""
MAX_READ: Final = 5 << 20
"""Bytes that are read for what a file comes to as a whole, as much as Common Crawl captures."""
_MARKUP: Final = re.compile(
    r"\s*<(?:!doctype|!--|\?xml|html|head|body|title|script|meta|div|p\b|h1|center|table)", re.IGNORECASE
)
_WIDE: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_OK: Final = range(200, 300)
_REDIRECT: Final = range(300, 400)
_CLIENT_ERROR: Final = range(400, 500)


@dataclass(frozen=True, slots=True)
class RobotsCapture:
    """One capture of robots.txt; the columns of ROBOTS of the same names.

    `outcome`: `rules` (a robots.txt, maybe an empty one), `none` (status 4xx: there is none), `not-robots` (a page or
    another file), `redirect`, or `unknown` (the server failed, or the record is damaged and holds no rule). Captures of
    something else are `tdmrep`, `ai-txt` and `payment-required` (module `well_known`).
    `agents_named` are `*` and the AI agents that groups speak to, `agents_denied` those of them to which all is closed,
    `agents_restricted` those to which something is.
    """

    url: str
    scheme: str
    host: str
    port: int
    capture_date: str | None
    http_status: int | None
    outcome: Outcome
    location: str | None
    content_type: str | None
    body_bytes: int
    payload_sha256: str | None
    content_truncated: bool
    agents_version: str
    agents_named: tuple[str, ...]
    agents_denied: tuple[str, ...]
    agents_restricted: tuple[str, ...]
    content_usage: str | None
    content_signal: str | None
    licences: tuple[str, ...]
    notices: tuple[str, ...]
    malformed: tuple[str, ...]
    rules: str

    def columns(self) -> dict[str, object]:
        """Return the columns of ROBOTS that it fills."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def is_robots_url(url: str | None) -> bool:
    """Whether a URL is that of a robots.txt: its path is `/robots.txt` and nothing more, in whatever letter case."""
    place = place_of(url)
    return place is not None and place.is_robots


def read_robots(
    body: bytes,
    url: str | None,
    date: str | None = None,
    status: int | None = None,
    content_type: str | None = None,
    *,
    location: str | None = None,
    payload_sha256: str | None = None,
    cut: bool = False,
) -> RobotsCapture | None:
    """Return what a response to a request for robots.txt says; None where its URL has no host of http or https.

    `body` is decoded: no chunks, no content coding. `status` None counts as 200, `cut` says that bytes are missing at
    its end, `location` is the header of a redirect; `date` is RFC 3339 in UTC. Cost is linear in the bytes, of which
    5 MiB are read.
    """
    place = place_of(url)
    if place is None or url is None:
        return None
    text, truncated = _text(body, cut=cut) if status is None or status in _OK else ("", False)
    file = None if text is None else RobotsFile(text)
    outcome = _outcome(status, file, location=location, cut=cut)
    said = file if file is not None and outcome == "rules" else RobotsFile("")
    named = [agent for agent in (EVERYONE, *AI_AGENTS) if said.names(agent)]
    reach = {agent: said.reach(agent) for agent in named}
    usage, signal = said.anywhere(AI_AGENTS)
    return RobotsCapture(
        url=url,
        scheme=place.origin.scheme,
        host=place.origin.host,
        port=place.origin.port,
        capture_date=date,
        http_status=status,
        outcome=outcome,
        location=location if outcome == "redirect" else None,
        content_type=content_type,
        body_bytes=len(body),
        payload_sha256=payload_sha256 or (sha256(body).hexdigest() if body else None),
        content_truncated=truncated or cut,
        agents_version=AI_AGENTS_VERSION,
        agents_named=tuple(named),
        agents_denied=tuple(agent for agent, how in reach.items() if how == "denied"),
        agents_restricted=tuple(agent for agent, how in reach.items() if how == "restricted"),
        content_usage=usage,
        content_signal=signal,
        licences=tuple(said.licences()),
        notices=tuple(notices(said.groups.words)),
        malformed=tuple(said.malformed()),
        rules=_stored(text or "") if outcome == "rules" else "",
    )


def _outcome(status: int | None, file: RobotsFile | None, *, location: str | None, cut: bool) -> Outcome:
    if status in _REDIRECT and location:
        return "redirect"
    if status in _CLIENT_ERROR:
        return "none"
    if status is not None and status not in _OK:
        return "unknown"
    if file is None:
        return "unknown" if cut else "not-robots"
    return "unknown" if cut and not file.groups.known else "rules"


def _text(body: bytes, *, cut: bool) -> tuple[str | None, bool]:
    """Return (text, whether it goes on behind what is stored) of a robots.txt; None for markup, and what is no text.

    UTF-8, whatever the server says (RFC 9309, 2.2), or UTF-16 with its mark; bytes that are neither become U+FFFD.
    """
    read = body[:MAX_READ]
    wide = _WIDE.get(read[:2]) or _unmarked(read[:64])
    text = read.decode(wide, "replace") if wide else read.decode("utf-8", "replace")
    text = text.lstrip("\ufeff")
    if "\0" in text or _MARKUP.match(text):
        return None, False
    longer = len(text.encode("utf-8", "replace")) > MAX_RULES or len(body) > MAX_READ
    return (_whole_lines(text) if cut or len(body) > MAX_READ else text), longer


def _unmarked(start: bytes) -> str | None:
    """Form of UTF-16 without a mark, as every second byte tells of text in Latin letters."""
    half = len(start) // 2
    zeros = [start[at : 2 * half : 2].count(0) for at in (0, 1)]
    return "utf-16-be" if zeros[0] > half * 3 // 4 else "utf-16-le" if zeros[1] > half * 3 // 4 else None


def _stored(text: str) -> str:
    """Return the rules as they are stored: whole lines, at most 512 KiB; half a rule would be another one."""
    data = text.encode("utf-8", "replace")
    return text if len(data) <= MAX_RULES else _whole_lines(data[:MAX_RULES].decode("utf-8", "ignore"))


def _whole_lines(text: str) -> str:
    return text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
