"""Talk to Ray's job server: every request ends in time, and each kind of trouble has a name."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from ray.exceptions import AuthenticationError
from ray.job_submission import JobDetails, JobSubmissionClient

from yurai.ray.connect import close_token_file, refuse_open_remote, refuse_silent, unauthorised
from yurai_manifests.errors import RecipeError, ShardError

REQUEST_SECONDS = 30.0
OVERRIDES = ("RAY_ADDRESS", "RAY_API_SERVER_ADDRESS")
TAKEN = "already exists"


class HeadLostError(ShardError):
    """The job server does not answer; the job may go on all the same."""


class _Client(JobSubmissionClient):
    """Ray's client waits for ever on a head that fell silent; this one does not."""

    def _do_request(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as Ray has it
        return super()._do_request(*args, **{"timeout": REQUEST_SECONDS, **options})


class Jobs:
    """The jobs of the cluster whose dashboard is at `address` (http://HOST:8265).

    Raises:
        RecipeError: no URL of a job server, an open cluster beyond this machine, or a refused token.
        HeadLostError: nobody answers.
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        if not self.address.startswith(("http://", "https://")):
            raise RecipeError(f"{address} is no job server; give the head's dashboard, http://HOST:8265")
        refuse_open_remote(self.address)
        close_token_file()
        try:
            refuse_silent(self.address)
        except RecipeError as error:
            raise HeadLostError(str(error)) from error
        with self._named(), _without(OVERRIDES):
            self._client = _Client(self.address)

    def all(self) -> dict[str, JobDetails]:
        """Return {submission id: job} of all jobs that the head knows; its table dies with it."""
        with self._named():
            return {one.submission_id: one for one in self._client.list_jobs() if one.submission_id}

    def start(self, name: str, entrypoint: str) -> bool:
        """Start a job that itself takes one CPU, so that it need not run on the head; False when `name` is taken."""
        try:
            with self._named():
                self._client.submit_job(entrypoint=entrypoint, submission_id=name, entrypoint_num_cpus=1)
        except HeadLostError as error:
            if TAKEN in str(error):
                return False
            raise
        return True

    def logs(self, name: str) -> str | None:
        """Return all that a job has said, None while the node it runs on cannot be asked."""
        try:
            with self._named():
                return str(self._client.get_job_logs(name))
        except HeadLostError:
            return None

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Give the client's errors their names; what the server itself cannot do counts as a head that is not up."""
        try:
            yield
        except AuthenticationError as error:
            raise unauthorised(self.address, error) from error
        except (OSError, RuntimeError) as error:
            message = str(error).strip() or type(error).__name__
            raise HeadLostError(
                f"no answer from the job server at {self.address}: {message}; check the address and that the head runs"
            ) from error


@contextlib.contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    """Hide variables of the environment that Ray would obey instead of the address it was given."""
    hidden = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)
