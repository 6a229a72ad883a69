"""The build of a wheel: the model compiled ahead of time for every system goes into it, where numba is there to compile.

Without numba (as in the isolated builds of pip) the wheel is as good but for the first start, which then compiles.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledAhead(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # `make install` compiles for the machine it runs on
            return
        if importlib.util.find_spec("numba") is None:
            self.app.display_info("numba is not there: the wheel holds no compiled code")
            return
        self._folder = tempfile.TemporaryDirectory()
        path = os.pathsep.join([self.root, *filter(None, [os.environ.get("PYTHONPATH")])])
        done = subprocess.run(
            [sys.executable, "-m", "multitrack_sim.process.ahead", self._folder.name],
            env=os.environ | {"PYTHONPATH": path},
            cwd=self.root,
        )
        if done.returncode:
            self.app.display_warning("the model could not be compiled: the wheel holds no compiled code")
            return
        for file in Path(self._folder.name).rglob("*.object"):
            build_data["force_include"][str(file)] = f"multitrack_sim/compiled/{file.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "_folder"):
            self._folder.cleanup()
