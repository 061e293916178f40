"""One page's way from WARC to shard, in modules: `python bench/page_way.py [RECIPE]`, recipe plain unless named.

Runs a recipe over a crawl of one page under a trace, the extraction child's function included, and prints the modules
whose functions run, each where it runs first: in the tasks of each step, and around them (recipe, plan, engine,
storage). The tour in pipeline/README.md is its output, which a test holds against it.
"""

from __future__ import annotations

import sys
import tempfile
import textwrap
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from yurai.engine import local
from yurai.engine.ended import Ended
from yurai.engine.local import LocalRunner
from yurai.engine.task import AnyTask
from yurai.extraction import ExtractOptions, Page, extract_page
from yurai.run.recipe import load_recipe
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources

OURS = ("yurai", "yurai_filters", "yurai_manifests")
TEXT = "<p>" + "This page says one thing, and it says it in a sentence that is long enough to be kept. " * 20
AROUND = "around the tasks"
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
        self.part = AROUND
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


def tour(recipe: str) -> str:
    """The modules in the order in which one page meets them, by part of the run."""
    trace = Trace()
    execute = local.execute

    def traced(task: AnyTask) -> Ended:
        with trace.inside(task.step.name):
            return execute(task)

    local.execute = traced
    with tempfile.TemporaryDirectory() as folder:
        sources = find_sources([str(archive(Path(folder)))])
        sys.setprofile(trace)
        try:
            run_recipe(load_recipe(recipe), sources, f"{folder}/out", LocalRunner(1))
            with trace.inside("in the extraction child"):
                extract_page(
                    Page("key", PAGE.encode(), "text/html", None, "https://example.org/", None), ExtractOptions()
                )
        finally:
            sys.setprofile(None)
            local.execute = execute
    return _written(trace.seen)


def _written(seen: dict[str, dict[str, None]]) -> str:
    met: set[str] = set()
    lines = []
    for part, modules in seen.items():
        new = [name.removeprefix("yurai.") for name in modules if name not in met]
        met.update(modules)
        if new:
            text = textwrap.fill(
                " ".join(new), 116, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
            )
            lines += [f"{part}: {len(new)}", text]
    inside = {name for part, modules in seen.items() if part != AROUND for name in modules}
    return "\n".join([*lines, f"{len(met)} modules, {len(inside)} of them in tasks"])


def main() -> None:
    print(tour(sys.argv[1] if len(sys.argv) > 1 else "plain"))


if __name__ == "__main__":
    main()
