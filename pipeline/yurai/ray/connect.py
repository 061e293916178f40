"""Join a Ray cluster: an address is always given, and one beyond this machine must ask for a token."""

import ipaddress
import logging
import os
import socket
from typing import TypedDict

# A black-holed node otherwise keeps its tasks for 7 minutes: gRPC's keepalive defaults to 300 + 120 s.
os.environ.setdefault("RAY_grpc_client_keepalive_time_ms", "10000")
os.environ.setdefault("RAY_grpc_client_keepalive_timeout_ms", "10000")
# Ray starts workers at nice 15: beside any other work of the machine they would get next to nothing.
os.environ.setdefault("RAY_worker_niceness", "0")

import ray
from ray.exceptions import AuthenticationError

from yurai.engine.process import keeping_signals
from yurai.run.doctor.node import AUTH_VARIABLE, token_file
from yurai_manifests.errors import RecipeError

OBJECT_STORE_BYTES = 128 << 20
CONNECT_SECONDS = 10.0
PORTS = {"http": "80", "https": "443"}


class _Started(TypedDict, total=False):
    """What Ray is told where it is started here."""

    num_cpus: int | None
    object_store_memory: int
    include_dashboard: bool


def connect(workers: int | None, address: str) -> None:
    """Join the cluster at `address` (HOST:PORT or ray://HOST:PORT), or with `local` start Ray here with `workers` CPUs.

    `job` is the cluster that runs this process as one of its jobs.

    Raises:
        RecipeError: nobody listens there, the token is refused, or the cluster is open and beyond this machine.
    """
    address = resolved(address)
    if address != "local":
        refuse_open_remote(address)
        refuse_silent(address)
    started_here: _Started = {
        "num_cpus": workers,
        "object_store_memory": OBJECT_STORE_BYTES,
        "include_dashboard": False,
    }
    try:
        # An address is always given: without one Ray joins whatever stale cluster the machine remembers.
        with keeping_signals():
            ray.init(
                address=address,
                log_to_driver=False,
                logging_level=logging.ERROR,
                **(started_here if address == "local" else _Started()),
            )
    except AuthenticationError as error:
        raise unauthorised(address, error) from error
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise RecipeError(
            f"cannot reach Ray at {address}: {error}; check the address, or leave --address out"
        ) from error
    close_token_file()


def resolved(address: str) -> str:
    """Return the address that `job` stands for; others as they are."""
    if address != "job":
        return address
    if address_given := os.environ.get("RAY_ADDRESS"):
        return address_given
    raise RecipeError("--address job is for jobs of a Ray cluster, which find RAY_ADDRESS set; give HOST:PORT")


def close_token_file() -> None:
    """Make the token that lets anyone run code the user's alone: Ray 2.60 writes it readable by all."""
    path = token_file()
    if path is not None and path.is_file() and path.stat().st_uid == os.getuid():
        path.chmod(0o600)


def unauthorised(address: str, error: Exception) -> RecipeError:
    """Return the error that says what to do where the token was refused, or none was sent."""
    message = str(error).partition("\n")[0]
    return RecipeError(
        f"{address} refused this user (401): {message} Set {AUTH_VARIABLE}=token here, and bring the head's token "
        "(`ray get-auth-token` there) to ~/.ray/auth_token, mode 600"
    )


def _host_and_port(address: str) -> tuple[str, str]:
    """Return host and port of an address: `host:port`, or that after `ray://`, `http://` or `https://`."""
    scheme, _, rest = address.rpartition("://")
    host_port = rest.partition("/")[0]
    host, _, port = host_port.rpartition(":")
    if not host and scheme in PORTS:
        host, port = host_port, PORTS[scheme]
    return host.strip("[]"), port


def is_loopback(address: str) -> bool:
    """Tell whether an address names this machine alone."""
    host, _ = _host_and_port(address)
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_silent(address: str) -> None:
    """Raise RecipeError where nobody listens; Ray itself would try for minutes."""
    host, port = _host_and_port(address)
    if not port.isdecimal():
        raise RecipeError(f"{address} is no address of a Ray cluster; give HOST:PORT, or leave --address out")
    try:
        socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
    except OSError as error:
        raise RecipeError(
            f"cannot reach Ray at {address}: {error}; check the address, or leave --address out"
        ) from error


def refuse_open_remote(address: str) -> None:
    """Raise RecipeError for a cluster beyond this machine without token authentication: anyone could run code there."""
    if is_loopback(address):
        return
    if os.environ.get(AUTH_VARIABLE) != "token":
        raise RecipeError(
            f"the Ray cluster at {address} is not on this machine and {AUTH_VARIABLE} is not token: anyone "
            f"who reaches it could run code on it; set {AUTH_VARIABLE}=token and its token here and on every node"
        )
    path = token_file()
    if path is not None and not path.is_file():
        raise RecipeError(
            f"{AUTH_VARIABLE} is token, but there is no token at {path}: bring the head's (`ray get-auth-token` "
            "there prints it), mode 600"
        )
