"""extract: text and title of a page, by handlers for its media type, in a child process that may die."""

from yurai.declare.stage import Kind, Stage, declare
from yurai.stages.extract.settings import Extract

STAGE = declare(
    Stage(
        "extract",
        version=2,
        kind=Kind.EXTRACT,
        settings=Extract,
        needs=("read",),
        command=("read", "extract"),
        reasons=(
            "no-text",
            "no-handler:*",
            "budget-bytes",
            "budget-doctype",
            "budget-attributes",
            "budget-pages",
            "budget-text",
            "binary-bytes",
            "cpu-limit",
            "memory-limit",
            "crashed:*",
            "extractor-error:*",
            "pdf-broken",
            "pdf-encrypted",
        ),
        packages=("trafilatura", "lxml", "charset-normalizer", "pypdfium2", "tld"),
    )
)
