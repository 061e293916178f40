"""Trace a text to where it comes from: its verbatim spans, and the documents that hold each.

answer     what a trace says, as classes and JSON
carriers   a place of a span -> its document: URL, dates, rights, tokens, copies, the text around
around     text around a place, redacted over its borders
trace      a text -> spans -> documents
"""

from yurai.report.trace.answer import Carrier, Shown, Spanned, Trace
from yurai.report.trace.trace import trace

__all__ = ["Carrier", "Shown", "Spanned", "Trace", "trace"]
