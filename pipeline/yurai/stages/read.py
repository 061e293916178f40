"""read: which records of a web archive are candidates for text."""

import re
from dataclasses import dataclass
from typing import Literal

from yurai.declare.stage import Kind, Stage, Verdict, declare
from yurai.engine.use import Settings
from yurai.sources.warc import Record
from yurai_manifests.names import crawled

OK = 200
SCHEME = 20
"""Letters of a scheme in a reason: what is longer is none."""
WEB = frozenset({"http", "https"})
ROBOTS = re.compile(r"https?://[^/?#]*/robots\.txt(?:[?#]|$)", re.IGNORECASE)
"""URLs of robots.txt; paths are case-sensitive, but servers that answer 200 to /ROBOTS.TXT mean the same file."""


@dataclass(frozen=True, kw_only=True)
class Read(Settings):
    """Read web archives: decide which response, resource and conversion records go on.

    A record whose body is incomplete has failed; other statuses than 200, other schemes than http(s), empty bodies and
    robots.txt (what it allows is evidence, not text to train on) are dropped. A record without a status counts as 200.
    Source: WARC 1.1 (ISO 28500:2017), sections 5 and 6; RFC 9309, section 2.3, for the path of robots.txt.

    Args:
        drop_truncated: drop records that the crawler cut short (WARC-Truncated) instead of keeping them flagged.
        digest_mismatch: what to do when the payload does not match its declared digest.
    """

    drop_truncated: bool = False
    digest_mismatch: Literal["flag", "drop"] = "flag"


def judge(record: Record, settings: Read) -> Verdict | None:
    """Return (outcome, reason) of a candidate that does not go on, or None for one that does."""
    if record.error:
        return "failed", record.error
    if record.http_status not in (None, OK):
        return "dropped", f"http-status:{record.http_status}"
    if not record.url:
        return "dropped", "no-url"
    scheme = record.url.partition(":")[0].lower()
    if scheme not in WEB:
        return "dropped", f"scheme:{crawled(scheme[:SCHEME])}"
    if not record.body:
        return "dropped", "empty-body"
    if ROBOTS.match(record.url):
        return "dropped", "robots-txt"
    if settings.drop_truncated and record.truncated:
        return "dropped", "truncated"
    if settings.digest_mismatch == "drop" and record.digest_ok is False:
        return "dropped", "digest-mismatch"
    return None


STAGE = declare(
    Stage(
        "read",
        version=3,
        kind=Kind.READ,
        settings=Read,
        judge=judge,
        needs=("extract",),
        reasons=(
            "blocked:*",
            "body-incomplete",
            "body-too-large",
            "inflate-limit",
            "bad-content-encoding",
            "bad-transfer-encoding",
            "bad-record-type",
            "read-limit",
            "not-as-indexed:url",
            "not-as-indexed:digest",
            "invalid-json",
            "not-an-object",
            "text-not-string",
            "line-too-long",
            "http-status:*",
            "no-url",
            "scheme:*",
            "empty-body",
            "robots-txt",
            "truncated",
            "digest-mismatch",
        ),
        packages=("warcio",),
    )
)
