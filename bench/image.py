"""Build the image of examples/cluster/Dockerfile by buildah, and run the sample crawl in it.

    python bench/image.py --base debian --folder /var/tmp/image      builds; 7 minutes, 4 GB while it does
    python bench/image.py --resolve --folder /var/tmp/image          asks pip alone what it would install; a minute

Base `debian` is a stand-in of python:3.11-slim-bookworm where no registry is reached: Debian 12 by debootstrap, which
needs root. Its pip, 23.0.1, is the oldest that such an image has, and its resolver the weakest. Base `registry` pulls
the real one. What is built is HEAD. `--resolve` takes a pip of that version, in a venv, over the Dockerfile's own
words. Ends with 1 where a build, pip or the run in the image fails, or takes more than half an hour.
"""

import argparse
import re
import shlex
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = ROOT / "examples/cluster/Dockerfile"
BASE, TAG, PIP = "docker.io/library/python:3.11-slim-bookworm", "yurai:bench", "23.0.1"
LIMIT = 1800
"""Seconds."""
DEBIAN = "http://deb.debian.org/debian"
PACKAGES = "python3,python3-pip,ca-certificates"
INSIDE = """
set -e
id -un
pip check
python -c 'import boto3, botocore, s3fs; print(boto3.__version__, botocore.__version__, s3fs.__version__)'
ray --version
yurai demo --output demo --no-report | grep ^digest
"""


def call(*words: str, cwd: Path | None = None) -> str:
    """Run a command, its output also on the terminal; raises CalledProcessError and TimeoutExpired."""
    print("+", shlex.join(words)[:200], flush=True)
    started = time.monotonic()
    ended = subprocess.run(words, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True, timeout=LIMIT)
    print(ended.stdout[-800:], f"{time.monotonic() - started:.0f} s", flush=True)
    return ended.stdout


def checkout(folder: Path) -> Path:
    """Write the files of HEAD."""
    target = folder / "head"
    target.mkdir(parents=True)
    data = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "x", "-C", target], input=data, check=True)
    return target


def debian(folder: Path, buildah: list[str]) -> None:
    """Make a stand-in of the base image: Debian's Python where the image has one of its own."""
    root = folder / "root"
    call("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(root), DEBIAN)
    (root / "usr/lib/python3.11/EXTERNALLY-MANAGED").unlink()  # the image's pip installs where it likes
    (root / "usr/bin/python").symlink_to("python3")
    made = call(*buildah, "from", "scratch").strip()
    call(*buildah, "add", made, str(root), "/")
    call(*buildah, "config", "--env", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", made)
    call(*buildah, "commit", "--rm", made, BASE)


def build(folder: Path, base: str) -> None:
    """Build the image, and run in it."""
    buildah = ["buildah", "--storage-driver", "vfs", "--root", str(folder / "store"), "--runroot", str(folder / "run")]
    if base == "debian":
        debian(folder, buildah)
    head = checkout(folder)
    certificates = ["--volume", "/etc/ssl/certs:/etc/ssl/certs:ro"]
    how = ["--isolation", "chroot", "--layers=false", "--pull-never" if base == "debian" else "--pull"]
    call(*buildah, "bud", *how, *certificates, "-f", str(head / "examples/cluster/Dockerfile"), "-t", TAG, str(head))
    made = call(*buildah, "from", "--pull-never", f"localhost/{TAG}").strip()
    call(*buildah, "run", "--isolation", "chroot", made, "--", "sh", "-c", INSIDE)


def pip_lines(text: str) -> list[list[str]]:
    """Return the words of each `pip install` of a Dockerfile, behind these two."""
    joined = re.sub(r"\\\n\s*", "", text)
    parts = [part for line in joined.splitlines() if line.startswith("RUN ") for part in line[4:].split("&&")]
    return [words[2:] for part in parts if (words := shlex.split(part))[:2] == ["pip", "install"]]


def resolve(folder: Path) -> None:
    """Ask a pip of that version for what the Dockerfile's lines would install, one behind the other."""
    head, env = checkout(folder), folder / "venv"
    venv.create(env, with_pip=True)
    call(str(env / "bin/python"), "-m", "pip", "install", "--quiet", f"pip=={PIP}")
    for words in pip_lines(DOCKERFILE.read_text("utf-8")):
        here = [str(folder / Path(word).name) if word.startswith("/tmp/") else word for word in words]
        here = [word.replace("/src", str(head)) if word.startswith("/src") else word for word in here]
        said = call(str(env / "bin/pip"), "install", "--dry-run", "--ignore-installed", *here)
        found = re.search(r"\bbotocore-([0-9.]+)", said.rpartition("Would install")[2])
        (folder / "botocore.txt").write_text(f"botocore=={found[1]}\n" if found else "", "utf-8")


def main() -> int:
    """Do what was asked; 1 where it fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", choices=["debian", "registry"], default="registry")
    parser.add_argument("--folder", type=Path, required=True, help="a new one; remove it afterwards")
    parser.add_argument("--resolve", action="store_true")
    args = parser.parse_args()
    args.folder.mkdir(parents=True)
    try:
        resolve(args.folder) if args.resolve else build(args.folder, args.base)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
