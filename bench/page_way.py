"""One page's way from WARC to shard, in modules: `python bench/page_way.py [RECIPE]`.

Runs a recipe over a crawl of one page under a trace, the extraction child's function included, and prints which modules
have a function that runs: in the tasks of each step, around them (recipe, plan, engine, storage), and in all. The tour
in pipeline/README.md is made from it.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from yurai.engine import local
from yurai.engine.local import LocalRunner
from yurai.engine.task import AnyTask, execute
from yurai.extraction import ExtractOptions, Page, extract_page
from yurai.run.recipe import load_recipe
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources

OURS = ("yurai", "yurai_filters", "yurai_manifests")
TEXT = "<p>" + "This page says one thing, and it says it in a sentence that is long enough to be kept. " * 20
PAGE = f"<html><head><title>One page</title></head><body><h1>One page</h1>{TEXT}</body></html>"


def archive(folder: Path) -> Path:
    """A WARC file of one page."""
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{PAGE}".encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2024-05-06T07:08:09Z\r\n"
        "WARC-Target-URI: https://example.org/\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    path = folder / "one.warc"
    path.write_bytes(head.encode() + block + b"\r\n\r\n")
    return path


class Trace:
    """Modules whose functions ran, by the part of the run that they ran in."""

    def __init__(self) -> None:
        self.part = "around the tasks"
        self.seen: dict[str, dict[str, None]] = defaultdict(dict)

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:  # noqa: ANN401 - as sys.setprofile hands it
        """Take one event."""
        name = str(frame.f_globals.get("__name__", ""))
        if event == "call" and name.partition(".")[0] in OURS and frame.f_code.co_name != "<module>":
            self.seen[self.part][name] = None

    @contextmanager
    def inside(self, part: str) -> Iterator[None]:
        """Count what runs now as part of `part`."""
        before, self.part = self.part, part
        try:
            yield
        finally:
            self.part = before


def main() -> None:
    recipe = sys.argv[1] if len(sys.argv) > 1 else "demo"
    trace = Trace()

    def traced(task: AnyTask) -> str:
        with trace.inside(task.step.name):
            return execute(task)

    local.execute = traced
    with tempfile.TemporaryDirectory() as folder:
        sources = find_sources([str(archive(Path(folder)))])
        sys.setprofile(trace)
        run_recipe(load_recipe(recipe), sources, f"{folder}/out", LocalRunner(1))
        with trace.inside("in the extraction child"):
            extract_page(Page("key", PAGE.encode(), "text/html", None, "https://example.org/", None), ExtractOptions())
        sys.setprofile(None)
    for part, modules in trace.seen.items():
        print(f"{part}: {len(modules)}\n    {' '.join(modules)}")
    around = set(trace.seen.pop("around the tasks"))
    inside = {name for modules in trace.seen.values() for name in modules}
    print(f"in tasks {len(inside)}, around them alone {len(around - inside)}, in all {len(inside | around)}")


if __name__ == "__main__":
    main()
