"""The error tree, for users of the pipeline; it is drawn in `yurai_manifests.errors`."""

from yurai_manifests.errors import AuditError, ContractError, DriftError, RecipeError, ShardError, YuraiError

__all__ = ["AuditError", "ContractError", "DriftError", "RecipeError", "ShardError", "YuraiError"]
