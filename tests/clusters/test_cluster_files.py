"""cluster.yaml and examples/cluster: nothing there can be started here, so what can be checked without it is.

Ray's own schema for `ray up`; options that Ray's and our commands really have; a reduced schema of KubeRay's RayJob.
Pod templates passed `kubernetes-validate --strict` (PyPI, Kubernetes 1.37) once, by hand: it is no dependency of the tests.
`test_schedulers` runs the scripts for Slurm and PBS. `bench/image.py` builds the image, which needs a network. Starting
pods needs a Kubernetes cluster, and is not done.
"""

from __future__ import annotations

import copy
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from yurai.cli.commands import PLACES, as_command, load

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples/cluster"
SCRIPTS = [FOLDER / "slurm.sh", FOLDER / "pbs.sh"]
FILES = [ROOT / "cluster.yaml", *sorted(path for path in FOLDER.iterdir() if path.is_file())]
INSTRUCTIONS = {"FROM", "RUN", "COPY", "ENV", "USER", "WORKDIR"}
CALL = re.compile(r"(?:^|RUN |entrypoint: |# +)(yurai [a-z].*)$", re.MULTILINE)
RAY_START = re.compile(r"\bray start (?:--?[a-z].*)$", re.MULTILINE)


def joined(path: Path) -> str:
    """The text with continued lines made one."""
    return re.sub(r"\\\n\s*", "", path.read_text("utf-8"))


