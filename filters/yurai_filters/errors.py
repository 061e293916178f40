"""Define the one error of this package: a filter, tagger or editor broke its contract.

A wrong *setting* is the recipe's fault and raises a plain `ValueError` (see `settings`); a wrong *declaration* or a
wrong *result* is a bug in the function and raises `ContractViolation`, which stops the run.
"""


class ContractViolation(ValueError):  # noqa: N818 - it names the fault, as reasons do; the pipeline turns it into ContractError
    """A function does not keep what it declared: wrong signature, column, type or number of rows."""


class RuleError(ContractViolation):
    """A function raised; `row` is the first on which it does so alone, None where it takes several."""

    def __init__(self, message: str, row: int | None) -> None:
        super().__init__(message)
        self.row = row
