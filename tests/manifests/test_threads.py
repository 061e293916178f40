"""Many requests at once: who stays waits for all, and who leaves in their midst for none."""

from concurrent.futures import Future
from threading import Event

import pytest

from yurai_manifests.threads import many_at_once


def test_who_stays_has_all_answers() -> None:
    with many_at_once(2) as pool:
        found = pool.map(str, range(9))
    assert list(found) == [str(number) for number in range(9)]


def test_who_is_interrupted_waits_for_no_request() -> None:
    answered, begun, asked = Event(), Event(), list[Future[bool]]()

    def request() -> bool:
        begun.set()
        return answered.wait(300)

    def interrupted() -> None:
        with many_at_once(1) as pool:
            asked.extend(pool.submit(request) for _ in range(2))
            begun.wait()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (asked[0].done(), asked[1].cancelled()) == (False, True)
    answered.set()
    assert asked[0].result()
