"""Keep verdicts of the CPU and memory limits, so that every later run repeats what one decided.

A limit in CPU seconds depends on the machine; written down before the shard commits, and asked first, its verdict
becomes part of the corpus. Key: sha256 of the payload and version of the limits; where reading was given up, sha256 of
the source and offset of the unit.
"""

import json

from yurai_manifests.canonical import canonical, sha256
from yurai_manifests.store import open_store


class StoreLedger:
    """Verdicts as small objects under `ledger/` of an output tree."""

    def __init__(self, url: str) -> None:
        self.store = open_store(url)
        self._known = {key.rpartition("/")[2].removesuffix(".json") for key, _ in self.store.list("ledger")}

    def get(self, key: str) -> str | None:
        """Return the verdict on `key`, None where there is none."""
        name = sha256(key.encode())
        if name not in self._known:
            return None
        return str(json.loads(self.store.read(f"ledger/{name}.json"))["reason"])

    def put(self, key: str, reason: str) -> None:
        """Record a verdict; the first one stands."""
        name = sha256(key.encode())
        self.store.put_if_absent(f"ledger/{name}.json", canonical({"key": key, "reason": reason}))
        self._known.add(name)


class ReadVerdicts:
    """Where reading the units of one source was given up; `warc.meter.Verdicts` over a ledger."""

    def __init__(self, ledger: StoreLedger, source_sha256: str) -> None:
        self._ledger, self._source = ledger, source_sha256

    def get(self, offset: int) -> int | None:
        """Return where reading the unit at `offset` stopped, in its bytes."""
        stopped = self._ledger.get(self._key(offset))
        return None if stopped is None else int(stopped)

    def put(self, offset: int, stopped: int) -> None:
        """Record it."""
        self._ledger.put(self._key(offset), str(stopped))

    def _key(self, offset: int) -> str:
        return f"read:{self._source}:{offset}"
