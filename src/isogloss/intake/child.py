"""The process that parses documents: it is told what to read, and may do nothing else."""

import contextlib
import gc
import math
import signal
import sys
from typing import Any

from isogloss.errors import InvalidInput
from isogloss.intake import wire
from isogloss.intake.documents import Upload, name_all, read_source
from isogloss.intake.sandbox import confine
from isogloss.intake.sql import dialects


def serve(deadline_seconds: float, memory_bytes: int) -> None:
    """Be the process: read what comes in and answer, until there is nobody to answer."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    dialects()  # imports them, which cannot be done later
    confine(memory_bytes)
    # Reading makes no cycles, only many objects, which the collector would go through in vain.
    gc.disable()
    gc.freeze()
    wire.send(answers, [])
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            frames = wire.receive(requests, most=sys.maxsize)
            # Should the parent be gone, nobody else would end a parser that never does.
            _alarm(math.ceil(deadline_seconds) + 1)
            uploads, options = wire.from_request(frames)
            del frames
            wire.send(answers, _answer(uploads, options, memory_bytes))
            del uploads
            gc.collect()
            _alarm(0)


def _answer(uploads: list[Upload], options: dict[str, Any], memory_bytes: int) -> wire.Frames:
    name = name_all(uploads)
    try:
        answer = wire.to_answer(read_source(uploads, **options))
    except InvalidInput as error:
        return wire.to_error(error)
    except MemoryError:
        return wire.to_error(
            InvalidInput(
                f"{name} takes more than {memory_bytes >> 20} MB of memory to read: split it "
                "into several sources, or give it as N-Triples."
            )
        )
    if sum(map(len, answer)) > wire.MAX_ANSWER:
        return wire.to_error(
            InvalidInput(
                f"{name} comes to more than {wire.MAX_ANSWER >> 20} MB with its prefixes written "
                "out: split it into several sources."
            )
        )
    return answer


def _alarm(seconds: int) -> None:
    if sys.platform != "win32":
        signal.alarm(seconds)
