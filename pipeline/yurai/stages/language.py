"""language: which language a text is in, by a fastText model that works offline and by the letters of the text."""

from dataclasses import dataclass
from functools import partial
from typing import cast

import pyarrow as pa

from yurai.declare.batches import strings, with_columns, with_measures
from yurai.declare.language.hints import hint_of
from yurai.declare.language.identify import Found, Identifier, identifier
from yurai.declare.language.lines import line_shares
from yurai.declare.language.repertoire import Reading
from yurai.declare.models import LID_176, check_model, model_digest
from yurai.declare.stage import Kind, Stage, declare
from yurai.declare.versions import PYTHON
from yurai.engine.use import Settings
from yurai.stages.map_tasks import measure_alone
from yurai_filters.ranges import Count

MAX_CHARACTERS = 20_000
SHARE = "lang_share_"
"""How the named scores of a mixed text begin; the code of a language follows."""


@dataclass(frozen=True, kw_only=True)
class Language(Settings):
    """Label each text with its language.

    Writes `lang` (the code as lid.176 has it, whatever form the labels of the model have: `jpn_Jpan` is `ja`) and
    `lang_score` (0 to 1, rounded to 1e-4). A text without a letter is `und`, 0.
    The first 20,000 characters decide; white space is folded, since the model takes one line. The model alone is shown
    a text that is mostly capitals in small letters, and none of the marks without width: it learned from prose.
    With `scripts`, no text is in a language that its letters rule out: `ja` needs kana, `ko` Hangul, and
    what has kana is not `zh`. Chinese characters without kana are of the language whose character sets alone hold them
    (JIS X 0208; GB 2312, Big5); if both do, of the one that title, Content-Language or top level domain name; else `zh`
    from 20 of them on, and `und` below. The score is then the share among the languages that are left.
    Texts in several languages get named scores in `quality`, `lang_share_ja` and so on: the share of letters in lines
    of each.
    Source: Joulin et al., Bag of Tricks for Efficient Text Classification, arXiv:1607.01759 (lid.176.ftz).

    Args:
        model: lid.176.ftz, or path or URL of any fastText model with labels as `__label__ja` or `__label__jpn_Jpan`.
        sha256: hex digest of the model file; needed for a path or URL.
        scripts: hold what the model says against the letters of the text; false takes its answer as it is (FineWeb).
        min_letters: with scripts, fewer letters of a script that many languages share (Latin, Cyrillic, Arabic) are und
    """

    model: str = LID_176
    sha256: str = ""
    scripts: bool = True
    min_letters: Count = 6


def _digests(settings: Language) -> dict[str, str]:
    digest = model_digest(settings.model, settings.sha256)
    check_model(settings.model, digest)
    return {settings.model: digest}


def _identifier(settings: Language) -> Identifier:
    return identifier(settings.model, model_digest(settings.model, settings.sha256))


def label(batch: pa.RecordBatch, settings: Language) -> pa.RecordBatch:
    """Return `batch` with `lang` and `lang_score` of its column `text`, and shares of mixed texts in `quality`."""
    model = _identifier(settings)
    texts = [text[:MAX_CHARACTERS] for text in strings(batch, "text")]
    if not settings.scripts:
        return _labelled(batch, [model.best(text) for text in texts])
    found = [
        model.decide(text, hint=partial(_hint, batch, row), min_letters=settings.min_letters)
        for row, text in enumerate(texts)
    ]
    return _with_shares(_labelled(batch, found), [line_shares(*one, model) for one in zip(texts, found, strict=True)])


def _labelled(batch: pa.RecordBatch, found: list[Found]) -> pa.RecordBatch:
    codes = pa.array([one.code for one in found], pa.string())
    return with_columns(batch, {"lang": codes, "lang_score": pa.array([one.score for one in found], pa.float32())})


def _with_shares(batch: pa.RecordBatch, shares: list[dict[str, float]]) -> pa.RecordBatch:
    codes = sorted({code for one in shares for code in one})
    return with_measures(
        batch, {f"{SHARE}{code}": pa.array([one.get(code) for one in shares], pa.float32()) for code in codes}
    )


def _hint(batch: pa.RecordBatch, row: int) -> Reading | None:
    """Return what stands around a text says of its Chinese characters."""
    headers = batch.column("http_headers")[row].as_py() or ()
    declared = [one["value"] for one in headers if one["name"].lower() == "content-language"]
    title, url = (cast("str | None", batch.column(name)[row].as_py()) for name in ("title", "url"))
    return hint_of(title, declared, url)


STAGE = declare(
    Stage(
        "language",
        version=4,
        kind=Kind.MEASURE,
        settings=Language,
        driver=measure_alone,
        measure=label,
        command=("language",),
        packages=("fasttext-predict", PYTHON),
        models=_digests,
        codes=lambda settings: _identifier(settings).codes,
    )
)
