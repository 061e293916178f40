"""Read robots.txt as it was captured, and tell what it says of a page: to which AI agents, and of which use.

`read_robots` makes a `RobotsCapture` of one response, whatever it is; `Captures` answers for pages from stored rows of
captures: `asof` a date, or the `strictest` of all. `RobotsFile` is one file's rules.
"""

from yurai.evidence.robots.capture import ROBOTS_VERSION, RobotsCapture, is_robots_url, read_robots
from yurai.evidence.robots.captures import COLUMNS, Captures, RobotsRow
from yurai.evidence.robots.rules import RobotsFile
from yurai.evidence.robots.views import ABSENT, RobotsView

__all__ = [
    "ABSENT",
    "COLUMNS",
    "ROBOTS_VERSION",
    "Captures",
    "RobotsCapture",
    "RobotsFile",
    "RobotsRow",
    "RobotsView",
    "is_robots_url",
    "read_robots",
]
