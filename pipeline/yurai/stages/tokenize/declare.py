"""tokenize: tokens of the kept documents, in shards of a target size, with an index from token to document."""

from yurai.declare.stage import Kind, Stage, declare
from yurai.stages.tokenize.driver import tokenize
from yurai.stages.tokenize.settings import Tokenize


def _digests(settings: Tokenize) -> dict[str, str]:
    digest = settings.load().sha256
    return {} if digest is None else {settings.tokenizer: digest}


STAGE = declare(
    Stage(
        "tokenize",
        version=2,
        kind=Kind.TOKENIZE,
        settings=Tokenize,
        driver=tokenize,
        command=("tokenize",),
        packages=("tokenizers", "sentencepiece"),
        used=lambda settings: settings.load().packages,
        models=_digests,
    )
)
