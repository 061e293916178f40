"""Tell what a machine runs: digests of Yurai's own files, and of the installed packages that output depends on."""

import functools
import importlib.metadata
import importlib.resources
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path

import yurai.stages  # noqa: F401 - importing declares the stages, and with them their packages
from yurai import __version__
from yurai.declare.stage import STAGES
from yurai.declare.versions import TABLES, version_of
from yurai.extraction.swift import release
from yurai_manifests.canonical import fingerprint, sha256, sha256_file
from yurai_manifests.plugins import GROUPS, points_of

OURS = ("yurai", "yurai_filters", "yurai_manifests")
LEFT_OUT = ("__pycache__", "sample")
"""Folders that are no code: what Python compiled, and the sample crawl, which a checkout keeps elsewhere."""
ALWAYS = ("pyarrow", "ray")
SHOWN = 12


@functools.cache
def code_digest() -> str:
    """Return the hex sha256 over the names and digests of all files of Yurai's three packages."""
    return fingerprint(dict(digests({name: Path(str(importlib.resources.files(name))) for name in OURS})))


def digests(folders: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """Yield (package/path, hex sha256) of every file of these packages that is code."""
    for package, root in folders.items():
        for path in root.rglob("*"):
            name = path.relative_to(root)
            if path.is_file() and not set(LEFT_OUT) & set(name.parts):
                yield f"{package}/{name.as_posix()}", sha256_file(path)


def code() -> str:
    """Return Yurai's version and the start of its digest, for people and for comparing."""
    return f"{__version__} {code_digest()[:SHOWN]}"


def packages() -> dict[str, str]:
    """Return {package: version and digest} of every package, and Unicode table, that some stage's output depends on."""
    named = {name for stage in STAGES.values() for name in stage.packages}
    return {name: _package(name) for name in sorted(named.union(ALWAYS))}


def _package(name: str) -> str:
    """Say which Unicode tables there are, or which files a package installed, by the hashes of the wheel's RECORD.

    Two builds may share a version. Scripts and the installer's own notes are left out: they hold paths of the machine.
    """
    if name in TABLES:
        return version_of(name)
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
    lines = sorted(
        f"{file} {file.hash.value}"
        for file in distribution.files or ()
        if file.hash and file.parts[0] != ".." and not file.parts[0].endswith(".dist-info")
    )
    said = f" ({release.note(distribution.version)})" if name == release.PACKAGE else ""
    return f"{distribution.version} {sha256(chr(10).join(lines).encode())[:SHOWN]}{said}"


def python() -> str:
    """Return the interpreter and the CPU architecture: floats and Unicode tables depend on them."""
    return f"{platform.python_implementation()} {platform.python_version()} {platform.machine()}"


def plugins() -> list[str]:
    """Return the plugins that are installed, with the package and version that brought each."""
    points = [point for group in GROUPS for point in points_of(group)]
    return sorted(
        f"{point.name} = {point.value} ({point.dist.name} {point.dist.version})" if point.dist else point.name
        for point in points
    )
