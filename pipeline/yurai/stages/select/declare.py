"""Declare stage select, which judges documents by a rights policy and keeps what the recipe allows."""

from yurai.declare.stage import Kind, Stage, declare
from yurai.stages.select.driver import digests, select
from yurai.stages.select.settings import Select, with_tokenizer
from yurai.stages.select.weigh import CAPPED, MIXED, REASONS


def _packages(settings: Select) -> tuple[str, ...]:
    tokenizer = settings.load()
    return ("protego", *(tokenizer.packages if tokenizer else ()))


STAGE = declare(
    Stage(
        "select",
        version=3,
        kind=Kind.SELECT,
        settings=Select,
        driver=select,
        repeats=True,
        command=("select",),
        reasons=(*REASONS, MIXED, CAPPED),
        packages=("protego", "tokenizers", "sentencepiece"),
        used=_packages,
        models=digests,
        completed=with_tokenizer,
    )
)
