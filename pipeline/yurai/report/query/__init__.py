"""Ask a finished tree in SQL: named queries, or a statement of your own, over its rows and manifests.

`named.py` knows the queries (`sql/<name>.sql`, one a file, its head is its help) and the commands that answer what no
query has to; `tables.py` names what can be asked; `database.py` opens DuckDB over it, without files or network;
`ask.py` runs a statement and hands out rows.
"""

from yurai.report.query.ask import Answer, ask, ask_named
from yurai.report.query.named import ELSEWHERE, Elsewhere, Parameter, Query, load_query, queries, sql_of

__all__ = [
    "ELSEWHERE",
    "Answer",
    "Elsewhere",
    "Parameter",
    "Query",
    "ask",
    "ask_named",
    "load_query",
    "queries",
    "sql_of",
]
