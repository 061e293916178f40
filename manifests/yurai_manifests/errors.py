"""Define every error that Yurai raises on purpose.

    YuraiError       states what, where (stage, shard, row or byte range), and what to do next
      RecipeError    unknown stage, filter or key; wrong type; no input      nothing has run: mend the call
      ContractError  a stage or filter returned the wrong length or type     a bug in it; the run stops
      ShardError     storage cannot be read or written (never content)       retried, then the run stops
      DriftError     output exists, made by a different recipe or input      rebuild, or choose another output
        LeaseError   another driver writes to the output                     wait for it, or end it
      ThrottledError an origin refused request after request               wait as it said, then the same call resumes
    AuditError     a manifest does not add up                              do not publish this corpus

Trouble of one document is data (a reason in a row); trouble of the program is one of these.
"""


class YuraiError(Exception):
    """Base of all errors that Yurai raises on purpose; its message says what, where, and what to do next."""


class RecipeError(YuraiError):
    """The request cannot be carried out as written: unknown name or key, wrong type, missing input or model."""


class ContractError(YuraiError):
    """A stage, tagger, editor or filter returned columns of the wrong length or type."""


class ShardError(YuraiError):
    """Storage could not be read or written, or holds other bytes than its manifest says."""


class DriftError(YuraiError):
    """The output was made by another recipe or from other input than this call names."""


class LeaseError(ShardError):
    """Another driver writes to the output, or has taken it over."""


class ThrottledError(ShardError):
    """An origin of inputs refused so often, or for so long, that the run stopped asking."""


class AuditError(YuraiError):
    """Counts, digests or files contradict each other."""
