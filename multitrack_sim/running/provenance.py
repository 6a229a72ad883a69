"""With what, where and when something was run."""

from __future__ import annotations

import contextlib
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from .. import __version__
from ..engine.resources import available_cores
from ..engine.sources import model_version
from ..scenario.plausible import OPTION

__all__ = ["in_a_shell", "machine", "made_by", "now", "provenance"]


def provenance(manifest: Mapping[str, Any], source: str) -> tuple[dict[str, str], str]:
    """What a page says about where its numbers come from, in words, and the command that makes them again.

    `source` is the file of the scenario, of which only the name is told: not whose computer it was.
    """
    about = machine()
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    told = {
        "Scenario": Path(source).name,
        "Runs of each variant": f"{manifest['sweep']['runs']:,}",
        "Seed": str(manifest["sweep"]["seed"]),
        **_doubts(manifest),
        "Model version": manifest["model"],
        "This comparison": f"identity {manifest['identity']}: the same means the same numbers",
        "Versions": versions,
        "Machine": f"{about['platform']}, {about['processor_kind']}, {about['libm']}",
        "Made": manifest["started"],
    }
    return told, manifest["command"]


def _doubts(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Which plausible sets and variants the runs carry, where they do."""
    said = manifest["sweep"]["options"].get(OPTION)
    if not said:
        return {}
    told = f"parameters {said['parameters'] or 'as they are'}; variants: {', '.join(said['variants']) or 'as it is'}"
    return {"Plausible sets, variants": f"{told} (identity {said['identity']})"}


def in_a_shell(command: Sequence[str]) -> str:
    """A command as one would type it."""
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)


def now() -> str:
    """The time, as manifests say it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def made_by(command: str, version: str = "") -> str:
    """The sentence on top of a page that a command made: which command, with which model version (the present one).

    >>> made_by("python -m docs.generate.odd", "0123456789abcdef")
    'Made by `python -m docs.generate.odd` with model version `0123456789abcdef`.'
    """
    return f"Made by `{command}` with model version `{version or model_version()}`."


def machine() -> dict[str, Any]:
    """What decides the last bits of a number: versions, processor, mathematical library, operating system."""
    versions = {"python": platform.python_version(), "multitrack_sim": __version__}
    for name in ("numpy", "numba", "llvmlite", "mesa", "pandas", "pyarrow", "matplotlib"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    from llvmlite import binding

    features = [name for name, there in sorted(dict(binding.get_host_cpu_features()).items()) if there]
    return {
        "versions": versions,
        "platform": platform.platform(),
        "libm": " ".join(part for part in platform.libc_ver() if part)
        or f"of {platform.system()} {platform.release()}",
        "processor": _processor_model(),
        "processor_kind": binding.get_host_cpu_name(),
        "processor_features": features,
        "cores": available_cores(),
        "cores_of_the_machine": os.cpu_count(),
    }


def _processor_model() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith(("model name", "Model")):
                return line.split(":", 1)[1].strip()
    if sys.platform == "darwin":
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(asked, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    return platform.processor() or platform.machine()
