"""Name where public crawls lie."""

from typing import Final

COMMON_CRAWL: Final = "https://data.commoncrawl.org/"
"""Where the `crawl-data/...` keys of Common Crawl's path lists begin."""