def calls(path: Path) -> list[list[str]]:
    found = [shlex.split(line.removesuffix(" &"), comments=True) for line in CALL.findall(joined(path))]
    return [words for words in found if words[1] in PLACES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_own_commands_have_these_options(path: Path) -> None:
    said = calls(path)
    if path.name != "Dockerfile":
        assert [words for words in said if words[1] in ("run", "submit")], "each tells how to run"
    for words in said:
        command = as_command(words[1], load(words[1]))
        command.make_context(words[1], list(words[2:]))


def test_ray_up_accepts_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    from ray.autoscaler._private.util import prepare_config, validate_config

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    given = yaml.safe_load((ROOT / "cluster.yaml").read_text("utf-8"))
    config = prepare_config(copy.deepcopy(given))
    validate_config(config)
    assert (
        config["docker"]["image"]
        == yaml.safe_load((FOLDER / "rayjob.yaml").read_text("utf-8"))["spec"]["rayClusterSpec"]["headGroupSpec"][
            "template"
        ]["spec"]["containers"][0]["image"]
    )
    assert config["available_node_types"][config["head_node_type"]]["resources"] == {"CPU": 0}
    assert config["available_node_types"][config["head_node_type"]]["max_workers"] == 0
    for kind in ("head_start_ray_commands", "worker_start_ray_commands"):
        assert config[kind] == given[kind], "ours, not Ray's defaults"
        start = config[kind][-1]
        assert (
            "RAY_AUTH_MODE=token RAY_grpc_client_keepalive_time_ms=10000 RAY_grpc_client_keepalive_timeout_ms" in start
        )
        assert "RAY_worker_niceness=0" in start
    assert "--num-cpus=0" in config["head_start_ray_commands"][-1]
    assert config["head_setup_commands"] == given["setup_commands"], (
        "nothing is installed on nodes, all is in the image"
    )


def test_ray_up_refuses_a_misspelt_cluster() -> None:
    """The check above means something."""
    import jsonschema
    from ray.autoscaler._private.util import prepare_config, validate_config

    config = yaml.safe_load((ROOT / "cluster.yaml").read_text("utf-8"))
    config["idle_timeout_minute"] = config.pop("idle_timeout_minutes")
    with pytest.raises(jsonschema.ValidationError, match="idle_timeout_minute"):
        validate_config(prepare_config(config))


@pytest.mark.parametrize("path", [ROOT / "cluster.yaml", *SCRIPTS], ids=lambda path: path.name)
def test_ray_start_has_these_options(path: Path) -> None:
    from ray.scripts.scripts import start

    known = {name for parameter in start.params for name in parameter.opts}
    if path.suffix == ".yaml":
        config = yaml.safe_load(path.read_text("utf-8"))
        lines = [config[key][-1].partition("ray start ")[2] for key in config if key.endswith("start_ray_commands")]
    else:
        lines = [line.partition("ray start ")[2] for line in RAY_START.findall(joined(path))]
    assert len(lines) == 2, "one for the head, one for the others"
    for line in lines:
        options = {word.partition("=")[0] for word in line.split() if word.startswith("--")}
        assert options
        assert options <= known


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_bash_and_clean_up(path: Path) -> None:
    checked = subprocess.run(["bash", "-n", path], check=False, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    text = path.read_text("utf-8")
    for words in ("set -euo pipefail", "umask 077", "RAY_AUTH_MODE=token", "trap finish EXIT", "rm -f"):
        assert words in text
    assert path.stat().st_mode & 0o111


def test_a_script_that_lacks_its_input_says_so() -> None:
    for path in SCRIPTS:
        said = subprocess.run(
            ["bash", path],
            check=False,
            capture_output=True,
            text=True,
            env={"PATH": "/usr/bin:/bin", "PBS_O_WORKDIR": "/"},
        )
        assert said.returncode != 0
        assert "set INPUT to the crawl" in said.stderr


def refused(job: object) -> list[str]:
    """What the schema says against a job, as paths."""
    import jsonschema

    schema = yaml.safe_load(Path(__file__).with_name("rayjob_schema.yaml").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return [error.json_path for error in jsonschema.Draft202012Validator(schema).iter_errors(job)]


def test_the_job_is_of_kuberays_schema() -> None:
    """And of what the schema does not say: authOptions needs rayVersion >= 2.52, and no group more than it may have."""
    job: dict[str, Any] = yaml.safe_load((FOLDER / "rayjob.yaml").read_text("utf-8"))
    assert refused(job) == []
    assert job["spec"]["backoffLimit"] >= 1
    cluster = job["spec"]["rayClusterSpec"]
    assert cluster["authOptions"] == {"mode": "token"}
    assert tuple(map(int, cluster["rayVersion"].split("."))) >= (2, 52, 0)
    assert cluster["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    for group in [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]:
        (container,) = group["template"]["spec"]["containers"]
        assert container.keys() >= {"name", "image", "resources"}
        mounts = {mount["name"] for mount in container.get("volumeMounts", ())}
        assert mounts == {volume["name"] for volume in group["template"]["spec"].get("volumes", ())}
    for group in cluster["workerGroupSpecs"]:
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("spec", "shutdownAfterJobFinishes"), False),
        (("spec", "backoffLimit"), "5"),
        (("spec", "rayClusterSpec", "authOptions", "mode"), "tokens"),
        (("spec", "rayClusterSpec", "enableInTreeAutoscaler"), True),
        (("spec", "rayClusterSpec", "headGroupSpec", "rayStartParams", "num-cpus"), 0),
        (("spec", "rayClusterSpec", "headGroupSpec", "template"), None),
        (("spec", "rayClusterSpec", "workerGroupSpecs", 0, "groupName"), 1),
        (("spec", "rayClusterSpec", "workerGroupSpecs", 0, "maxReplica"), 16),
        (("spec", "rayClusterSpec", "workerGroupSpecs", 0, "template", "spec", "containers", 0, "resource"), {}),
        (
            (
                "spec",
                "rayClusterSpec",
                "workerGroupSpecs",
                0,
                "template",
                "spec",
                "containers",
                0,
                "resources",
                "limits",
            ),
            {"memory": "64 GB"},
        ),
        (("metadata", "name"), "y" * 48),
    ],
    ids=lambda one: str(one[-1]) if isinstance(one, tuple) else "",
)
def test_a_job_that_kuberay_would_refuse_is_not_of_its_schema(place: tuple[str | int, ...], value: object) -> None:
    """The check above means something."""
    job: Any = yaml.safe_load((FOLDER / "rayjob.yaml").read_text("utf-8"))
    at = job
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = value
    assert refused(job)


def test_keys_come_from_a_secret_and_spot_is_for_workers_alone() -> None:
    job = yaml.safe_load((FOLDER / "rayjob.yaml").read_text("utf-8"))
    cluster = job["spec"]["rayClusterSpec"]
    pods = [group["template"]["spec"] for group in [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]]
    assert all(
        pod["containers"][0]["envFrom"] == [{"secretRef": {"name": "yurai-s3", "optional": True}}] for pod in pods
    )
    assert [("nodeSelector" in pod, "tolerations" in pod) for pod in pods] == [(False, False), (True, True)]


def test_the_image_is_built_from_what_is_here() -> None:
    lines = [line for line in joined(FOLDER / "Dockerfile").splitlines() if line.strip() and not line.startswith("#")]
    words = [shlex.split(line) for line in lines]
    assert words[0][0] == "FROM"
    assert {line[0] for line in words} <= INSTRUCTIONS
    assert re.fullmatch(r"python:3\.1\d-slim-[a-z]+", words[0][1]), "a named version, never latest"
    for line in words:
        if line[0] == "COPY":
            assert all((ROOT / source).exists() for source in line[1:-1]), line
    assert [line[1] for line in words if line[0] == "USER"] == ["ray"]
    said = {pair.partition("=")[0]: pair.partition("=")[2] for line in words if line[0] == "ENV" for pair in line[1:]}
    assert (said["RAY_AUTH_MODE"], said["RAY_grpc_client_keepalive_time_ms"]) == ("token", "10000")
    assert said["RAY_worker_niceness"] == "0"


def test_no_secret_is_in_any_file() -> None:
    for path in FILES:
        assert not re.search(r"AKIA[0-9A-Z]{16}|(?i:secret_access_key|RAY_AUTH_TOKEN=)", path.read_text("utf-8")), path
