"""Take from this process what reading a document has no need of.

The limits are the system's, so they hold for native code too; the audit hook holds for Python
on every system, and says in a sentence what was refused.
"""

import os
import sys

if sys.platform != "win32":
    import resource

# Kinds of audit events; of "os" there are those that change something.
_KINDS = {"ctypes", "fcntl", "os", "pty", "shutil", "signal", "socket", "subprocess", "tempfile"}
# Importing a module lists folders.
_ALLOWED = frozenset({"os.listdir", "os.scandir"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def confine(memory_bytes: int) -> None:
    """Limit this process, for good: memory; no new files, sockets, processes; no core dumps.

    What is to be imported must have been. Windows knows none of the limits, only Linux all.
    """
    if sys.platform == "linux":
        # macOS takes this limit, and does not keep it.
        _lower(resource.RLIMIT_AS, memory_bytes)
    if sys.platform != "win32":
        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_NPROC, 0)
        # Standard input, output and error are open, and are all.
        _lower(resource.RLIMIT_NOFILE, 3)
    sys.addaudithook(_refuse)


def _lower(limit: int, value: int) -> None:
    _, hard = resource.getrlimit(limit)
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (most, most))


def _refuse(event: str, args: tuple[object, ...]) -> None:
    if event == "open":
        _, mode, flags = args
        writes = isinstance(flags, int) and flags & _WRITING
        if not writes and not (isinstance(mode, str) and set(mode) & set("wax+")):
            return
    elif event.partition(".")[0] not in _KINDS or event in _ALLOWED:
        return
    raise PermissionError(f"{event} is not for a parser's process: it only reads what it is given.")
