"""Find the sample crawl, in the wheel or in a checkout."""

import importlib.resources
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yurai_manifests.errors import RecipeError

CHECKOUT = Path(__file__).parents[3] / "examples" / "sample"


@contextmanager
def sample_folder() -> Iterator[Path]:
    """Yield the folder that holds the sample crawl.

    Raises:
        RecipeError: this installation does not carry it.
    """
    with importlib.resources.as_file(importlib.resources.files("yurai") / "sample") as packaged:
        present = next((folder for folder in (packaged, CHECKOUT) if folder.is_dir()), None)
        if present is None:
            raise RecipeError("the sample crawl is not in this installation; install the wheel, or run in a checkout")
        yield present
