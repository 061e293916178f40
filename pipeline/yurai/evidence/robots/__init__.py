"""Read robots.txt as it was captured, and tell what it says of a page: to which AI agents, and of which use.

`read_robots` makes a `RobotsCapture` of one response, whatever it is, `read_well_known` of what else speaks for a host;
`Captures` answers for pages from stored rows of captures: `asof` a date, or the `strictest` of all. `RobotsFile` is one
file's rules.
"""

from yurai.evidence.robots.capture import ROBOTS_VERSION, RobotsCapture, is_robots_url, read_robots
from yurai.evidence.robots.captures import COLUMNS, Captures, RobotsRow
from yurai.evidence.robots.rules import RobotsFile
from yurai.evidence.robots.views import ABSENT, RobotsView
from yurai.evidence.robots.well_known import form_of, read_well_known

__all__ = [
    "ABSENT",
    "COLUMNS",
    "ROBOTS_VERSION",
    "Captures",
    "RobotsCapture",
    "RobotsFile",
    "RobotsRow",
    "RobotsView",
    "form_of",
    "is_robots_url",
    "read_robots",
    "read_well_known",
]
