"""Find personal data: addresses of mail, machines and houses, numbers of phones, cards, accounts and people.

`find` gives places by kind, `redact` puts placeholders there, filter `pii` drops documents that hold too much (`drop`,
which needs Arrow and is loaded with the other filters). One file a family of kinds; patterns run on RE2 over a shadow
of the text. What was found is counted and never returned or stored.
"""

from yurai_filters.pii.find import find, redact, redact_all, replace
from yurai_filters.pii.kinds import ALL, BASIC, KINDS, PLACEHOLDERS, REPORTED, Kind, Span

__all__ = ["ALL", "BASIC", "KINDS", "PLACEHOLDERS", "REPORTED", "Kind", "Span"]
__all__ += ["find", "redact", "redact_all", "replace"]
