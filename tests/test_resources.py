"""A guest on the machine: it takes the cores and the memory that it is allowed, and no more."""

import ast
import json
import os
import shutil
import subprocess
import sys

import pytest
from fresh import PACKAGE

from multitrack_sim.engine import resources
from multitrack_sim.engine.resources import available_cores, available_memory
from multitrack_sim.process import warmup as warming
from multitrack_sim.running.backends import opened

GIGABYTE = 1 << 30


@pytest.fixture(autouse=True)
def no_scheduler(monkeypatch):
    for name in ("SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"):
        monkeypatch.delenv(name, raising=False)


def disk(tmp_path, files):
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


TWO, ONE = "sys/fs/cgroup", "sys/fs/cgroup/cpu,cpuacct"
QUOTAS = {
    "none": ({}, []),
    "no limit": ({"proc/self/cgroup": "0::/\n", f"{TWO}/cpu.max": "max 100000\n"}, []),
    "two cores": ({"proc/self/cgroup": "0::/\n", f"{TWO}/cpu.max": "200000 100000\n"}, [2]),
    "part of a core": ({"proc/self/cgroup": "0::/\n", f"{TWO}/cpu.max": "25000 100000\n"}, [1]),
    "a core and a half": ({"proc/self/cgroup": "0::/\n", f"{TWO}/cpu.max": "150000 100000\n"}, [2]),
    "of a group around it": (
        {"proc/self/cgroup": "0::/a/b\n", f"{TWO}/a/cpu.max": "300000 100000", f"{TWO}/a/b/cpu.max": "max 100000"}, [3],
    ),
    "both": (
        {"proc/self/cgroup": "0::/a/b\n", f"{TWO}/a/cpu.max": "100000 100000", f"{TWO}/a/b/cpu.max": "400000 100000"},
        [4, 1],
    ),
    "version 1": (
        {"proc/self/cgroup": "4:cpu,cpuacct:/job\n0::/\n", f"{ONE}/job/cpu.cfs_quota_us": "300000\n",
         f"{ONE}/job/cpu.cfs_period_us": "100000\n"}, [3],
    ),
    "version 1 in a folder of its own": (
        {"proc/self/cgroup": "1:cpu:/\n", f"{TWO}/cpu/cpu.cfs_quota_us": "50000",
         f"{TWO}/cpu/cpu.cfs_period_us": "100000"}, [1],
    ),
    "version 1 in a container, under its name outside": (
        {"proc/self/cgroup": "4:cpu,cpuacct:/docker/0123\n", f"{ONE}/cpu.cfs_quota_us": "100000",
         f"{ONE}/cpu.cfs_period_us": "100000"}, [1],
    ),
    "version 1, no limit": (
        {"proc/self/cgroup": "4:cpu,cpuacct:/\n", f"{ONE}/cpu.cfs_quota_us": "-1",
         f"{ONE}/cpu.cfs_period_us": "100000"}, [],
    ),
    "of another kind": ({"proc/self/cgroup": "4:memory:/\n", f"{ONE}/cpu.cfs_quota_us": "100000"}, []),
    "nonsense": ({"proc/self/cgroup": "x\n::\n0::/../..\n", f"{TWO}/cpu.max": "1 0\n"}, []),
    "words": ({"proc/self/cgroup": "0::/\n", f"{TWO}/cpu.max": "many few\n"}, []),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), QUOTAS.values(), ids=QUOTAS)
def test_the_quota_of_a_container(tmp_path, files, expected):
    assert resources._quotas(disk(tmp_path, files)) == expected


