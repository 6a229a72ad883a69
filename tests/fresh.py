"""Small phases of a copy of the package, run by a fresh Python with a cache of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import multitrack_sim

PACKAGE = Path(multitrack_sim.__file__).parent


def copy_package(to):
    shutil.copytree(PACKAGE, to / "multitrack_sim", ignore=shutil.ignore_patterns("__pycache__"))
    return to


def run(code, at, cache=None, **surroundings):
    """What `code` prints, run by a fresh Python that finds modules in `at`."""
    known = {"PYTHONPATH": str(at), "MULTITRACK_CACHE_DIR": str(cache or at / "cache"), "NUMBA_DISABLE_JIT": "0"}
    done = subprocess.run(
        [sys.executable, "-B", "-c", dedent(code)],
        env=os.environ | known | surroundings,
        cwd=at,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done
