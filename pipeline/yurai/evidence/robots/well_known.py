"""Read what speaks for a host beside robots.txt: tdmrep.json, ai.txt, and answers that ask for payment (HTTP 402).

A crawl seldom asks for them, so only a record that says something is a capture; that there is none tells nothing.

- `/.well-known/tdmrep.json` (TDM Reservation Protocol, W3C Community Group, 2024-05-10): an array of rules with a
  location as in robots.txt; the first whose location matches speaks. What breaks the form and would reserve is
  `malformed_intent`, for all of the host.
- `/ai.txt` (Spawning, 2023): groups as in robots.txt, paths by file extension; a page without one is an `.html`. The
  Internet-Draft draft-car-ai-txt-wellknown gives `/.well-known/ai.txt` another form, which is not read.
- status 402: the host sells what it answered so. `crawler-price` (Cloudflare, pay per crawl) says for how much.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import Final, Literal, get_args

from yurai.evidence.robots.capture import MAX_RULES, RobotsCapture, read_robots
from yurai.evidence.robots.groups import EVERYONE
from yurai.evidence.robots.origin import place_of
from yurai.evidence.robots.rules import RobotsFile, matches
from yurai.evidence.robots.views import reserving
from yurai.evidence.signals import MALFORMED, tdm

Form = Literal["tdmrep", "ai-txt", "payment-required"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
"""Outcomes of captures that are no robots.txt."""
PAYMENT_REQUIRED: Final = 402
_FORMS: Final[dict[str, Form]] = {"/.well-known/tdmrep.json": "tdmrep", "/ai.txt": "ai-txt"}
_PRICES: Final = ("crawler-price", "crawler-exact-price", "payment-required")
_OK: Final = range(200, 300)
_RESERVES: Final = re.compile(rb"tdm-?_?reservation[\"']?\s*[:=]\s*[\"']?(?:1|true|yes)", re.IGNORECASE)
_REST: Final = json.dumps({"location": "/", "tdm-reservation": 1})
_MAX_PRICE: Final = 200


def form_of(url: str | None, status: int | None) -> Form | None:
    """What a response may say of its host, by its URL and status; None of any other."""
    place = place_of(url)
    if place is None:
        return None
    if status == PAYMENT_REQUIRED:
        return "payment-required"
    return _FORMS.get(place.path.partition("?")[0].lower()) if status is None or status in _OK else None


def read_well_known(
    form: Form,
    body: bytes,
    url: str | None,
    date: str | None = None,
    status: int | None = None,
    content_type: str | None = None,
    *,
    headers: Iterable[tuple[str, str]] = (),
    payload_sha256: str | None = None,
    cut: bool = False,
) -> RobotsCapture | None:
    """Return what a response of this form says; None where it says nothing: a page in its place, a file without rules.

    Parameters as those of `read_robots`; `headers` are those of the response. Cost is linear in the bytes.
    """
    digest = payload_sha256 or (sha256(body).hexdigest() if body else None)
    capture = read_robots(b"", url, date, status, content_type, payload_sha256=digest, cut=cut)
    if capture is None:
        return None
    capture = replace(capture, outcome=form, body_bytes=len(body))
    if form == "payment-required":
        return replace(capture, rules=_prices(headers))
    if form == "tdmrep":
        lines, is_broken = _tdm_lines(body)
        rules, is_short = _stored(lines)
        said = replace(
            capture, rules=rules, malformed=("tdmrep.json",) if is_broken else (), content_truncated=is_short
        )
        return said if rules or is_broken else None
    text = read_robots(body, url, date, status, content_type, cut=cut)
    if text is None or text.outcome != "rules" or not RobotsFile(text.rules).groups.groups:
        return None
    return replace(text, outcome=form, payload_sha256=digest)


def said_by(form: str, rules: str, malformed: Sequence[str], path: str) -> Iterator[tuple[str, str]]:
    """Channel and norm of what a stored capture says of a page at `path`, its query included."""
    if form == "payment-required":
        yield "http-402", "payment-required"
    elif form == "ai-txt":
        yield from (("ai-txt", norm) for norm in _ai_txt(rules, path))
    elif form == "tdmrep":
        first = next((norms for pattern, norms in _tdm_rules(rules) if matches(pattern, path)), ())
        yield from (("tdm-file", norm) for norm in (*first, *([MALFORMED] if malformed else [])))


def _prices(headers: Iterable[tuple[str, str]]) -> str:
    """Headers that say what is asked for, a line each."""
    named = [(name.lower(), " ".join(value.split())) for name, value in headers]
    return "\n".join(f"{name}: {value[:_MAX_PRICE]}" for name, value in named if name in _PRICES)


def _tdm_lines(body: bytes) -> tuple[list[str], bool]:
    """Rules of a tdmrep.json, a line of JSON each, and whether something that would reserve is none of them."""
    try:
        value = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return [], _RESERVES.search(body) is not None
    given = value if isinstance(value, list) else [value]  # the array is often forgotten around a single rule
    lines = [line for rule in given if (line := _line(rule)) is not None]
    rest = [rule for rule in given if _line(rule) is None]
    return lines, bool(rest) and _RESERVES.search(json.dumps(rest).encode()) is not None


def _line(rule: object) -> str | None:
    if not isinstance(rule, dict) or not isinstance(location := rule.get("location"), str) or not location.strip():
        return None
    said = {name: rule[name] for name in ("tdm-reservation", "tdm-policy") if isinstance(rule.get(name), int | str)}
    return json.dumps({"location": location.strip(), **said}, ensure_ascii=False) if said else None


def _stored(lines: list[str]) -> tuple[str, bool]:
    """As many rules as are stored; where one that is left out reserves, what no other speaks of is reserved."""
    size, kept = 0, 0
    for line in lines:
        size += len(line.encode("utf-8", "replace")) + 1
        if size > MAX_RULES:
            break
        kept += 1
    left = lines[kept:]
    reserved = any(reserving(norm) for line in left for norm in _norms(json.loads(line)))
    return "\n".join([*lines[:kept], *([_REST] if reserved else [])]), bool(left)


@lru_cache(64)
def _tdm_rules(rules: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(Location as a path of robots.txt, norms) of each stored rule."""
    parsed = [json.loads(line) for line in rules.split("\n") if line]
    return tuple((_path(rule["location"]), _norms(rule)) for rule in parsed)


def _path(location: str) -> str:
    """Path that a location means: it may be a whole address, or lack its slash."""
    place = place_of(location)
    path = location if place is None else place.path
    return path if path.startswith(("/", "*")) else f"/{path}"


def _norms(rule: dict[str, object]) -> tuple[str, ...]:
    values = [(name, str(rule[name])) for name in ("tdm-reservation", "tdm-policy") if name in rule]
    return tuple(norm for name, value in values for norm in tdm(name, value) if norm)


def _ai_txt(rules: str, path: str) -> Iterator[str]:
    """`disallow:*` or `disallow:AGENT` of those whom an ai.txt keeps from a page."""
    file = RobotsFile(rules)
    named = [name for group in file.groups.groups for name in group.agents]
    bare, query = path.partition("?")[::2]
    whole = [path]
    if "." not in bare.rpartition("/")[2]:
        whole.append(f"{bare}{'index' * bare.endswith('/')}.html{'?' * bool(query)}{query}")
    for agent in dict.fromkeys(named):
        if any(file.denied(one, [agent]) for one in whole):
            yield f"disallow:{agent}"
            if agent == EVERYONE:
                return
