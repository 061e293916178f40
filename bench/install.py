"""What an install weighs: `python bench/install.py [--least MB]`, by the python of the environment that is weighed.

For each distribution that Yurai needs, directly or not: MB of its files, MB of compiled code (.pyc) beside them, and
the requirement of ours that brings it; then the environment as a whole. `--least` leaves out what is smaller (20).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = "yurai"
MB = 1_000_000
LEAST = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A distribution: bytes of its files, of its compiled code, and the requirement of ours that brings it."""

    name: str
    size: int
    compiled: int
    through: str

    @property
    def whole(self) -> int:
        """Bytes in all."""
        return self.size + self.compiled


def parts() -> list[Part]:
    """All distributions that Yurai needs here, the largest first; what several bring is told of the first."""
    found: dict[str, tuple[Distribution, str]] = {}
    waiting = [(one, frozenset[str](), "") for one in (ROOT,)]
    while waiting:
        name, extras, through = waiting.pop(0)
        key = canonicalize_name(name)
        try:
            known = found.get(key) or (distribution(name), through)
        except PackageNotFoundError:  # of another platform or Python
            continue
        new = key not in found
        found[key] = known
        for one in map(Requirement, known[0].requires or ()):
            named = extras if one.marker and "extra" in str(one.marker) else {""}
            if (new or extras) and (not one.marker or any(one.marker.evaluate({"extra": each}) for each in named)):
                waiting.append((one.name, frozenset(one.extras), through or one.name))
    made = [Part(name, *_sizes(one), through or name) for name, (one, through) in found.items()]
    return sorted(made, key=lambda part: -part.whole)


def _sizes(one: Distribution) -> tuple[int, int]:
    files = {Path(str(file.locate())).resolve() for file in one.files or ()}
    plain = {path for path in files if path.suffix != ".pyc" and path.is_file()}
    sources = [path for path in plain if path.suffix == ".py"]
    code = {other for path in sources for other in path.parent.glob(f"__pycache__/{path.stem}.*pyc")}
    return _bytes(plain), _bytes(code)


def _bytes(paths: set[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def whole(folder: str) -> int:
    """Bytes of all files below a folder, links not followed."""
    return sum(path.lstat().st_size for path in Path(folder).rglob("*") if path.is_symlink() or not path.is_dir())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--least", type=float, default=LEAST)
    given = parser.parse_args()
    found = parts()
    print(f"{'MB':>6} {'.pyc':>6}  part")
    for part in found:
        if part.whole >= given.least * MB:
            through = "" if canonicalize_name(part.through) == part.name else f" (through {part.through})"
            print(f"{part.size / MB:6.1f} {part.compiled / MB:6.1f}  {part.name}{through}")
    needed = sum(part.size for part in found), sum(part.compiled for part in found)
    print(f"{needed[0] / MB:6.1f} {needed[1] / MB:6.1f}  all {len(found)} parts")
    print(f"{whole(sys.prefix) / MB:6.1f} {'':6}  {sys.prefix}, pip and what else is in it counted")


if __name__ == "__main__":
    main()
