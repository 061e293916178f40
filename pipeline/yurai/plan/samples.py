"""Write the sample files of both trials, and remember to which stratum each belongs.

Small sources are copied whole. Members of gzip stand alone, so pieces of all large archives go into as many files as
there are workers: in a file of its own, each source's share would be packed into Parquet a few rows at a time, and take
more disk than it will. Of other large sources, each has its own file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from yurai.plan.cut import cut, pieces_of
from yurai.plan.draw import Stratum, allotted, drawn, enough
from yurai.sources.find import Source
from yurai.sources.rows import row_kind
from yurai_manifests.errors import RecipeError

FILES = 64
"""Sources that are opened at most for the trials."""
PART = 8
"""How much smaller the smaller trial is."""
JOINED = "gzip-members-{}.warc.gz"


@dataclass(frozen=True, slots=True)
class Sample:
    """What lies in one folder: for each stratum, the names of its files and the bytes of the input that they are."""

    names: tuple[tuple[str, ...], ...]
    copied: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A stratum with the sources that are tried of it."""

    stratum: Stratum
    sources: tuple[Source, ...]

    def share(self, share: float) -> float:
        """Return the share of each source that makes `share` of the stratum."""
        return min(1.0, share * self.stratum.size / max(1, sum(source.size for source in self.sources)))


def choose(groups: Sequence[Stratum], share: float) -> list[Drawn]:
    """Return the sources that are tried, at most 64 or one for each stratum."""
    found = []
    for group, most in zip(groups, allotted(groups, FILES), strict=True):
        count = enough(group, share, most) if group.small else most
        found.append(Drawn(group, tuple(drawn(group, count))))
    return found


def write(chosen: Sequence[Drawn], folder: Path, share: float, piles: int, *, part: int = 1) -> Sample:
    """Write a sample of about `share` of the input, or one of `part` parts of that sample, as files in `folder`.

    Raises:
        OSError: a source cannot be read.
        RecipeError: one is damaged Parquet, or nothing was copied.
    """
    folder.mkdir(parents=True)
    names, copied = [], []
    for each in chosen:
        files = _whole(each, folder, part) if each.stratum.small else _parts(each, folder, share, piles, part)
        held = list(files)
        names.append(tuple(dict.fromkeys(name for name, _ in held)))
        copied.append(sum(size for _, size in held))
    if not sum(copied):
        raise RecipeError("the sample holds nothing; give a larger --share")
    return Sample(tuple(names), tuple(copied))


def _whole(each: Drawn, folder: Path, part: int) -> Iterator[tuple[str, float]]:
    ordered = sorted(each.sources, key=lambda source: (source.size, source.name))
    for source in ordered[part // 2 :: part] or ordered[:1]:
        cut(source, folder / source.name, 1.0)
        yield source.name, source.size


def _parts(each: Drawn, folder: Path, share: float, piles: int, part: int) -> Iterator[tuple[str, float]]:
    """Yield (name of the sample file, bytes of the input) of each source, and of each piece that is joined."""
    number, wanted = 0, each.share(share)
    for source in each.sources:
        found = None if row_kind(source.name) else pieces_of(source, wanted)
        if found is None or not (found.apart and source.name.endswith(".gz")):
            done = cut(source, folder / source.name, wanted / part)
            yield source.name, source.size * done.copied / done.whole if done.whole else 0.0
            continue
        for piece in found.pieces:
            if number % part == 0:
                name = JOINED.format(number // part % piles)
                with (folder / name).open("ab") as file:
                    file.write(piece)
                yield name, len(piece)
            number += 1
