"""Notice that the head of a cluster is gone, in time to say so: Ray ends the process, with no word of the run."""

import socket
import time

from yurai_manifests.errors import ShardError

LOOK_SECONDS = 5.0
ANSWER_SECONDS = 5.0
SILENT_SECONDS = 30.0
"""Ray ends the process 60 s after its head fell silent (`gcs_rpc_server_reconnect_timeout_s`)."""


class Head:
    """Whether anybody listens at the address (HOST:PORT) of a head; one without an address is never looked at.

    Args:
        address: of the head's GCS, None where this process does not know it.
        look: seconds between two looks.
        silent: seconds without an answer after which the run ends.
    """

    def __init__(self, address: str | None, *, look: float = LOOK_SECONDS, silent: float = SILENT_SECONDS) -> None:
        self._address, self._look, self._silent = address, look, silent
        self._looked = self._answered = time.monotonic()

    def answers(self) -> bool:
        """Look where the last look is some seconds old; return whether the head answered just now.

        Questions to a head that is gone block until Ray ends the process: they are asked right after an answer.

        Raises:
            ShardError: it has been silent for too long.
        """
        if self._address is None:
            return True
        if time.monotonic() - self._looked < self._look:
            return False
        self._looked = time.monotonic()
        error = self._refusal()
        if error is None:
            self._answered = time.monotonic()
            return True
        silent = time.monotonic() - self._answered
        if silent >= self._silent:
            raise ShardError(
                f"the head of the Ray cluster at {self._address} has not answered for {silent:.0f} s ({error}); "
                "start a head, or leave --address out, then run the same command to resume"
            ) from error
        return False

    def is_gone(self) -> bool:
        """Look now, and return whether nobody listens."""
        return self._refusal() is not None

    def _refusal(self) -> OSError | None:
        if self._address is None:
            return None
        host, _, port = self._address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
        except OSError as error:
            return error
        return None
