"""The folder of a mesh: one process owns it, and what it left there is what is found.

A flipped byte in the slack of a page harms nothing that a query reads, and no query can see
it. So whoever closes a mesh in order leaves a seal, the digests of all its files, and whoever
opens it compares; after a crash there is no seal, and the journal's own checks must do.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from isogloss.errors import StoreUnavailable

_LOCK = "lock"
_OWNER = "owner"
_SEAL = "seal.json"


class Folder:
    """A folder that this process owns until `release`."""

    def __init__(self, path: Path | None) -> None:
        """Take a folder, made if need be; None takes one that is gone afterwards.

        Raises:
            StoreUnavailable: another process owns it, or it cannot be used.
        """
        self.lasting = path is not None
        self.path = path if path is not None else Path(tempfile.mkdtemp(prefix="isogloss-"))
        # Thread-blind: whichever thread closes the mesh may release what another took.
        self._lock = FileLock(self.path / _LOCK, timeout=0, thread_local=False)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            (self.path / _OWNER).write_text(str(os.getpid()))
        except Timeout as error:
            raise StoreUnavailable(
                f"The mesh in {path} is in use by process {self._owner()}: stop it, ask it over "
                "HTTP (isogloss query --url), or choose another folder with --data."
            ) from error
        except OSError as error:
            raise StoreUnavailable(
                f"The mesh's folder {path} cannot be used ({error}): choose another with "
                "--data, or make it writable."
            ) from error

    def release(self) -> None:
        """Let others have it."""
        self._lock.release()
        if not self.lasting:
            shutil.rmtree(self.path, ignore_errors=True)

    def seal(self) -> None:
        """Note down what every file holds, now that nothing writes any more."""
        if self.lasting:
            with contextlib.suppress(OSError):  # a full disk: then there is no seal
                (self.path / _SEAL).write_text(json.dumps(self._digests(), indent=1))

    def changed(self) -> tuple[str, ...]:
        """Name the files that are not as the seal says; () without a seal."""
        seal = self.path / _SEAL
        try:
            sealed = json.loads(seal.read_text())
        except FileNotFoundError:
            return ()
        except ValueError:
            sealed = {_SEAL: ""}
        found = self._digests()
        return tuple(sorted(name for name in sealed | found if sealed.get(name) != found.get(name)))

    def unseal(self) -> None:
        """Take the seal off: from now on the files change."""
        (self.path / _SEAL).unlink(missing_ok=True)

    def free(self) -> int:
        """Count the bytes that are free on its disk."""
        return shutil.disk_usage(self.path).free

    def _digests(self) -> dict[str, str]:
        files = (path for path in sorted(self.path.rglob("*")) if path.is_file())
        return {
            str(path.relative_to(self.path)): _digest(path)
            for path in files
            if path.name not in (_LOCK, _OWNER, _SEAL)
            # Tokens are issued and revoked while nobody has the mesh open.
            and not path.name.startswith("tokens.")
            and not path.name.endswith(("-shm", "LOCK"))
        }

    def _owner(self) -> str:
        try:
            return (self.path / _OWNER).read_text() or "unknown"
        except OSError:
            return "unknown"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()
