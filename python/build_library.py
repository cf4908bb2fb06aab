"""Puts the shared library into the wheel."""

import os
import pathlib
import subprocess
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LibraryHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the library where it is not there yet."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is put together."""
        here = pathlib.Path(self.root)
        library = here / "tessera_rl" / "libtessera.so"
        if not library.exists() or os.environ.get("TESSERA_REBUILD"):
            subprocess.run([here.parent / "Scripts" / "build-library", library], check=True)
        build_data["pure_python"] = False
        # One wheel for every Python from 3.10: nothing in it knows an interpreter's insides.
        build_data["tag"] = "py3-none-linux_x86_64"
        build_data["artifacts"].append("tessera_rl/libtessera.so")
