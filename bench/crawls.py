"""Beyond one crawl, on paper: files, requests, manifests, driver, wall and dollars of 1, 10 and 100 crawls.

    python bench/crawls.py [--crawls 1 10 100] [--workers 10000]

What a driver spends on a task is measured here, at two sizes each (`bench/million.py`, `bench/driver.py`, path lists,
Ray), and what is of tasks must grow linearly: a third more for each task at the larger size ends with 1. A look at
Ray's tasks is of those in flight, and taken at the larger size. The rest are options, which say where they come from.
Ray's own head, a store's limits and what a stage shuffles are not in it. Nothing of this reaches a network.
"""

import argparse
import json
import sys
from collections.abc import Callable

from crawl_costs import CRAWL, IN_FLIGHT, Line, list_sources, look, manifests, measured

from yurai.ray.runner import AHEAD
from yurai.sources.path_lists import ENTRIES
from yurai.stages.extract.tasks import OUTPUTS
from yurai_manifests.step import PART_ROWS

OPTIONS: tuple[tuple[str, float, str], ...] = (
    ("workers", 10_000, "CPUs that run tasks"),
    ("pages", 25_000, "pages of a WARC with status 200 (README, whole runs)"),
    ("page-ms", 10.7, "CPU ms a page: web-en over DATA/web (README, whole runs)"),
    ("warc-gb", 0.9, "GB of a WARC: 80 TB a crawl"),
    ("row-bytes", 900, "bytes in OUT for each page, work and delivered: as in manifests of bench/million.py"),
    ("later-steps", 2, "steps after extract with one task a shard, as filter and apply"),
    ("request-ms", 100, "a request for a small object (AWS, S3 performance guidelines: 100 to 200 ms)"),
    ("connections", 10, "requests in flight of one process (botocore's max_pool_connections)"),
    ("driver-gb", 16, "memory of the driver's machine"),
    (
        "dollars-cpu-hour",
        0.0408,
        "m7g.large on demand, us-east-1, .0816 for 2 CPUs (as factualminds.com published in June 2026)",
    ),
    ("dollars-put", 5e-6, "PUT or LIST, S3 Standard (as devnotes.tech quotes it, undated; look it up)"),
    ("dollars-get", 4e-7, "GET, S3 Standard (likewise)"),
    ("dollars-gb-month", 0.023, "a GB for a month, S3 Standard, first tier (likewise)"),
)
LISTED = 1000
"""Keys of one LIST."""
BEYOND_LINEAR = 1.33
DAY = 24.0
Told = dict[str, float]


def predict(crawls: float, costs: dict[str, Line], sizes: Told, given: Told) -> Told:
    """Return what so many crawls take, by name with its unit."""
    tasks = crawls * CRAWL
    later = tasks * given["later-steps"]
    # a task has its outputs, its manifest and an entry in the journal; one that maps writes kept and dropped rows
    files = tasks * (len(OUTPUTS) + 2) + later * 4
    gets, lists = tasks * 2 + later * 3, (tasks + later) / LISTED
    steps = 1 + given["later-steps"]
    hour = given["request-ms"] / 3.6e6
    work = tasks * given["pages"] * given["page-ms"] / 3.6e6
    each = {name: line.slope * tasks for name, line in costs.items()}
    flying = costs["one look at tasks in flight, CPU ms"].slope * AHEAD * given["workers"] / 1000
    seconds = each["read path lists, CPU s"] + each["audit, CPU s"] * steps
    seconds += steps * (each["hand out and hear, CPU s"] + each["scan and commit, CPU s"])
    scan = costs["scan and commit, MB"].base + each["scan and commit, MB"]
    commit = tasks * steps * hour / given["connections"]
    price = given["dollars-cpu-hour"]
    return {
        "tasks of extract, millions": tasks / 1e6,
        "read from the crawl, PB": tasks * given["warc-gb"] / 1e6,
        "files in OUT before gc, millions": files / 1e6,
        "requests, millions": (files + gets + lists) / 1e6,
        "task manifests, GB": sizes["manifest_bytes"] * (tasks + later) / 1e9,
        "commits of steps, GB": sizes["part_bytes"] * (tasks + later) / 1e9,
        "root of the largest step, MB": sizes["root_bytes_a_part"] * tasks / PART_ROWS / 1e6,
        "driver, GB": (scan + each["read path lists, MB"]) / 1024,
        "audit, GB": (costs["audit, MB"].base + each["audit, MB"] * steps) / 1024,
        "driver and audit, CPU hours": seconds / 3600,
        "a look at Ray's tasks in flight, CPU ms": flying * 1000,
        "workers, CPU hours": work,
        "workers' wall, hours": work / given["workers"],
        "commits of steps from a store, hours": commit,
        "wall, hours": max(work / given["workers"], seconds / 3600) + commit,
        "resume, journal read one by one, hours": tasks * hour,
        "resume, as it is, hours": tasks * hour / given["connections"] + tasks / LISTED * hour,
        "CPU, dollars": work * price,
        "requests, dollars": (files + lists) * given["dollars-put"] + gets * given["dollars-get"],
        "a month of OUT, dollars": tasks * given["pages"] * given["row-bytes"] / 1e9 * given["dollars-gb-month"],
    }


