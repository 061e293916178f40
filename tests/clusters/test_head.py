"""What a run does when nobody listens at the address of its head."""

from __future__ import annotations

import socket

import pytest

from yurai.ray.head import Head
from yurai_manifests.errors import ShardError


def test_a_head_that_listens_no_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listens:
        address = f"127.0.0.1:{listens.getsockname()[1]}"
        head, patient, seldom = Head(address, look=0, silent=0), Head(address, look=0), Head(address)
        assert head.answers()
        assert patient.answers()
        assert not head.is_gone()
    assert not patient.answers()
    assert not seldom.answers()
    assert seldom.is_gone()
    with pytest.raises(ShardError, match=f"cluster at {address} has not answered for .*start a head, .* to resume"):
        head.answers()


def test_a_head_that_is_not_known_is_not_looked_at() -> None:
    head = Head(None, look=0, silent=0)
    assert head.answers()
    assert not head.is_gone()
