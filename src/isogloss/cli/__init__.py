"""The command line door: `isogloss` and its commands."""

from isogloss.cli.main import main

__all__ = ["main"]
