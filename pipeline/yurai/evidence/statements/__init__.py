"""Read statements about licences in sentences: `names` finds licences, `grammar` what is said of them, `read` both."""

from yurai.evidence.statements.read import Statement, statements

__all__ = ["Statement", "statements"]
