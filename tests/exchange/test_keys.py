"""Keys of tasks come back as they were put, and a set of them holds those it was made of and no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.engine.keys import WIDTH, Keys, KeySet

ANY = st.one_of(
    st.binary(min_size=WIDTH, max_size=WIDTH), st.integers(0, 300).map(lambda one: one.to_bytes(WIDTH, "big"))
)
"""Any keys, and such as share their first bytes."""
KEYS = st.lists(st.one_of(ANY, ANY.map(lambda key: key[::-1])).map(bytes.hex))


@given(KEYS, KEYS)
def test_a_set_holds_its_keys_and_no_others(names: list[str], others: list[str]) -> None:
    held = KeySet(names)
    assert len(held) == len(names)
    assert [key in held for key in (*names, *others)] == [key in {*names} for key in (*names, *others)]
    assert "" not in held


def test_other_files_of_a_folder_are_no_keys() -> None:
    key = "0b" * WIDTH
    held = KeySet([".DS_Store", "x" * 64, " " * 64, key[:-2], key])
    assert (len(held), key in held) == (1, True)


@given(KEYS, st.integers(-5, 60), st.integers(-5, 60))
def test_keys_come_back_in_their_places(names: list[str], low: int, high: int) -> None:
    keys = Keys(len(names))
    for number in sorted(range(len(names)), key=lambda at: names[at]):
        keys[number] = names[number]
    assert (list(keys), keys[low:high], len(keys)) == (names, names[low:high], len(names))


def test_what_is_no_key_is_refused() -> None:
    keys = Keys(2)
    with pytest.raises(ValueError, match="64 hex digits"):
        keys[0] = "abcd"
    with pytest.raises(IndexError):
        keys[2] = "0b" * WIDTH