def breaks(at: Callable[[float], Told], given: Told) -> list[tuple[float, str]]:
    """Return (crawls, what breaks there), the first before the others; what grows with crawls is linear in them."""
    one, two = at(1), at(2)

    def reached(name: str, limit: float) -> float:
        slope = two[name] - one[name]
        return 1 + (limit - one[name]) / slope

    gb = given["driver-gb"]
    return sorted(
        [
            (ENTRIES / CRAWL, f"one path list: it may hold {ENTRIES:,} lines; give one a crawl"),
            (reached("driver, GB", gb), f"driver's memory of {gb:g} GB: a source takes bytes until the run ends"),
            (reached("audit, GB", gb), f"audit's memory of {gb:g} GB"),
            (reached("commits of steps from a store, hours", DAY), "commits read task manifests for over a day"),
            (reached("resume, as it is, hours", DAY), "a resume reads the journal for over a day"),
            (reached("resume, journal read one by one, hours", DAY), "a resume would, if it read entries one by one"),
            (reached("driver and audit, CPU hours", 7 * DAY), "the driver computes for over a week"),
        ]
    )


def most_workers(costs: dict[str, Line], given: Told) -> tuple[float, float]:
    """Return how many workers one driver feeds with archives: each end looked for alone, and all ends at a look."""
    task = given["pages"] * given["page-ms"] / 1000
    handed = costs["hand out and hear, CPU s"].slope
    each = costs["one look at tasks in flight, CPU ms"].slope * AHEAD / 1000
    # workers / task tasks a second, each (handed + each * workers) seconds: one core is full at the positive root
    alone = (-handed + (handed * handed + 4 * each * task) ** 0.5) / (2 * each) if each else task / handed
    return alone, task / handed


def table(rows: list[Told], crawls: list[float]) -> str:
    """Return Markdown."""
    head = f"| | {' | '.join(f'{count:g}' for count in crawls)} |\n|---|{'---|' * len(crawls)}\n"
    return head + "".join(f"| {name} | {' | '.join(figure(row[name]) for row in rows)} |\n" for name in rows[0])


def figure(value: float) -> str:
    """Return a number to three digits, since no constant has more."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def report(crawls: list[float], costs: dict[str, Line], sizes: Told, given: Told) -> int:
    """Print what was measured, the table, and what breaks first; 1 if a cost grew faster than linear."""

    def at(count: float) -> Told:
        return predict(count, costs, sizes, given)

    print("| measured | sizes | values | a task more | per task, larger over smaller |\n|---|---|---|---|---|")
    for one in costs.values():
        sized, values = (" and ".join(f"{value:,.4g}" for value in pair) for pair in (one.sizes, one.values))
        print(f"| {one.name} | {sized} | {values} | {one.slope:.3g} | {one.growth:.2f} |")
    print(f"\n{json.dumps({name: round(value, 1) for name, value in sizes.items()})}\n")
    print(table([at(count) for count in crawls], crawls))
    print("What breaks, at how many crawls:\n")
    for count, what in breaks(at, given):
        print(f"- {figure(count)}: {what}")
    alone, together = most_workers(costs, given)
    print(
        f"\nWorkers at which one core of the driver is full: {alone:,.0f} if it looked for each end alone, "
        f"{together:,.0f} as it is"
    )
    return int(any(one.growth > BEYOND_LINEAR for one in costs.values() if one.sizes != IN_FLIGHT))


def main() -> int:
    """Measure, predict, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crawls", type=float, nargs="+", default=[1, 10, 100])
    parser.add_argument("--tasks", type=int, nargs=2, default=(50_000, 200_000), help="sizes of lists, scans, audits")
    parser.add_argument("--driven", type=int, nargs=2, default=(1_000, 4_000), help="tasks that are run")
    parser.add_argument("--runner", choices=("ray", "local"), default="ray")
    for name, value, help_text in OPTIONS:
        parser.add_argument(f"--{name}", type=float, default=value, help=f"{help_text}; default {value:g}")
    parser.add_argument("--measure", choices=("sources", "look"), help="measure this alone, in this process")
    parser.add_argument("--count", type=int, help="of what --measure measures")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps({"sources": list_sources, "look": look}[options.measure](options.count)))
        return 0
    costs = measured(tuple(options.tasks), tuple(options.driven), options.runner)
    given = {name: getattr(options, name.replace("-", "_")) for name, _, _ in OPTIONS}
    return report(options.crawls, costs, manifests(2_000), given)


if __name__ == "__main__":
    sys.exit(main())
