"""Define the settings of stage select: the policy, what it must allow, how sources are mixed, and the cap."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, cast

from yurai.engine.use import AnyUse, Settings
from yurai.rights import USES
from yurai.stages.select.mixing import parse_weights
from yurai.tokens import Tokenizer, load_tokenizer
from yurai_filters.ranges import at_least, between


@dataclass(frozen=True, kw_only=True)
class Select(Settings):
    """Judge each document by a rights policy over its evidence, and drop what the recipe does not allow.

    Fills `concluded_spdx`, `concluded_status`, `licence_confidence`, `licence_scope`, `domain_rule_id`, `robots_ref`,
    `policy_id`, `verdict_reasons`, `train_verdict`, `search_verdict` (display) and `redistribute_verdict`.
    What restricts a copy that was dropped as a duplicate restricts the document that stays. Verdicts report signals;
    they are no legal advice. Then, in this order: `require` drops (`rights:train-deny` ...), `weights` sample whole
    documents down (`mix:sampled-down`), and the cap drops documents that need care, those whose concluded status is not
    `granted` under a licence that the policy calls open (`cap:rights-sensitive`). Which documents stay depends on the
    seed and their doc_ids alone: both orders are those of a hash, and each document stays once or not at all.

    Args:
        policy: name of a policy (`yurai policy list`), or path of a TOML file.
        rulings: path of a file of rulings about domains, TOML or CSV, as `yurai rights review` writes it; or none.
        require: uses that must not be denied, of train, display, redistribute.
        unknown: what becomes of a document whose verdict for a required use is unknown, keep or drop.
        weights: shares of documents that stay: "source:notes/*=0.5", "language:en=0.3", "licence:CC-BY-*=0.9".
        rights_sensitive_max: share of the corpus, at most, in documents that need care; unset is no cap.
        seed: number that both hashes begin with.
        tokenizer: what the cap counts with; unless given, that of tokenize behind, and UTF-8 bytes where there is none.
        sha256: hex digest that the file of the tokenizer must have.
        eod: its end-of-document token, where it cannot be told.
        allow_tokens: its added tokens that a page may spell out.
        memory_bytes: memory that one task takes for statements.
    """

    policy: str = "evidence-only"
    rulings: str = ""
    require: tuple[str, ...] = ()
    unknown: Literal["keep", "drop"] = "keep"
    weights: tuple[str, ...] = ()
    rights_sensitive_max: Annotated[float, between(0, 1)] | None = None
    seed: Annotated[int, at_least(0)] = 0
    tokenizer: str = ""
    sha256: str = ""
    eod: str = ""
    allow_tokens: tuple[str, ...] = ()
    memory_bytes: Annotated[int, at_least(1)] = 1 << 30

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for use in self.require:
            if use not in USES:
                raise ValueError(f"require must be a list of {', '.join(USES)}, not {use!r}")
        parse_weights(self.weights)
        if self.tokenizer and self.rights_sensitive_max is None:
            raise ValueError("tokenizer is what rights_sensitive_max counts with; set that, or leave tokenizer out")

    def load(self) -> Tokenizer | None:
        """Return the tokenizer that the cap counts with, None for UTF-8 bytes; errors as `load_tokenizer`."""
        if not self.tokenizer:
            return None
        return load_tokenizer(self.tokenizer, sha256=self.sha256 or None, eod=self.eod or None, allow=self.allow_tokens)


def with_tokenizer(settings: Select, behind: Sequence[AnyUse]) -> Select:
    """Return the settings with the tokenizer of stage tokenize behind, where there is a cap to count for."""
    if settings.rights_sensitive_max is None or settings.tokenizer:
        return settings
    written = next((use.settings.json() for use in behind if use.name == "tokenize"), None)
    if written is None:
        return settings
    tokenizer, sha256, eod = (str(written[name]) for name in ("tokenizer", "sha256", "eod"))
    allowed = tuple(map(str, cast("list[str]", written["allow_tokens"])))
    return replace(settings, tokenizer=tokenizer, sha256=sha256, eod=eod, allow_tokens=allowed)
