"""Say how much one request, one client and the whole server may ask for."""

from typing import Final

BODY: Final = 262_144
"""Bytes of a request's body: TEXT letters of Japanese, percent-encoded, and the other fields."""
TEXT: Final = 20_000
"""Characters of a pasted text, and of a document's text that is shown."""
QUERY: Final = 2_048
"""Characters of what is searched for, and of a URL's query."""
HEADERS: Final = 32_768
"""Bytes of a request's head."""
HEAD_SECONDS: Final = 10.0
"""Seconds in which a request's head, and then its body, must have come."""
WORK_SECONDS: Final = 20.0
"""Seconds after which an answer is given up."""
SCAN_SECONDS: Final = 2.0
"""Seconds of reading rows for one page of a list; the page then says how far it came, and goes on from there."""
MADE_SECONDS: Final = 1800.0
"""Seconds that making a report may take."""
MADE_BYTES: Final = 33_554_432
"""Bytes of reports and counts that are kept, and of one of them."""
ROWS: Final = 50
"""Rows of a page of a list."""
WORKS: Final = 20
"""Captures of a URL, copies of a document and documents of a span that are shown; how many there are is said."""
MARKS: Final = 100
"""Marks of licences, and decisions, that a page shows."""
THREADS: Final = 2
"""Requests that are worked on at a time."""
WAITING: Final = 256
"""Requests that may wait for a thread; beyond, the answer is 503."""
CONNECTIONS: Final = 512
"""Open connections; beyond, the answer is 503."""
RATE: Final = 20.0
"""Requests a second that one client may make over time."""
BURST: Final = 100
"""Requests that one client may make at once."""
CLIENTS: Final = 10_000
"""Clients whose requests are counted; the one that was heard of longest ago is forgotten first."""
LEAST_TOKEN: Final = 16
"""Characters of a token."""
