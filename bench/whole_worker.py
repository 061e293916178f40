"""Run datatrove's FineWeb recipe over web archives; `bench/whole.py` starts it with datatrove's Python.

    PYTHON whole_worker.py MODEL LANGUAGE OUT ARCHIVE...     MODEL: a fastText model for languages, for LanguageFilter

The steps and settings are those of `examples/fineweb.py` in datatrove 0.10.1 up to what it hands to MinHash, but for
the deadline of a page, which a busy machine would break. It imports nothing of this project.
"""

import sys
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    LanguageFilter,
    URLFilter,
)
from datatrove.pipeline.formatters import PIIFormatter
from datatrove.pipeline.readers import WarcReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.lid import FT176LID

SECONDS = 60


def main() -> None:
    model, language, out, *archives = sys.argv[1:]
    FT176LID.MODEL_URL = model
    paths = Path(out) / "paths.txt"
    paths.parent.mkdir(parents=True, exist_ok=True)
    paths.write_text("".join(f"{Path(archive).name}\n" for archive in archives))
    executor = LocalPipelineExecutor(
        [
            WarcReader(str(Path(archives[0]).parent), paths_file=str(paths)),
            URLFilter(),
            Trafilatura(favour_precision=True, timeout=SECONDS),
            LanguageFilter(languages=[language]),
            GopherRepetitionFilter(),
            GopherQualityFilter(),
            C4QualityFilter(filter_no_terminal_punct=False),
            FineWebQualityFilter(),
            PIIFormatter(),
            JsonlWriter(f"{out}/kept"),
        ],
        tasks=1,
        logging_dir=f"{out}/logs",
    )
    executor.run()


if __name__ == "__main__":
    main()
