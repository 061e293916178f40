"""Measure how a run over a crawl of 90,000 files begins: seconds until its first task, and memory of its driver.

    python bench/many_paths.py [--files 90000] [--tasks 500] [--runners local ray]

A server on loopback has a crawl's layout: a list of so many WARC paths, and the same few pages under each. `yurai run`
begins over the list, then over a selection of one record of each file; it is stopped after so many tasks. The first
task starts when the first byte of a WARC is asked for. Memory is the peak of the driver's process, resident.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import pyarrow as pa
import pyarrow.parquet as pq

from crawl_layout import CRAWL, TABLE, archive, index_row
from web_server import Handler, Web
from yurai.sources.selection.make import Wanted, make_selection
from yurai.sources.warc import CANDIDATES, Record, read_file

SEGMENT = f"crawl-data/{CRAWL}/segments/1723154551150.10/warc"
SECONDS, MEMORY = 60, 500
"""What both ways to begin are held to, on one runner: seconds, MB of the driver."""
PAGES = 2


class OneArchive(Handler):
    """Serves one archive under the name of each file of the crawl."""

    def serve(self) -> None:
        """Answer with the archive, or with the list."""
        path = self.path.partition("?")[0]
        with self.server.lock:
            self.server.seen.append((self.command, path, {"at": str(time.monotonic())}))
        name = "warc.gz" if path.endswith(".warc.gz") else "warc.paths.gz"
        self.ranged((self.server.folder / name).read_bytes())


def lay_out(folder: Path, files: int) -> None:
    """Write the archive, the list and an index with a row for each file."""
    (folder / "warc.gz").write_bytes(archive(0, PAGES))
    names = [f"{SEGMENT}/CC-MAIN-20240803090424-20240803120424-{number:05}.warc.gz" for number in range(files)]
    (folder / "warc.paths.gz").write_bytes(gzip.compress("\n".join([*names, ""]).encode(), mtime=0))
    item = next(one for one in read_file(folder / "warc.gz") if isinstance(one, Record) and one.kind in CANDIDATES)
    row = index_row(item, "", 0)
    columns: dict[str, list[Any]] = {name: [value] * files for name, value in row.items()} | {"warc_filename": names}
    (folder / f"{TABLE}warc").mkdir(parents=True)
    pq.write_table(pa.table(columns), folder / f"{TABLE}warc/part-0.parquet")


def peak(process: int) -> float:
    """Return the peak of the memory of a process, MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def begin(web: Web, runner: str, given: str, out: Path, tasks: int) -> dict[str, Any]:
    """Begin a run, stop it after so many tasks, and return what it took until the first one and until then."""
    web.seen.clear()
    words = ["--input", given, "--base", web.url, "--output", str(out), "--runner", runner, "--workers", "2", "-q"]
    command = [sys.executable, "-c", "from yurai.cli import main; main()", "run", "plain", *words, "--no-report"]
    start, first = time.monotonic(), 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        while process.poll() is None:
            with web.lock:
                asked = [seen for seen in web.seen if seen[0] == "GET" and seen[1].endswith(".warc.gz")]
            memory = peak(process.pid)
            if asked and not first:
                first = float(asked[0][2]["at"]) - start
                before = memory
            if len(asked) >= tasks:
                break
            time.sleep(0.2)
        if process.poll() is not None:
            raise SystemExit(f"the run ended by itself, with {process.returncode}")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    heads = sum(seen[0] == "HEAD" for seen in web.seen)
    return {
        "first_task_seconds": round(first, 1),
        "driver_mb_at_first_task": round(before),
        "driver_mb": round(memory),
        "tasks": len(asked),
        "head_requests": heads,
    }


def main() -> None:
    """Measure each runner over each input."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=90_000)
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--runners", nargs="+", default=["local", "ray"])
    options = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory(prefix="yurai-paths-") as name, Web(Path(name)) as web:
        web.RequestHandlerClass = OneArchive
        folder = Path(name)
        lay_out(folder, options.files)
        make_selection(Wanted((CRAWL,), root=name), str(folder / "selection"))
        for runner in options.runners:
            for what, given in (("paths", f"{web.url}/warc.paths.gz"), ("selection", str(folder / "selection"))):
                took = begin(web, runner, given, folder / f"{what}-{runner}", options.tasks)
                sys.stdout.write(json.dumps({"runner": runner, "input": what, "files": options.files, **took}) + "\n")
                sys.stdout.flush()
                if took["first_task_seconds"] > SECONDS or took["driver_mb"] > MEMORY:
                    wrong.append(f"{what} on {runner}")
    if wrong:
        raise SystemExit(f"later than {SECONDS} s, or a driver above {MEMORY} MB: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