MEMORY = {
    "none": ({}, []),
    "version 2": (
        {"proc/self/cgroup": "0::/\n", f"{TWO}/memory.max": "1000", f"{TWO}/memory.current": "700",
         f"{TWO}/memory.stat": "anon 1\ninactive_file 200\n"}, [500],
    ),
    "no limit": ({"proc/self/cgroup": "0::/\n", f"{TWO}/memory.max": "max", f"{TWO}/memory.current": "700"}, []),
    "version 1": (
        {"proc/self/cgroup": "4:memory:/job\n", f"{TWO}/memory/job/memory.limit_in_bytes": "1000",
         f"{TWO}/memory/job/memory.usage_in_bytes": "1200"}, [0],
    ),
    "version 1, no limit": (
        {"proc/self/cgroup": "4:memory:/\n", f"{TWO}/memory/memory.limit_in_bytes": "9223372036854771712",
         f"{TWO}/memory/memory.usage_in_bytes": "1200"}, [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), MEMORY.values(), ids=MEMORY)
def test_the_memory_of_a_container(tmp_path, files, expected):
    assert resources._group_memory(disk(tmp_path, files)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("MemTotal: 9 kB\nMemAvailable:  123 kB\n", [123 * 1024]), ("MemAvailable: lots\n", []), ("MemAvailable:\n", [])],
)
def test_the_memory_that_is_free(tmp_path, text, expected):
    assert resources._free_memory(disk(tmp_path, {"proc/meminfo": text})) == expected


@pytest.mark.parametrize(
    ("task", "node", "expected"),
    [
        ("3", "8", [3]),
        (None, "8", [8]),
        ("", "4", [4]),
        ("many", None, []),
        ("0", None, []),
        ("-2", "x", []),
        ("²", "", []),
    ],
)
def test_what_slurm_gave(monkeypatch, task, node, expected):
    for name, given in (("SLURM_CPUS_PER_TASK", task), ("SLURM_CPUS_ON_NODE", node)):
        if given is not None:
            monkeypatch.setenv(name, given)
    assert resources._slurm_cores() == expected


def test_cores_are_the_least_of_all_limits(monkeypatch):
    most = available_cores()
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "4096")
    assert available_cores() == most
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "1")
    assert available_cores() == 1
    with opened("threads") as backend:
        assert backend.slots() == 1
    with opened("threads", workers=3) as backend:
        assert backend.slots() == 3


@pytest.mark.skipif(shutil.which("taskset") is None, reason="there is no taskset here")
def test_taskset_is_heeded():
    core = min(os.sched_getaffinity(0))
    code = "from multitrack_sim.engine.resources import available_cores; print(available_cores())"
    command = ["taskset", "-c", str(core), sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1\n"


def test_a_run_takes_the_threads_that_it_is_allowed(monkeypatch):
    import multitrack_sim as mt
    from multitrack_sim.running import ensemble

    asked = []

    class Pool(ensemble.ThreadPoolExecutor):
        def __init__(self, threads):
            asked.append(threads)
            super().__init__(threads)

    monkeypatch.setattr(ensemble, "ThreadPoolExecutor", Pool)
    monkeypatch.setenv("SLURM_CPUS_ON_NODE", "1")
    scenario = mt.scenario_from_codes({}).with_settings({"run.months": 12})
    mt.simulate(scenario, runs=4, seed=1)
    mt.simulate(scenario, runs=4, seed=1, threads=2)
    assert asked == [1, 2]


@pytest.mark.parametrize(
    ("cores", "memory", "two"),
    [(2, None, True), (1, None, False), (2, 4 * GIGABYTE, True), (2, GIGABYTE // 2, False), (64, 0, False)],
)
def test_the_model_is_compiled_by_two_where_there_is_room_for_two(monkeypatch, cores, memory, two):
    monkeypatch.setattr(warming, "available_cores", lambda: cores)
    monkeypatch.setattr(warming, "available_memory", lambda: memory)
    assert warming._has_room_for_two() == two


def test_memory_is_some_or_unknown():
    found = available_memory()
    assert found is None or 0 <= found
    if sys.platform == "linux":
        assert found is not None


def test_cores_are_counted_in_one_place():
    """`os.cpu_count` tells what the machine has, not what we may use."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        names = [n.attr for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Attribute)]
        if count := sum(name in ("cpu_count", "sched_getaffinity", "process_cpu_count") for name in names):
            found[path.name] = count
    assert found.pop("resources.py") == 2
    from multitrack_sim.running.provenance import machine

    assert len(found) == sum(found.values()) == 1
    about = json.loads(json.dumps(machine()))
    assert about["cores"] == available_cores() and about["cores_of_the_machine"] == os.cpu_count()
