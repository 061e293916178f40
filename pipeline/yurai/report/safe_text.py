"""Make text of a crawl fit to be shown: personal data redacted, nothing invisible, nothing that moves other text.

Every title, URL, host and excerpt that a report, a sample or `yurai explain` shows goes through here. HTML is escaped
later, by the one function that writes HTML (`yurai.report.markup`).
"""

from urllib.parse import unquote

from yurai_filters.pii import redact_all
from yurai_manifests.visible import escaped

EXCERPT = 200
CONTEXT = 4000
"""Characters behind an excerpt that are redacted with it: a cut through an address would hide it from the patterns."""


def shown(text: str | None) -> str:
    """Return one line: redacted, white space as single spaces, control and bidi characters as escapes."""
    return visible(_redacted(text or ""))


def shown_url(url: str | None) -> str:
    """Return a URL as `shown` does; where its escapes hide personal data, the form without escapes is what is shown."""
    plain = unquote(url or "")
    redacted = _redacted(plain)
    return visible(redacted) if redacted != " ".join(plain.split()) else shown(url)


def excerpt(text: str | None, length: int = EXCERPT) -> str:
    """Return the beginning of `text` as `shown` does, at most `length` characters long."""
    text_shown = shown((text or "")[: length + CONTEXT])
    return text_shown if len(text_shown) <= length else text_shown[: length - 1] + "…"


def _redacted(text: str) -> str:
    """Redact before and after lines are joined: a number may lie in one line or be broken over two."""
    return redact_all(" ".join(redact_all(text).split()))


def visible(text: str) -> str:
    """Return `text` on one line, with escapes for what would not be seen or would reorder what stands beside it."""
    return escaped(" ".join(text.split()))
