"""Compare two finished runs: what they were made by, what their documents are, and which difference caused which.

`made.py` compares recipes, versions and models; `rows.py` joins candidates by doc_id in DuckDB, and inputs by name;
`causes.py` names the difference behind a group of changes; `compare.py` puts it together.
"""

from yurai.report.changes.causes import Caused
from yurai.report.changes.compare import Compared, compare
from yurai.report.changes.made import Difference
from yurai.report.changes.rows import Change, Inputs

__all__ = ["Caused", "Change", "Compared", "Difference", "Inputs", "compare"]
