"""Find personal data: addresses of mail and machines, phone numbers, cards and accounts.

`find` gives places by kind, `redact` puts placeholders there, filter `pii` drops documents that hold too much (`drop`,
which needs Arrow and is loaded with the other filters). One file a kind; patterns run on RE2 over a shadow of the text.
What was found is counted and never returned or stored.
"""

from yurai_filters.pii.find import KINDS, PLACEHOLDERS, Kind, Span, find, redact, redact_all, replace

__all__ = ["KINDS", "PLACEHOLDERS", "Kind", "Span", "find", "redact", "redact_all", "replace"]
