"""longest-page: of the pages of a host, the longest one stays."""

from kawara_filters.longest_page.driver import keep_longest
from kawara_filters.longest_page.settings import LongestPage
from yurai.declare.stage import Kind, Stage, declare

STAGE = declare(
    Stage(
        "longest-page",
        version=1,
        kind=Kind.DEDUP,
        settings=LongestPage,
        driver=keep_longest,
        command=("longest-page",),
        reasons=("shorter-page",),
    )
)
