"""An index as one file, which is there whole or not at all.

A line that checks the header, the header as JSON, then the arrays, each at a multiple of 64
bytes. A file that is not as it was written is refused.
"""

import json
import mmap
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isogloss.errors import MeshError

_FORM = "isogloss lineage 1"
_ALIGNED = 64


class Unusable(MeshError):
    """There is no saved index, or not as it was written: build it from the mesh again."""

    code = "LINEAGE_INDEX_UNUSABLE"


def write(path: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> None:
    """Write arrays and what JSON can say of them, synced, in place of what was there."""
    listed, place = {}, 0
    for name, array in arrays.items():
        listed[name] = (array.dtype.str, len(array), place, _sum(array))
        place += -(-array.nbytes // _ALIGNED) * _ALIGNED
    header = json.dumps({"arrays": listed, "facts": facts}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(f"{_FORM} {len(header)} {zlib.crc32(header)}\n".encode())
        file.write(header)
        for array in arrays.values():
            file.write(bytes(-file.tell() % _ALIGNED))
            file.write(array.data if array.flags.c_contiguous else array.tobytes())
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Read what was written; the arrays are read-only, and come from disk as they are used.

    Raises:
        Unusable: no such file, of another form, cut off or changed.
    """
    try:
        with path.open("rb") as file:
            start = file.readline(200)
            form, length, checksum = start.decode().rstrip("\n").rsplit(" ", 2)
            header = file.read(int(length))
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        if form != _FORM or zlib.crc32(header) != int(checksum):
            raise Unusable(f"{path} has no readable header: delete it, and start again.")
        said = json.loads(header)
        first = -(-(len(start) + len(header)) // _ALIGNED) * _ALIGNED
        arrays = {}
        for name, (form, count, place, checksum) in said["arrays"].items():
            arrays[name] = np.frombuffer(whole, form, count, first + place)
            if _sum(arrays[name]) != checksum:
                raise Unusable(f"{path} is damaged at {name}: delete it, and start again.")
    except (OSError, ValueError) as error:
        raise Unusable(f"{path} cannot be read ({error}): it is made again.") from error
    return arrays, said["facts"]


def _sum(array: NDArray[Any]) -> int:
    return zlib.crc32(np.ascontiguousarray(array).data)
