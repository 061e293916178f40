"""Judge pages by policies: what may be trained on, displayed and redistributed, and which signal says so.

A policy is data (`load_policy`), read over rows of evidence and captures of robots.txt (`Page`, `statements`). `judge`
returns a `Judgement`: a verdict for each use, the licence concluded, and reasons that name their signals. It reports
signals; it gives no legal advice. Neither Ray nor Arrow compute is loaded.

    page = Page(url="https://example.org/a", statements=statements(rows_of_evidence))
    judgement = judge(page, load_policy("evidence-only"))
    judgement.verdicts["train"], judgement.conclusion.spdx, judgement.lines()
"""

from yurai.rights.calibration import Calibration, Measured, published, read_calibration
from yurai.rights.conclude import Conclusion
from yurai.rights.judge import Judgement, judge
from yurai.rights.licences import NOASSERTION, NONE, LicenceClass, class_of
from yurai.rights.load import load_policy, shipped
from yurai.rights.page import Page, Statement, statements
from yurai.rights.policy import Policy
from yurai.rights.rulings import Ruling, Rulings, load_rulings
from yurai.rights.verdicts import USES, VERDICTS, Reason, Use, Verdict

__all__ = [
    "NOASSERTION",
    "NONE",
    "USES",
    "VERDICTS",
    "Calibration",
    "Conclusion",
    "Judgement",
    "LicenceClass",
    "Measured",
    "Page",
    "Policy",
    "Reason",
    "Ruling",
    "Rulings",
    "Statement",
    "Use",
    "Verdict",
    "class_of",
    "judge",
    "load_policy",
    "load_rulings",
    "published",
    "read_calibration",
    "shipped",
    "statements",
]
