"""Read documents in a process of their own, which may crash, hang or grow without harm.

Guards keep known attacks from the parsers; this is for those that nobody knows yet.
"""

import atexit
import contextlib
import functools
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from isogloss.errors import InvalidInput
from isogloss.intake import wire
from isogloss.intake.documents import Upload, name_all
from isogloss.intake.formats import Format
from isogloss.intake.sql_document import SqlNames
from isogloss.model.change import Document
from isogloss.model.rdf import Iri

_START_SECONDS = 30
# A process that has read so much keeps the memory, so the next document gets a new one.
_GROWN_BYTES = 16 * 1024 * 1024
# What finding libraries needs, and no more: the rest may hold passwords.
_ENVIRONMENT = ("DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")
_MAIN = (
    "import sys; sys.path[:] = sys.argv[3:]; "
    "from isogloss.intake.child import serve; serve(float(sys.argv[1]), int(sys.argv[2]))"
)


class ParserProcess:
    """Reads documents one after another in a process that is started when first needed.

    Threads may share it, and wait for each other. Used after `close`, it starts anew.
    """

    def __init__(self, *, deadline_seconds: float = 60, memory_bytes: int = 2 << 30) -> None:
        self._deadline_seconds = deadline_seconds
        self._memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._is_ready = False

    def __enter__(self) -> "ParserProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The number of the process, for whoever watches the machine; None if none is ready."""
        child = self._child
        is_alive = self._is_ready and child is not None and child.poll() is None
        return child.pid if child is not None and is_alive else None

    def read_source(
        self,
        uploads: Sequence[Upload],
        *,
        space: str,
        graph: Iri,
        format: Format | None = None,
        sql: SqlNames | None = None,
        namespace: str | None = None,
    ) -> Document:
        """Do what `documents.read_source` does, elsewhere.

        Raises:
            InvalidInput: a document cannot be read, or reading it took too long or too much
                memory, or crashed.
        """
        request = wire.to_request(
            uploads, space=space, graph=graph, format=format, sql=sql, namespace=namespace
        )
        name = name_all(uploads)
        with self._lock:
            answer = self._ask(name, request)
            if sum(map(len, request + answer)) > _GROWN_BYTES:
                self._stop()
        try:
            return wire.from_answer(name, answer)
        except wire.BrokenAnswer as error:
            self.close()
            raise self._crashed(name) from error

    def close(self) -> None:
        """Stop the process, once it has read what it is reading."""
        with self._lock:
            self._stop()

    def _ask(self, name: str, request: wire.Frames) -> wire.Frames:
        is_fresh = self._child is None or self._child.poll() is not None
        child = self._start() if is_fresh or self._child is None else self._child
        deadline = _Deadline(child, self._deadline_seconds)
        try:
            with deadline:
                wire.send(_pipe(child.stdin), request)
                return wire.receive(_pipe(child.stdout), most=wire.MAX_ANSWER)
        except (EOFError, OSError, wire.BrokenAnswer) as error:
            self._stop()
            if deadline.has_passed:
                raise InvalidInput(
                    f"{name} took longer than {self._deadline_seconds:g} seconds to read, and "
                    "was given up: split it into several sources, or give it as N-Triples, "
                    "which is read fastest."
                ) from error
            if is_fresh:
                raise self._crashed(name) from error
        except BaseException:
            # An answer that nobody has read would be taken for the next document's.
            self._stop()
            raise
        # A process that had been there before may have died of something else.
        return self._ask(name, request)

    def _crashed(self, name: str) -> InvalidInput:
        return InvalidInput(
            f"{name} crashed its parser, or took more than {self._memory_bytes >> 20} MB of "
            "memory to read: split it into several sources, or give it as N-Triples."
        )

    def _start(self) -> subprocess.Popen[bytes]:
        self._stop()
        limits = [str(self._deadline_seconds), str(self._memory_bytes)]
        # The parent's own path, so that the same package is found however it is installed.
        path = [entry for entry in sys.path if Path(entry).is_absolute()]
        child = self._child = subprocess.Popen(  # noqa: S603 - nothing of it comes from outside
            [sys.executable, "-I", "-c", _MAIN, *limits, *path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            # Ctrl-C is for the parent; the child goes when its pipe closes.
            start_new_session=True,
        )
        try:
            with _Deadline(child, _START_SECONDS):
                wire.receive(_pipe(child.stdout), most=1)
            self._is_ready = True
        except BaseException as error:
            self._stop()
            if isinstance(error, EOFError):
                raise RuntimeError("The parser's process does not start.") from error
            raise
        return child

    def _stop(self) -> None:
        child, self._child, self._is_ready = self._child, None, False
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            # What is still in the buffer has nobody to go to.
            with contextlib.suppress(OSError):
                _pipe(pipe).close()
        child.wait()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise TypeError("a process was started without its pipes")
    return stream


class _Deadline:
    """Kills a process that takes too long, whatever it is doing and whoever waits for it."""

    def __init__(self, child: subprocess.Popen[bytes], seconds: float) -> None:
        self._child = child
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True
        self.has_passed = False

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *exception: object) -> None:
        self._timer.cancel()

    def _pass(self) -> None:
        self.has_passed = True
        self._child.kill()


@functools.cache
def shared() -> ParserProcess:
    """Give the process that all of this program may share; it stops when the program ends."""
    process = ParserProcess()
    atexit.register(process.close)
    return process
