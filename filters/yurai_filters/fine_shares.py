"""Make columns of named scores, float32, from arrays of counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai_filters.compare import FINE


def fine_share(part: npt.NDArray[np.integer], whole: npt.NDArray[np.integer]) -> pa.FloatArray:
    """Return part / whole rounded to 1e-6; null where `whole` is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.round(part / whole, FINE)
    return _column(quotient, whole == 0)


def counted(count: npt.NDArray[np.integer], text: pa.StringArray) -> pa.FloatArray:
    """Return counts; null where there is no text. float32 holds whole numbers up to 16,777,216."""
    return _column(count.astype(np.float64), np.array([value is None for value in text.to_pylist()], np.bool_))


def _column(values: npt.NDArray[np.floating], missing: npt.NDArray[np.bool_]) -> pa.FloatArray:
    result: pa.FloatArray = pa.array(values.astype(np.float32), pa.float32(), mask=missing)
    return result
