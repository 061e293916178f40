"""Dates of rows as data sets write them: one moment in all forms, what is partial, and what is no date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.sources.rows import fields
from yurai.sources.rows.dates import row_date
from yurai.sources.warc.dates import capture_date

if TYPE_CHECKING:
    from collections.abc import Callable

SAID = "2021-03-04T05:06:07Z"

WHOLE = [
    "2021-03-04T05:06:07Z", "2021-03-04 05:06:07 UTC", "2021-03-04 05:06:07.123456 UTC", "2021-03-04 05:06:07+00",
    "2021-03-04 14:06:07.5+09", "2021-03-04 05:06:07 GMT", "2021-03-04 05:06:07 +0000", "2021/03/04 05:06:07",
    "2021/3/4 5:06:07", "2021.03.04 05:06:07", "2021-03-04T05:06:07.000000000Z", "2021-03-04T14:06:07+09:00[Asia/Tokyo]",
    "20210304050607", "20210304T050607Z", "20210304T140607+0900", "Thu, 04 Mar 2021 05:06:07 GMT",
    "Thu, 4 Mar 2021 05:06:07 +0000", "4 Mar 2021 00:06:07 EST", "Thu, 04 Mar 2021 00:06:07 -0500 (EST)",
    "Thursday, 04-Mar-21 05:06:07 GMT", "Thu Mar  4 05:06:07 2021", "Thu Mar 4 05:06:07 +0000 2021",
    "Thu Mar  4 05:06:07 UTC 2021", "March 4, 2021 05:06:07", "Mar 4, 2021, 05:06:07 UTC", "2021年3月4日 05:06:07",
    " 2021-03-04T05:06:07Z\n", "1614834367", "1614834367000", "1614834367.25", 1614834367, 1614834367123,
    1614834367123456, 1614834367123456789, 1614834367.9, 1614834367000.0, 20210304050607,
]  # fmt: skip
PARTIAL = {
    "2021": "2021-01-01T00:00:00Z", 2021: "2021-01-01T00:00:00Z", "2021-03": "2021-03-01T00:00:00Z",
    "2021/03": "2021-03-01T00:00:00Z", "2021-03-04": "2021-03-04T00:00:00Z", "2021/3/4": "2021-03-04T00:00:00Z",
    "20210304": "2021-03-04T00:00:00Z", 20210304: "2021-03-04T00:00:00Z", "4 March 2021": "2021-03-04T00:00:00Z",
    "Mar. 4, 2021": "2021-03-04T00:00:00Z", "Sept 4, 2021": "2021-09-04T00:00:00Z", "May 2021": "2021-05-01T00:00:00Z",
    "2021年3月": "2021-03-01T00:00:00Z", "2021-03-04 05:06": "2021-03-04T05:06:00Z",
    "202103040506": "2021-03-04T05:06:00Z", "Mar 4, 2021 05:06 UTC": "2021-03-04T05:06:00Z",
}  # fmt: skip
NONE = [
    "", "yesterday", "03/04/2021", "04-03-2021", "2021-13-01", "2021-02-30", "30 Feb 2021", "4 Mai 2021",
    "Thu, 04 Mar 2021 05:06:07 JST", "2021-03-04 25:00:00", "2021-03-04T05:06:60Z", "2021-03-04T23:59:61Z", "2021.5",
    "2021-03-04 05:06:07 +99", "9" * 5000, "20219999", 0, 7, -1, 10**8 - 1, 10**25, 1e300, float("inf"),
    "x" * 10_000, "2021-03-04 05:06 PM",
]  # fmt: skip


@pytest.mark.parametrize("written", WHOLE)
def test_one_moment_in_every_form(written: str | float) -> None:
    assert row_date(written) == (SAID, ())


@pytest.mark.parametrize("written", PARTIAL)
def test_partial_dates_begin_where_they_begin(written: str | int) -> None:
    assert row_date(written) == (PARTIAL[written], ("partial-date",))


@pytest.mark.parametrize("written", NONE)
def test_what_is_no_date_or_may_be_two(written: str | float) -> None:
    assert row_date(written) == (None, ("bad-date",))


@pytest.mark.parametrize(
    "written",
    ["2016-12-31T23:59:60Z", "2017-01-01T08:59:60+09:00", "Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31 23:59:60 UTC",
     "20161231T235960Z", "2016/12/31 18:59:60 EST"],
)  # fmt: skip
def test_a_leap_second_is_the_one_before_it(written: str) -> None:
    assert row_date(written) == ("2016-12-31T23:59:59Z", ())


def test_a_missing_number_is_no_bad_one() -> None:
    assert row_date(float("nan")) == (None, ())
    assert (fields({"date": float("nan")}).flags, fields({"date": True}).flags) == ((), ("bad-date",))


FORMS: list[Callable[[datetime], str | float]] = [
    datetime.isoformat,
    format_datetime,
    lambda moment: moment.strftime("%Y/%m/%d %H:%M:%S%z"),
    lambda moment: moment.strftime("%a %b %d %H:%M:%S %z %Y"),
    lambda moment: moment.strftime("%B %d, %Y %H:%M:%S %z"),
    lambda moment: int(moment.timestamp()),
    lambda moment: int(moment.timestamp()) * 1000,
]


@given(
    st.datetimes(datetime(1974, 1, 1), datetime(2099, 1, 1)),  # noqa: DTZ001 - hypothesis puts the zone on
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(FORMS),
)
def test_law_every_form_of_a_moment_is_that_moment(
    moment: datetime, minutes: int, form: Callable[[datetime], str | float]
) -> None:
    there = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert row_date(form(there)) == (f"{there.astimezone(UTC).isoformat()[:19]}Z", ())


@given(st.one_of(st.text(), st.integers(), st.floats(), st.from_regex(r"[-+:./\dTZ A-z]{4,30}", fullmatch=True)))
def test_law_a_date_is_canonical_or_flagged(written: str | float) -> None:
    date, flags = row_date(written)
    assert date is None or capture_date(date) == (date, ())
    assert date is not None or flags == ("bad-date",) or written != written  # noqa: PLR0124 - NaN
    if isinstance(written, str) and capture_date(written.strip())[0]:
        assert (date, flags) == capture_date(written.strip())  # what was read before is read as it was
