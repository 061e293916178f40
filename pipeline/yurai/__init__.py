"""How a document flows: stages, recipes, runners and the command line."""

from importlib.metadata import version

__version__ = version("yurai")
