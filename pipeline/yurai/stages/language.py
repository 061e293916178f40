"""language: which language a text is in, by a fastText model that works offline and by the letters of the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import pyarrow as pa

from yurai.declare.batches import strings, with_columns, with_measures, without_scores
from yurai.declare.language.hints import declared_code, hint_of
from yurai.declare.language.identify import Found, Identifier, identifier
from yurai.declare.language.lines import line_shares
from yurai.declare.language.repertoire import Reading
from yurai.declare.models import LID_176, check_model, model_digest
from yurai.declare.score_names import check_name
from yurai.declare.stage import Kind, Stage, declare
from yurai.declare.versions import PYTHON
from yurai.engine.use import AnyUse, Settings
from yurai.stages.map_tasks import measure_alone
from yurai_filters.ranges import Count

MAX_CHARACTERS = 20_000
COLUMN = "lang"
SHARE = "share_"
"""Behind the name of a stage, this begins the named scores of a mixed text; the code of a language follows."""


@dataclass(frozen=True, kw_only=True)
class Language(Settings):
    """Label each text with its language.

    Writes `lang` (the code as lid.176 has it, whatever form the labels of the model have: `jpn_Jpan` is `ja`) and
    `lang_score` (0 to 1, rounded to 1e-4). A text without a letter is `und`, 0.
    The first 20,000 characters decide; white space is folded, since the model takes one line. The model alone is shown
    a text that is mostly capitals in small letters, and none of the marks without width: it learned from prose.
    With `scripts`, no text is in a language that its letters rule out: `ja` needs kana, `ko` Hangul, and what has
    kana is not `zh`. Chinese characters without kana are of the language whose character sets alone hold them (JIS X
    0208; GB 2312, Big5); if both do, of the one that title, attribute `lang`, Content-Language or top level domain
    name; else `zh` from 20 of them on, and `und` below. The score is then the share among the languages that are
    left.
    Texts in several languages get named scores in `quality`, `lang_share_ja` and so on: the share of letters in lines
    of each.
    A recipe may have several of these stages, with models of their own, if all but one have a `name`: it writes named
    scores alone, `NAME_ja` (the language that it found, with the score) and `NAME_share_ja`, which rule `language-by`
    reads. Column `lang` stays that of the one without.
    Source: Joulin et al., Bag of Tricks for Efficient Text Classification, arXiv:1607.01759 (lid.176.ftz).

    Args:
        model: lid.176.ftz, or path or URL of any fastText model with labels as `__label__ja` or `__label__jpn_Jpan`.
        sha256: hex digest of the model file; needed for a path or URL.
        scripts: hold what the model says against the letters of the text; false takes its answer as it is (FineWeb).
        min_letters: with scripts, fewer letters of a script that many languages share (Latin, Cyrillic, Arabic) are und
            unless the page declares a language that has them, other than English.
        name: what the scores of a further stage begin with: a-z, 0-9 and underscores; lang and lang_score unless given.
    """

    model: str = LID_176
    sha256: str = ""
    scripts: bool = True
    min_letters: Count = 6
    name: str = ""

    def __post_init__(self) -> None:
        if self.name:
            check_name(self.name)


def _digests(settings: Language) -> dict[str, str]:
    digest = model_digest(settings.model, settings.sha256)
    check_model(settings.model, digest)
    return {settings.model: digest}


def _identifier(settings: Language) -> Identifier:
    return identifier(settings.model, model_digest(settings.model, settings.sha256))


def label(batch: pa.RecordBatch, settings: Language) -> pa.RecordBatch:
    """Return `batch` with the languages of its column `text`, and shares of mixed texts in `quality`."""
    model = _identifier(settings)
    batch = without_scores(batch, _scores(settings))
    texts = [text[:MAX_CHARACTERS] for text in strings(batch, "text")]
    if not settings.scripts:
        return _labelled(batch, [model.best(text) for text in texts], settings)
    stated = [declared_code(one) for one in batch.column("html_lang").to_pylist()]
    found = [
        model.decide(text, hint=partial(_hint, batch, row), min_letters=settings.min_letters, declared=stated[row])
        for row, text in enumerate(texts)
    ]
    shares = [line_shares(*one, model) for one in zip(texts, found, strict=True)]
    return _with_scores(_labelled(batch, found, settings), f"{settings.name or COLUMN}_{SHARE}", shares)


def _labelled(batch: pa.RecordBatch, found: list[Found], settings: Language) -> pa.RecordBatch:
    if settings.name:
        return _with_scores(batch, f"{settings.name}_", [{one.code: one.score} for one in found])
    codes = pa.array([one.code for one in found], pa.string())
    return with_columns(batch, {COLUMN: codes, "lang_score": pa.array([one.score for one in found], pa.float32())})


def _with_scores(batch: pa.RecordBatch, first: str, values: list[dict[str, float]]) -> pa.RecordBatch:
    """Return `batch` with named scores that begin with `first`; the code of a language follows."""
    codes = sorted({code for one in values for code in one})
    return with_measures(
        batch, {f"{first}{code}": pa.array([one.get(code) for one in values], pa.float32()) for code in codes}
    )


def _scores(settings: Language) -> tuple[str, ...]:
    return (f"{settings.name}_" if settings.name else f"{COLUMN}_{SHARE}",)


def _place(settings: Language, before: Sequence[AnyUse], behind: Sequence[AnyUse]) -> str | None:
    """Refuse two stages that write column `lang`, and a recipe in which none does."""
    others = [use.settings for use in (*before, *behind) if isinstance(use.settings, Language)]
    if not settings.name and any(not other.name for other in others):
        return 'two stages language would write column lang; give all but one a name, such as name = "glotlid"'
    if settings.name and before and all(other.name for other in others):
        return (
            f"stage language {settings.name} writes named scores alone, and rules read column lang; "
            "leave `name` out of one stage language"
        )
    return None


def _hint(batch: pa.RecordBatch, row: int) -> Reading | None:
    """Return what stands around a text says of its Chinese characters."""
    headers = batch.column("http_headers")[row].as_py() or ()
    declared = [one["value"] for one in headers if one["name"].lower() == "content-language"]
    title, url, lang = (cast("str | None", batch.column(name)[row].as_py()) for name in ("title", "url", "html_lang"))
    return hint_of(title, [*([lang] if lang else []), *declared], url)


STAGE = declare(
    Stage(
        "language",
        version=5,
        kind=Kind.MEASURE,
        settings=Language,
        driver=measure_alone,
        measure=label,
        repeats=True,
        place=_place,
        command=("language",),
        packages=("fasttext-predict", PYTHON),
        models=_digests,
        codes=lambda settings: _identifier(settings).codes,
        scores=_scores,
    )
)
