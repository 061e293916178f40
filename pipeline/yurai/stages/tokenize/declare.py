"""tokenize: tokens of the kept documents, in shards of a target size, with an index from token to document."""

from yurai.declare.stage import Kind, Stage, declare
from yurai.stages.tokenize.driver import tokenize
from yurai.stages.tokenize.settings import Tokenize


def _digests(settings: Tokenize) -> dict[str, str]:
    digest = settings.load().sha256
    return {} if digest is None else {settings.tokenizer: digest}


def _caution(settings: Tokenize) -> str:
    if settings.load().unknown is None:
        return ""
    return (
        f"tokenizer {settings.tokenizer} has no byte fallback: what it does not know becomes one unknown token, "
        "which the run counts"
    )


STAGE = declare(
    Stage(
        "tokenize",
        version=3,
        kind=Kind.TOKENIZE,
        settings=Tokenize,
        driver=tokenize,
        command=("tokenize",),
        packages=("tokenizers", "sentencepiece"),
        used=lambda settings: settings.load().packages,
        models=_digests,
        caution=_caution,
    )
)
