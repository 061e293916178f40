"""The command line of Yurai."""

from yurai.cli.app import main

__all__ = ["main"]
