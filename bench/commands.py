"""Short commands: what they cost, and how they end: `python bench/commands.py [TREE] [--peer COMMAND...] [--loop N]`.

CPU seconds (least of five) and peak memory of help, version and `import yurai`, and of commands over TREE, an output;
beside them COMMAND, such as another tool's help. `--loop N` then runs N commands over TREE one after another and counts
how they end, which is worth most on a machine that is busy: a process that aborts at its end does so there.
"""

from __future__ import annotations

import argparse
import os
import resource
import shlex
import subprocess
import sys
from collections import Counter

TIMES = 5
YURAI = [sys.executable, "-m", "yurai"]
HELP = (["--help"], ["--version"], ["run", "--help"], ["audit", "--help"], ["filter", "--help"])
OVER_TREE = ("audit", "digest", "rights review")
ABORTED = 128


def cost(command: list[str]) -> tuple[float, float]:
    """CPU seconds and MB of a command, with its children."""
    taken = []
    for _ in range(TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak = _peak(process)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak))
    return min(taken)


def _peak(process: subprocess.Popen[bytes]) -> float:
    """Wait for a process; MB of the most memory it held."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_maxrss / 1_000


def loop(tree: str, count: int) -> Counter[tuple[str, int]]:
    """How so many commands over the tree end: {(command, exit code): times}."""
    ends: Counter[tuple[str, int]] = Counter()
    for number in range(count):
        words = OVER_TREE[number % len(OVER_TREE)].split()
        ended = subprocess.run([*YURAI, *words, tree], capture_output=True, check=False)
        ends[words[0], ended.returncode] += 1
        if ended.returncode < 0 or ended.returncode >= ABORTED:
            print(f"{number}: {' '.join(words)} ended with {ended.returncode}: {ended.stderr.decode()[-200:]}")
    return ends


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?")
    parser.add_argument("--peer", action="append", default=[], metavar="COMMAND")
    parser.add_argument("--loop", type=int, default=0)
    given = parser.parse_args()
    commands = {f"yurai {shlex.join(words)}": [*YURAI, *words] for words in HELP}
    commands["import yurai"] = [sys.executable, "-c", "import yurai"]
    if given.tree:
        commands |= {f"yurai {name} TREE": [*YURAI, *name.split(), given.tree] for name in OVER_TREE}
    commands |= {name: shlex.split(name) for name in given.peer}
    for name, command in commands.items():
        seconds, memory = cost(command)
        print(f"{name:40} {seconds:6.2f} CPU s {memory:6.0f} MB", flush=True)
    if given.loop:
        if not given.tree:
            parser.error("--loop needs TREE")
        for (name, code), times in sorted(loop(given.tree, given.loop).items()):
            print(f"{name:10} ended with {code}: {times:,} times")


if __name__ == "__main__":
    main()
