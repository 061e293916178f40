"""Start what runs the tasks of a command, and end it in order."""

from collections.abc import Iterator
from contextlib import contextmanager

from yurai.engine.engine import Runner
from yurai.engine.local import LocalRunner
from yurai.engine.meter import Meter
from yurai.engine.process import InterruptedBySignalError
from yurai_manifests.errors import RecipeError


@contextmanager
def open_runner(name: str, workers: int | None, address: str) -> Iterator[Runner]:
    """Start the runner and close it again; Ctrl-C and SIGTERM lose the tasks in flight and nothing else."""
    runner: Runner
    if name == "local":
        if address != "local":
            raise RecipeError("--address belongs to --runner ray")
        runner = LocalRunner(workers or 1)
    else:
        from yurai.ray import RayRunner

        runner = RayRunner(workers, address)
    try:
        yield runner
    except (KeyboardInterrupt, InterruptedBySignalError):
        runner.close(at_once=True)
        raise
    finally:
        runner.close()


@contextmanager
def metered(meter: Meter, runner: str) -> Iterator[None]:
    """Show metrics on Ray too where that runs the tasks, and note the end of the driver."""
    if runner == "ray":
        from yurai.ray import RayOutlet

        meter.outlets.append(RayOutlet())
    try:
        yield
    except BaseException:
        meter.end(done=False)
        raise
    meter.end(done=True)
