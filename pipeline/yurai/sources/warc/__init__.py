"""Read web archives: find, bound, inflate and resynchronise units, and list every byte that is in no record.

    for part in read_file("crawl.warc.gz"):
        ...  # a Record (response, resource, conversion: candidates; others only counted) or a Gap

`read` and `walk` go through a file, `units` and `codecs` inflate, `heads` and `split` find records in plain bytes,
`resync` goes on after damage, `parse` holds warcio, `payload`, `chunks`, `content` and `digest` undo HTTP, and `build`
puts a record together.
"""

from yurai.sources.warc.names import is_web_archive
from yurai.sources.warc.read import read_file
from yurai.sources.warc.record import CANDIDATES, Gap, Limits, Record

__all__ = ["CANDIDATES", "Gap", "Limits", "Record", "is_web_archive", "read_file"]
