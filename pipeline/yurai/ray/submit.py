"""Start a Ray job, follow it, and start it again when it or the head dies, whose record of it dies too.

What was committed lies in the output, so starting again is resuming. A job's id is made of its output and of what is
run, so that a second call for the same output follows the job that is there (docs/decisions/0014).
"""

import base64
import contextlib
import re
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ray.job_submission import JobDetails, JobStatus

from yurai.engine.process import InterruptedBySignalError
from yurai.engine.typed import CALL_VARIABLE
from yurai.ray.jobs import HeadLostError, Jobs
from yurai.terminal import logged, relay, tell
from yurai.terminal.log import event_of
from yurai_manifests import errors
from yurai_manifests.canonical import fingerprint
from yurai_manifests.errors import RecipeError, ShardError, YuraiError
from yurai_manifests.words import plural

POLL_SECONDS = 1.0
BYTES_A_SECOND = 100_000
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
HEAD_PAUSE, HEAD_SECONDS = 5.0, 1800.0
ENTRYPOINT_BYTES = 100_000
"""A shell takes no longer argument than 128 KiB."""
SHOWN = 12
WRONG_CALL, NOT_FOUND = 2, (126, 127)
SAID = re.compile(r"^(\w+Error): (.*)")
OWN_LINE = "Running entrypoint for job "


@dataclass(frozen=True, slots=True)
class Job:
    """What is submitted: an entrypoint for a shell of the cluster, and the output that it alone may write."""

    kind: str
    """First word of its ids: jobs of one kind and output never run at once."""
    output: str
    call: str
    """Fingerprint of the recipe and all arguments."""
    entrypoint: str

    @property
    def place(self) -> str:
        """What the ids of all jobs that write to this output begin with."""
        return f"{self.kind}-{fingerprint({'output': self.output})[:SHOWN]}-"

    @property
    def prefix(self) -> str:
        """What the ids of the attempts at this job begin with; a number follows."""
        return f"{self.place}{self.call[:SHOWN]}-"


