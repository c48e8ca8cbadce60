"""Commit from several threads, and say each commit as soon as it is acknowledged.

Run in a process of its own, which is then stopped or killed: `writer.py FOLDER RUN [EACH]`. Each
thread commits without end, or EACH times; then nothing is under way any more.
"""

import sys
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event

from isogloss.store.mesh import Mesh
from tests.torture.workbench import found_shop, put, together, without_rules

THREADS = 4


def main(folder: Path, run: str, each: int | None = None) -> None:
    """Write and wait until the end, which comes from outside."""
    mesh = Mesh.open(folder)
    commits = without_rules(mesh)
    if mesh.journal.head.sequence == 0:
        found_shop(commits)
    # Written and not synced: a cut of the power loses it.
    (folder / "unsynced").write_text("x" * 100_000)

    def write(thread: int) -> None:
        for number in count() if each is None else range(each):
            value = f"{run}-{number}"
            sequence = put(commits, f"w{thread}", value)
            # One call, so that lines of several threads do not mix.
            sys.stdout.write(f"{sequence} w{thread} {value}\n")
            sys.stdout.flush()

    together(*(partial(write, thread) for thread in range(THREADS)))
    Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
