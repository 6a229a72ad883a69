"""What of this machine we may use: cores and memory, as its owner, a container or a job scheduler allows.

All of it is read anew at each call, since it may change while we run.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["available_cores", "available_memory"]

MEGABYTE = 1 << 20
_UNLIMITED = 1 << 60  # how version 1 of control groups says that there is no limit: a number near this or above


def available_cores() -> int:
    """How many cores this process may use, at least 1: those it is bound to (`taskset`, `cpuset`), no more than the
    quota of its container (a part of a core counts as one) and than SLURM gave its task.

    >>> 1 <= available_cores() <= (os.cpu_count() or 1)
    True
    """
    return max(1, min([_bound_cores(), *_quotas(Path("/")), *_slurm_cores()]))


def available_memory(disk: Path = Path("/")) -> int | None:
    """How many bytes this process may still take without swapping or being ended for it: of the machine, of its control
    groups (containers, job schedulers) and of `ulimit -v`, whichever is least. None where nobody says.
    """
    of_machine = _free_memory(disk) or _physical_memory()
    found = min([*of_machine, *_group_memory(disk), *_left_to_process()], default=None)
    return found if found is None else max(0, found)


def _bound_cores() -> int:
    """The cores this process is bound to; all of them where systems bind no processes (macOS, Windows)."""
    with suppress(AttributeError, OSError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _slurm_cores() -> list[int]:
    """What SLURM gave this task, or else the job on this machine."""
    for name in ("SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"):
        given = os.environ.get(name, "").strip()
        if given.isascii() and given.isdigit() and int(given) > 0:
            return [int(given)]
    return []


def _quotas(disk: Path) -> list[int]:
    """Whole cores that control groups grant: of the group of this process and of all groups around it."""
    granted = []
    for group in _groups(disk, "cpu"):
        quota, period = _words(group / "cpu.max")[:2] or ("max", "")  # version 2
        if not period:
            quota, period = (
                _text(group / "cpu.cfs_quota_us"),
                _text(group / "cpu.cfs_period_us"),
            )  # version 1: -1 is none
        with suppress(ValueError, ZeroDivisionError):
            cores = float(quota) / float(period)
            if 0 < cores < math.inf:
                granted.append(math.ceil(cores))
    return granted


def _free_memory(disk: Path) -> list[int]:
    """What the system says it can still give (Linux)."""
    for line in _text(disk / "proc/meminfo").splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable" and rest.split()[:1] and rest.split()[0].isdigit():
            return [int(rest.split()[0]) * 1024]
    return []


def _physical_memory() -> list[int]:
    """What there is, where nobody says what is free."""
    if sys.platform == "win32":
        return [_free_memory_of_windows()]
    with suppress(OSError, ValueError, AttributeError):
        return [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    return []


def _left_to_process() -> Iterator[int]:
    """What is left of the address space that this program may have."""
    if sys.platform == "win32":
        return
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY:
        with suppress(OSError, ValueError, IndexError):
            used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
            yield limit - used


if sys.platform == "win32":

    def _free_memory_of_windows() -> int:
        import ctypes

        status = (ctypes.c_ulonglong * 8)(
            64
        )  # its length stands in the first four bytes, free memory in the third word
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status[2])


def _group_memory(disk: Path) -> list[int]:
    """What control groups still allow; pages of files that the system can let go at any time count as free."""
    free = []
    for group in _groups(disk, "memory"):
        for limit, used, kept in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            most, now = _text(group / limit), _text(group / used)
            if most.isdigit() and now.isdigit() and int(most) < _UNLIMITED:
                lines = [line.split() for line in _text(group / "memory.stat").splitlines()]
                cached = sum(int(line[1]) for line in lines if len(line) == 2 and line[0] == kept and line[1].isdigit())
                free.append(max(0, int(most) - int(now) + cached))
    return free


def _groups(disk: Path, kind: str) -> Iterator[Path]:
    """Folders of the control groups this process is in, inner first, that may bound this kind of thing.

    In a container the names are those of the host while the folders begin at the container's own group, so that every
    end of the way up is tried; what is not there bounds nothing.
    """
    top = disk / "sys/fs/cgroup"
    for line in _text(disk / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        kinds, _, name = rest.partition(":")
        if kinds and kind not in kinds.split(","):
            continue
        inner = [part for part in name.split("/") if part not in ("", ".", "..")]
        for root in dict.fromkeys((top / kinds, top / kind) if kinds else (top, top / "unified")):
            for depth in range(len(inner), -1, -1):
                yield root.joinpath(*inner[:depth])


def _text(path: Path) -> str:
    with suppress(OSError, ValueError):
        return path.read_text("utf-8").strip()
    return ""


def _words(path: Path) -> tuple[str, ...]:
    return tuple(_text(path).split())