class JobFailedError(ShardError):
    """The job ended badly; `code` is the exit code of its program, None when it had none."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


def entrypoint(command: str, recipe: str | None, arguments: Sequence[str], call: Sequence[str] = ()) -> str:
    """Return the shell line that runs `yurai COMMAND` on the cluster, with a recipe's TOML carried in it.

    The recipe travels in the line itself: no file that nodes would have to see, no runtime_env to be set up on each.
    So do the folder and words of the `call` that resumes it, which `yurai status` shows, unless they are too long.

    Raises:
        RecipeError: the recipe is too long to be carried.
    """
    words = ["yurai", command, *(["/dev/stdin"] if recipe is not None else []), *arguments]
    line = f"{shlex.join(words)} --address job"
    noted = f"{CALL_VARIABLE}={shlex.quote(shlex.join(call))} " if call else ""
    carried = f"echo {base64.b64encode(recipe.encode()).decode()} | base64 -d | " if recipe is not None else ""
    room = ENTRYPOINT_BYTES - len(line) - len(carried)
    line = f"{carried}{noted if len(noted) <= room else ''}{line}"
    if len(line) > ENTRYPOINT_BYTES:
        raise RecipeError(
            f"the recipe and its arguments are {len(line):,} bytes as a command, more than {ENTRYPOINT_BYTES:,}: "
            "put long lists into files, and many inputs into a path list"
        )
    return line


def submit(job: Job, address: str, retries: int) -> None:
    """Have the cluster at `address` run `job` to its end; start it again, `retries` times at most, when it is lost.

    Raises:
        RecipeError: the cluster cannot be used, or another call is writing to the same output.
        YuraiError: what the job itself ended with, where starting it again would not help.
        JobFailedError: it was stopped, or lost once more than `retries`.
        HeadLostError: no head came back in half an hour.
    """
    jobs, started = Jobs(address), 0
    failure = JobFailedError("")
    while True:
        try:
            time.sleep(_pause(started))
            known = jobs.all()
            name = _running(known, job, jobs.address)
            if name is None:
                if started > retries:
                    again = "run the same command to resume"
                    raise JobFailedError(f"given up after {plural(started, 'start')}: {failure}; {again}", failure.code)
                name, started = _start(jobs, known, job), started + 1
            with _left_running(name, address):
                ended = _follow(jobs, name)
            if ended.status == JobStatus.SUCCEEDED:
                _say(f"job {name} is done")
                return
            failure = _reason(jobs, name, ended)
            _say(str(failure))
        except HeadLostError as error:
            failure = JobFailedError(str(error))
            _say(f"{error}; waiting for a head at that address")
            jobs = _wait_for_head(address)


def _running(known: Mapping[str, JobDetails], job: Job, address: str) -> str | None:
    """Return the id of the attempt that is under way, if any; raise RecipeError when another call holds the output."""
    for name, one in known.items():
        if name.startswith(job.place) and not one.status.is_terminal():
            if name.startswith(job.prefix):
                _say(f"following job {name}, which is {one.status.value.lower()}")
                return name
            raise RecipeError(
                f"job {name} is writing to {job.output} with another recipe or other arguments; wait for it, choose "
                f"another --output, or stop it: ray job stop {name} --address {address}"
            )
    return None


def _start(jobs: Jobs, known: Mapping[str, JobDetails], job: Job) -> str:
    """Start the attempt after those known; of two calls that know the same, Ray starts one and both follow it."""
    used = [int(name.removeprefix(job.prefix)) for name in known if name.startswith(job.prefix)]
    name = f"{job.prefix}{max(used, default=0) + 1}"
    started = jobs.start(name, job.entrypoint)
    _say(f"{'started' if started else 'following'} job {name} on {jobs.address}")
    return name


def _pause(started: int) -> float:
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (started - 1)) if started else 0.0


def news(log: str, shown: int, *, ended: bool) -> tuple[str, int]:
    """Return what a log says behind its first `shown` letters, without Ray's own lines, and how many are shown then.

    Until the job has `ended` it may be in the midst of its last line. A node that cannot be asked gives no log.
    """
    whole = max(shown, len(log) if ended else log.rfind("\n") + 1)
    lines = log[shown:whole].splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(OWN_LINE)), whole


def _follow(jobs: Jobs, name: str) -> JobDetails:
    """Print what the job says until it has ended; the longer its log, the rarer it is asked for."""
    shown = 0
    while True:
        job = jobs.all().get(name)
        if job is None:
            raise HeadLostError(f"the head at {jobs.address} does not know job {name} any more: it was started anew")
        log = jobs.logs(name)
        if log is None and job.status.is_terminal():
            _say(f"the log of job {name} cannot be read any more: the node it ran on does not answer")
        new, shown = news(log or "", shown, ended=job.status.is_terminal())
        relay(new)
        if job.status.is_terminal():
            return job
        time.sleep(max(POLL_SECONDS, shown / BYTES_A_SECOND))


@contextlib.contextmanager
def _left_running(name: str, address: str) -> Iterator[None]:
    """Ctrl-C ends the following, not the job."""
    try:
        yield
    except (KeyboardInterrupt, InterruptedBySignalError):
        _say(
            f"left; job {name} goes on. Follow it: the same command again. "
            f"Stop it: ray job stop {name} --address {address}"
        )
        raise


def _reason(jobs: Jobs, name: str, ended: JobDetails) -> JobFailedError:
    """Return why a job that failed may be started again; raises where that would not help."""
    code, lines = ended.driver_exit_code, (jobs.logs(name) or "").strip().splitlines()
    last = _said(lines[-1]) if lines else ""
    if ended.status == JobStatus.STOPPED:
        raise JobFailedError(f"job {name} was stopped; run the same command to resume", code)
    if code in NOT_FOUND:
        raise RecipeError(
            f"job {name}: the cluster has no `yurai` on the PATH of its nodes; install it in their image, or put its "
            f"folder on the PATH before `ray start`. The shell said: {last}"
        )
    match = SAID.match(last)
    kind = getattr(errors, match[1], None) if match else None
    if match and isinstance(kind, type) and issubclass(kind, YuraiError) and not issubclass(kind, ShardError):
        raise kind(f"job {name}: {match[2]}")
    if code == WRONG_CALL and not match:
        raise RecipeError(f"job {name} was called wrongly: {last}; does the cluster run the same Yurai?")
    reason = last if code is not None and last else (ended.message or "no reason given").splitlines()[0]
    return JobFailedError(f"job {name} failed: {reason}", code)


def _said(line: str) -> str:
    """Return a line of a job as people read it: an error may be an event of its log."""
    event = event_of(line)
    return f"{event['error']}: {event['message']}" if "error" in event else line


def _wait_for_head(address: str) -> Jobs:
    late, pause = time.monotonic() + HEAD_SECONDS, FIRST_PAUSE
    while True:
        time.sleep(pause)
        try:
            return Jobs(address)
        except HeadLostError:
            if time.monotonic() > late:
                raise
        pause = min(HEAD_PAUSE, pause * 2)


def _say(text: str) -> None:
    tell(text if logged() else f"submit: {text}", "submit")
