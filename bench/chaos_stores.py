"""Whole runs from a web server to S3 behind a proxy whose faults are drawn from a seed, for bench/chaos.py."""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from laboratory import RECIPE, SAMPLE, UNLIKE, Blows, Ended, Outcome, command

from s3_faults import KINDS, Amid, s3_behind, with_files
from yurai_manifests.store import open_store

INPUT: Final = "sample-03.warc.wet.gz"
BUCKET: Final = "corpus"
IMPATIENT: Final = {"config_kwargs": {"read_timeout": 2, "connect_timeout": 2}}
STALL: Final = 3.0
DEALT: Final = (*KINDS, "any")
"""The kinds in turn: by chance one of nine would often be missing."""
SHARES: Final = (0.01, 0.05, 0.3)
"""Of all requests, those that a fault strikes."""


class FarStores:
    """A server in this process, whose files under /web/ are the input and whose buckets are the output."""

    def __init__(self, folder: Path) -> None:
        import s3fs  # noqa: PLC0415 - only this kind needs it

        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)  # it tells of each request, and of each that fails
        self.recipe, pages = folder / "far.toml", folder / "far"
        pages.mkdir(parents=True, exist_ok=True)
        shutil.copy(SAMPLE / INPUT, pages)
        self.recipe.write_text(RECIPE)
        self.faults = Amid(0, 0.0, stall=STALL)
        self._open = ExitStack()
        self.address = self._open.enter_context(s3_behind(lambda server: self.faults(with_files(pages, server))))
        os.environ |= {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "FSSPEC_S3": json.dumps(IMPATIENT),
        }
        s3fs.S3FileSystem().mkdir(BUCKET)
        ended = self._run("alone")
        if ended.code:
            raise SystemExit(f"the run fails without a fault: {ended.err}")
        self.expected = self._content("alone")

    def close(self) -> None:
        """End the server."""
        self._open.close()

    def tried(self, name: str, kind: str, rng: random.Random) -> Blows:
        """Make a run amid faults of a kind of `DEALT` and, where it is refused, once more without."""
        share = rng.choice(SHARES)
        self.faults.kinds, self.faults.random = KINDS if kind == "any" else (kind,), rng
        self.faults.struck, self.faults.share = 0, share
        ended = self._run(name)
        self.faults.share = 0.0
        return [(kind, self._outcome(name, ended) if self.faults.struck else Outcome("not reached"))]

    def _outcome(self, name: str, ended: Ended) -> Outcome:
        if ended.wrong:
            return Outcome("wrong", ended.wrong)
        if ended.code and (again := self._run(name)).code:
            return Outcome("wrong", f"does not resume, exit {again.code}: {again.err[-2_000:]}")
        made = self._content(name)
        unlike = sorted(key for key in made.keys() | self.expected.keys() if made.get(key) != self.expected.get(key))
        if unlike:
            return Outcome("wrong", f"differs: {unlike[:5]}")
        return Outcome("told" if ended.code else "at once")

    def _run(self, name: str) -> Ended:
        words = command(self.recipe, [f"{self.address}/web/{INPUT}"], f"s3://{BUCKET}/{name}", "--runner", "local")
        call = [sys.executable, "-m", "yurai", *words, "--workers", "1"]
        ran = subprocess.run(call, capture_output=True, text=True, check=False)
        return Ended(ran.returncode, ran.stdout, ran.stderr)

    def _content(self, name: str) -> dict[str, bytes]:
        store = open_store(f"s3://{BUCKET}/{name}")
        return {key: store.read(key) for key, _ in store.list("") if not key.startswith(UNLIKE)}
