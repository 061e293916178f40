"""Run datatrove's own filters or extractor over JSONL rows; `bench/parity.py` starts it with datatrove's Python.

    PYTHON parity_worker.py filters NAME,NAME... < rows.jsonl > verdicts.jsonl      rows: text, url
    PYTHON parity_worker.py filters '{"NAME": {"ARGUMENT": 1}}' < ...               as above, with arguments
    PYTHON parity_worker.py extract _ < pages.jsonl > texts.jsonl                   rows: html

It imports nothing of this project. Each line of output belongs to the line of input in the same place; filters give
{name: reason or null}, an exception being the reason `error:<class>`; the last line is {"seconds": CPU by name}.
"""

import json
import sys
import time
from pathlib import Path

from datatrove import pipeline
from datatrove.data import Document
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    URLFilter,
)
from tldextract import TLDExtract

ASSETS = Path(pipeline.__path__[0]).parent / "assets"
LISTS = ("banned_words", "banned_subwords", "soft_banned_words")


def url_words() -> URLFilter:
    """URL rules by words alone: the lists of hosts are data, not rules."""
    made = URLFilter(
        use_integrated_lists=False,
        **{name: (ASSETS / f"{name}.txt").read_text("utf-8").splitlines() for name in LISTS},
    )
    made.tldextractor = TLDExtract(suffix_list_urls=())  # the list that it carries: no network
    return made


MAKERS = {
    "GopherRepetitionFilter": GopherRepetitionFilter,
    "GopherQualityFilter": GopherQualityFilter,
    "C4QualityFilter": lambda: C4QualityFilter(filter_no_terminal_punct=False),  # as FineWeb uses it
    "FineWebQualityFilter": FineWebQualityFilter,
    "URLFilter": url_words,
}


def verdict(one: object, row: dict) -> str | None:
    """Return the reason for which a filter drops a row."""
    document = Document(text=row["text"], id="", metadata={"url": row["url"]})
    try:
        said = one.filter(document)
    except (ZeroDivisionError, IndexError, AssertionError, ValueError) as error:
        return f"error:{type(error).__name__}"
    kept, reason = said if isinstance(said, tuple) else (said, "dropped")
    return None if kept else reason


def run_filters(named: dict) -> None:
    filters = {name: MAKERS[name](**given) for name, given in named.items()}
    seconds = dict.fromkeys(named, 0.0)
    for line in sys.stdin:
        row, found = json.loads(line), {}
        for name, one in filters.items():
            start = time.process_time()
            found[name] = verdict(one, row)
            seconds[name] += time.process_time() - start
        print(json.dumps(found))
    print(json.dumps({"seconds": seconds}))


def run_extractor() -> None:
    extractor, seconds = Trafilatura(favour_precision=True), 0.0
    for line in sys.stdin:
        start = time.process_time()
        text = extractor.extract(json.loads(line)["html"])
        seconds += time.process_time() - start
        print(json.dumps({"text": text or ""}))
    print(json.dumps({"seconds": {"extract": seconds}}))


if __name__ == "__main__":
    if sys.argv[1] == "extract":
        run_extractor()
    else:
        names = sys.argv[2]
        run_filters(json.loads(names) if names.startswith("{") else {name: {} for name in names.split(",")})
