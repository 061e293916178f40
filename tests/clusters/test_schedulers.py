"""slurm.sh and pbs.sh from their first line to their last: a real Ray of two nodes, with stand-ins of the schedulers.

A stand-in is a few lines of shell that do what the script needs of `sbatch`, `srun`, `scontrol`, `qsub` and `pbsdsh`,
with this machine as every node. What a real Slurm or PBS adds to that was not tried.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ray_heads import PROGRAMS, belongs, end, free_port
from run_helpers import Said, assert_whole, finish, processes, start, task_manifests, until
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
FOLDER = Path(__file__).resolve().parents[2] / "examples/cluster"
FIRST_PORT, PORTS = 20000, 20000
"""Both scripts take port 20000 + number of the job modulo 20000."""
OWN_PORTS = """
own=(--min-worker-port=0 --max-worker-port=0)
case " $* " in *" --head "*) own+=(--ray-client-server-port="$CLIENT_PORT") ;; esac
case " $* " in *" ray start "*) set -- "$@" "${own[@]}" ;; esac
"""
STAND_INS = {
    "hostname": '[ "$1" = --ip-address ] && echo 127.0.0.1 || echo node-0',
    "sbatch": """
while [[ $1 == --* ]]; do case $1 in --nodes=*) export SLURM_JOB_NUM_NODES=${1#*=} ;; esac; shift; done
export SLURM_JOB_ID=$JOB SLURM_CPUS_ON_NODE=1
for ((times = 0; ; times++)); do
    rm -f "$SPOOL/requeued"
    bash "$1" &
    echo $! > "$SPOOL/pid"
    wait $!
    code=$?
    [ -e "$SPOOL/requeued" ] || exit $code
    echo "requeued $JOB" >&2
done
""",
    "srun": f"""
nodes=$SLURM_JOB_NUM_NODES
while [[ $1 == --* ]]; do case $1 in --nodes=*) nodes=${{1#*=}} ;; esac; shift; done
{OWN_PORTS}
trap 'kill $(jobs -p) 2> /dev/null' TERM
for ((node = 0; node < nodes; node++)); do "$@" & done
until wait; do :; done
wait
""",
    "scontrol": '[ "$*" = "requeue $JOB" ] && : > "$SPOOL/requeued"',
    "qsub": """
[ "$1" = -v ] || exit 2
IFS=, read -ra given <<< "$2"
export "${given[@]}" PBS_JOBID=$JOB.server PBS_O_WORKDIR=$PWD PBS_NODEFILE=$SPOOL/nodes NCPUS=1
printf 'node-0\\nnode-1\\n' > "$PBS_NODEFILE"
bash "$3" &
echo $! > "$SPOOL/pid"
wait $!
""",
    "pbsdsh": f"""
[ "$1$3" = -n-- ] || exit 2
shift 3
{OWN_PORTS}
exec env -i "$@"
""",
}


class Scheduler:
    """A folder with the stand-ins, and the job that runs there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        port = free_port()
        while not FIRST_PORT <= port < FIRST_PORT + PORTS:
            port = free_port()
        self.job = str(port - FIRST_PORT)
        self.home, self.spool = folder / "home", folder / "spool"
        for place in (folder / "bin", self.home, self.spool):
            place.mkdir()
        for name, text in STAND_INS.items():
            path = folder / "bin" / name
            path.write_text(f"#!/bin/bash\n{text}\n", "utf-8")
            path.chmod(0o755)

    def submit(self, *command: str, **given: str) -> subprocess.Popen[str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("RAY_", "SLURM_", "PBS_"))}
        own = {
            "PATH": f"{self.folder / 'bin'}:{PROGRAMS}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "SPOOL": str(self.spool),
            "JOB": self.job,
            "CLIENT_PORT": str(free_port()),
        }
        return subprocess.Popen(
            command,
            env=kept | own | given,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def signal(self, number: signal.Signals) -> None:
        """What a scheduler sends to the batch script."""
        os.kill(int((self.spool / "pid").read_text()), number)

    def left(self) -> list[object]:
        """Processes, tokens and folders of the job that are still there."""
        temp = Path(f"/tmp/ray-{self.job}")
        alive = [pid for pid in processes() if pid != os.getpid() and (belongs(pid, self.folder) or belongs(pid, temp))]
        return [*alive, *self.home.glob(".yurai-token-*"), *([temp] if temp.exists() else [])]


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Scheduler]:
    made = Scheduler(tmp_path)
    yield made
    for one in made.left():
        if isinstance(one, int):
            end(one)
    shutil.rmtree(f"/tmp/ray-{made.job}", ignore_errors=True)


@pytest.fixture(scope="module")
def digest(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("alone") / "out"
    assert finish(start("run", "plain", "--input", crawl, "--output", out, "--runner", "local")).code == 0
    return load_run(open_store(str(out))).digest


def ended(job: subprocess.Popen[str]) -> Said:
    out, err = job.communicate(timeout=300)
    return Said(job.returncode, out, err)


def amid(job: subprocess.Popen[str], out: Path) -> None:
    """Wait until a part of the work is done, and not all."""
    until(lambda: task_manifests(out, "00-extract"), process=job, patience=240)


def test_slurm_requeues_a_job_whose_time_is_up(scheduler: Scheduler, crawl: Path, digest: str) -> None:
    out = scheduler.folder / "out"
    job = scheduler.submit("sbatch", "--nodes=2", str(FOLDER / "slurm.sh"), INPUT=str(crawl), OUTPUT=str(out))
    amid(job, out)
    scheduler.signal(signal.SIGUSR1)
    said = ended(job)
    assert said.code == 0, said
    before, _, after = said.err.partition(f"requeued {scheduler.job}")
    assert "doctor: 2 nodes can take part" in before, said
    assert "doctor: 2 nodes can take part" in after, said
    assert re.search(r"00-extract: \d+ tasks in .*, [1-9]\d* reused", after), said
    assert_whole(out, digest)
    assert scheduler.left() == []


def test_pbs_goes_on_when_a_job_whose_walltime_is_up_is_submitted_again(
    scheduler: Scheduler, crawl: Path, digest: str
) -> None:
    """PBS sends SIGTERM when the walltime is up, and kills what is left some seconds later: here nothing is."""
    out = scheduler.folder / "out"
    words = ("qsub", "-v", f"INPUT={crawl},OUTPUT={out}", str(FOLDER / "pbs.sh"))
    job = scheduler.submit(*words)
    amid(job, out)
    scheduler.signal(signal.SIGTERM)
    said = ended(job)
    assert said.code == 128 + signal.SIGTERM, said
    assert "doctor: 2 nodes can take part" in said.err
    assert not (out / "run.json").exists()
    assert scheduler.left() == []
    said = ended(scheduler.submit(*words))
    assert said.code == 0, said
    assert "doctor: 2 nodes can take part" in said.err
    assert re.search(r"00-extract: \d+ tasks in .*, [1-9]\d* reused", said.err), said
    assert_whole(out, digest)
    assert scheduler.left() == []
