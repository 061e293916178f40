"""Lend an audit what makes rows again: the tokenizer, the detector's and near-dedup's own functions."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

import yurai.stages  # noqa: F401 - importing declares the stages
from yurai.declare.stage import restored_use, stage_of
from yurai.declare.versions import version_of
from yurai.engine.use import AnyUse
from yurai.evidence import DETECTOR, DETECTOR_VERSION, Mark, declared
from yurai.run.rejudge import judges
from yurai.stages.keep_order import ranks
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.near_dedup.texts import signed
from yurai.stages.tokenize.settings import Tokenize
from yurai.tokens import TokenDType, Tokenizer
from yurai.tokens.megatron import index_bytes
from yurai_manifests.audit import Means
from yurai_manifests.audit.case import Lengths, Rows
from yurai_manifests.canonical import Json
from yurai_manifests.errors import AuditError, RecipeError, ShardError
from yurai_manifests.run import RunRecord
from yurai_manifests.schema import INDEX
from yurai_manifests.step import StepRecord
from yurai_manifests.store import Store

TABLE_CHANNEL = "source-table"


def means_of(store: Store, run: RunRecord) -> Means:
    """Return what this version of Yurai, on this machine, can make again of a run; `why` says of the rest why not."""
    try:
        uses = [restored_use(one) for one in run.recipe_stages]
        identities = _identities(store, run)
        tokenizer, reason = _tokenizer(uses, identities)
        judge, refused = judges(uses, identities)
    except (RecipeError, AuditError, ShardError, KeyError, TypeError, ValueError, AttributeError) as error:
        why = f"the recipe cannot be read here ({error})"
        return Means(layout=_layout, why={"encode": why, "declares": why, "signs": why, "judges": why})
    signed = [use.settings for use in uses if isinstance(use.settings, NearDedup) and use.settings.index]
    signs = _Signs(signed[-1]) if signed and _same_packages(identities.get("near-dedup", {})) else None
    reasons = {"encode": reason} | ({"judges": refused} if refused else {})
    encode, unknown = (tokenizer.encode_column, tokenizer.unknown) if tokenizer else (None, None)
    return Means(encode, unknown, _layout, _declares, signs, judge, reasons)


def _identities(store: Store, run: RunRecord) -> dict[str, Mapping[str, Json]]:
    """Return the identity of the last step of each stage."""
    steps: list[StepRecord] = list(run.steps(store))
    return {
        str(step.value["identity"]["stage"]): step.value["identity"]
        for step in steps
        if "stage" in step.value["identity"]
    }


def _tokenizer(uses: Sequence[AnyUse], identities: Mapping[str, Mapping[str, Json]]) -> tuple[Tokenizer | None, str]:
    """Return the tokenizer of the run; or why there is none, or another one than made the tokens."""
    named = [(use, use.settings) for use in uses if isinstance(use.settings, Tokenize)]
    if not named or "tokenize" not in identities:
        return None, "the run has no stage tokenize"
    identity = identities["tokenize"]
    try:
        use, settings = named[-1]
        now, tokenizer = stage_of(use).identity(settings, ""), settings.load()
    except (RecipeError, ShardError) as error:
        return None, str(error)
    for field in ("version", "models", "packages"):
        if now[field] != identity[field]:
            return (
                None,
                f"the tokenizer here has another {field} ({now[field]}) than made the tokens ({identity[field]})",
            )
    return tokenizer, ""


def _same_packages(identity: Mapping[str, Json]) -> bool:
    packages = identity.get("packages")
    return isinstance(packages, Mapping) and all(version_of(name) == version for name, version in packages.items())


def _layout(starts: Lengths, lengths: Lengths, width: int) -> bytes:
    dtype: TokenDType = np.dtype("<u2") if width == 2 else np.dtype("<i4")  # noqa: PLR2004 - bytes of an id
    return index_bytes(lengths, dtype, starts)


def _declares(rows: Rows) -> tuple[str | None, str | None] | None:
    """Return what rows of one document declare: those of its [[source]] table speak of it as they are."""
    if any(row["detector"] != DETECTOR or row["detector_version"] != DETECTOR_VERSION for row in rows):
        return None
    if table := next((row for row in rows if row["channel"] == TABLE_CHANNEL), None):
        return _text(table["norm"]), "dataset"
    return declared(tuple(_mark(row) for row in rows))


def _mark(row: Mapping[str, Json]) -> Mark:
    said = {"kind": row["kind"], "channel": row["channel"], "raw": row["raw"], "norm": row["norm"]}
    return Mark(**said, scope=row["subject_scope"], place=row["place"])  # type: ignore[arg-type] # as EVIDENCE has them


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


class _Signs:
    """Rows of INDEX for rows of DOCUMENT, by the settings of the stage that wrote them."""

    def __init__(self, near: NearDedup) -> None:
        self._near = near

    def __call__(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        near = self._near
        made = signed(rows.column("text"), rows.column("lang"), near).astype("<u4", copy=False)
        stored = pa.array([one.tobytes() for one in made], pa.large_binary())
        order = pa.array(ranks(rows, *near.order))
        return pa.RecordBatch.from_arrays(
            [rows.column("doc_id"), rows.column("text_bytes"), order, stored], schema=INDEX
        )
