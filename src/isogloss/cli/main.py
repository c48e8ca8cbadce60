"""Run a command and turn what went wrong into a sentence and an exit status.

Exit statuses: 0 done; 1 the answer is no (refused, not found, violations, leaks); 2 unreadable
input or usage; 3 could not judge or reach the store; 70 a bug of ours; 130 interrupted.
"""

import os
import sys

from rich.console import Console

from isogloss.cli.commands import app
from isogloss.cli.options import OPEN_MESHES
from isogloss.errors import (
    EmptyMesh,
    Forbidden,
    InvalidInput,
    MeshError,
    NotFound,
    StalePlan,
    StalePreview,
    StoreUnavailable,
    TooSlow,
    Unauthenticated,
    ValidationFailed,
    WrongStage,
)

EXIT_STATUS: dict[type[MeshError], int] = {
    NotFound: 1,
    EmptyMesh: 1,
    InvalidInput: 2,
    ValidationFailed: 3,
    StoreUnavailable: 3,
    Unauthenticated: 1,
    Forbidden: 1,
    WrongStage: 1,
    StalePlan: 1,
    StalePreview: 1,
    TooSlow: 3,
}


def exit_status(error: MeshError) -> int:
    """Look up the exit status of an error, by its nearest listed class."""
    return next(EXIT_STATUS[kind] for kind in type(error).__mro__ if kind in EXIT_STATUS)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except MeshError as error:
        _say(f"{error} [{error.code}]")
        sys.exit(exit_status(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader, such as `head`, has gone: nothing more to say, and nobody to say it to.
        sys.stdout = None
        sys.exit(0)
    except Exception as error:
        if os.environ.get("ISOGLOSS_DEBUG"):
            raise
        _say(
            f"Something broke on our side ({type(error).__name__}: {error}). Run it again with "
            "ISOGLOSS_DEBUG=1 and report what it prints. [INTERNAL]"
        )
        sys.exit(70)
    finally:
        OPEN_MESHES.close()


def _say(sentence: str) -> None:
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print("[red]isogloss:[/red] ", end="")
    console.print(sentence, markup=False)
