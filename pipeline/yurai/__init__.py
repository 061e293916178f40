"""How a document flows: stages, recipes, runners and the command line."""


def __getattr__(name: str) -> str:
    """Return `__version__`, which the metadata of the installed package has (https://peps.python.org/pep-0562/)."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - it takes longer than the help of the command line

        return version("yurai")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
