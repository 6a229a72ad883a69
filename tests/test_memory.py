"""What cannot fit into memory is refused before anything is begun; what is estimated is what is taken."""

import os
import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest

import multitrack_sim as mt
from multitrack_sim import designs
from multitrack_sim.engine.resources import available_memory
from multitrack_sim.errors import MultitrackError
from multitrack_sim.running import memory
from multitrack_sim.running.memory import memory_needed
from multitrack_sim.studies.attribution import coalition_runs


@pytest.fixture(scope="module")
def scenario():
    return mt.scenario_from_codes({"spoilers": 3}).with_settings({"run.months": 12, "society.communities": 20})


TOO_MUCH = {
    "simulate": lambda s: mt.simulate(s, runs=10**10),
    "worlds": lambda s: mt.simulate(s, runs=10**7, worlds=True),
    "worlds of an ensemble": lambda s: mt.run_ensemble(s, runs=10**7, worlds=True),
    "series": lambda s: mt.run_ensemble(s, runs=10**9, series=True),
    "compare": lambda s: mt.compare(s, ["no workshops", "no CBMs"], runs=10**9),
    "compare with series": lambda s: mt.compare(s, ["no workshops"], runs=3 * 10**8, series=True),
    "attribution": lambda s: mt.attribute(s, runs=10**9),
    "coalitions": lambda s: coalition_runs(s, runs=10**9),
    "huge": lambda s: mt.simulate(s, runs=10**30),
}


@pytest.mark.parametrize("ask", TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_many_runs_are_refused_at_once(ask, scenario):
    began = time.process_time()
    with pytest.raises(
        MultitrackError, match=r"runs need about .* of memory, and .* are free; allowed: fewer runs"
    ) as said:
        ask(scenario)
    assert len(said.value.problems) == 1 and time.process_time() - began < 5


@pytest.mark.parametrize("command", [["run", "oslo_1993"], ["compare", "oslo_1993", "--arm", "no workshops"]])
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs ulimit -v")
def test_the_command_refuses_within_its_limit(command, tmp_path):
    asked = [
        sys.executable,
        "-m",
        "multitrack_sim",
        *command,
        "--runs",
        "10000000",
        "--out",
        str(tmp_path / "out"),
        "-q",
    ]

    def limited():
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (5 * 10**9, 5 * 10**9))

    ended = subprocess.run(asked, preexec_fn=limited, capture_output=True, text=True)
    assert ended.returncode == 2 and len(ended.stderr.splitlines()) == 1
    assert "10,000,000 runs" in ended.stderr or "20,000,000 runs" in ended.stderr
    assert "multitrack sweep" in ended.stderr and not (tmp_path / "out").exists()


def test_a_table_that_does_not_fit_is_refused(scenario, tmp_path, monkeypatch):
    done = mt.sweep(scenario, designs.replicates(20), out=tmp_path / "out", series=True, say=lambda line: None)
    monkeypatch.setattr(memory, "available_memory", lambda: 10_000)
    for read in (done.table, done.series, mt.open_sweep(tmp_path / "out").table):
        with pytest.raises(MultitrackError, match="reading the Parquet files in the folder one by one"):
            read()
    assert done.failed().empty


@pytest.mark.parametrize("kept", ["outcomes", "series", "worlds"])
def test_the_estimate_is_near_what_is_taken(kept, scenario):
    runs = 200 if kept == "worlds" else 3000
    options = {} if kept == "outcomes" else {kept: True}
    mt.run_ensemble(scenario, runs=4, **options)
    tracemalloc.start()
    try:
        if kept == "worlds":
            table = mt.simulate(scenario, runs=runs, worlds=True)
        else:
            table = mt.run_ensemble(scenario, runs=runs, **options)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    words = len(np.asarray(mt.run_ensemble(scenario, runs=1, worlds=True).worlds[0].words))
    said = memory_needed(runs, months=12 * (kept == "series"), worlds=kept == "worlds", words=words)
    assert table is not None and 0.4 * said < peak < 1.5 * said


GB = 10**9
MACHINES = {
    "the machine": ({"proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    8000000 kB\n"}, 8192 * 10**6),
    "a container": (
        {"proc/self/cgroup": "0::/box/job\n", "sys/fs/cgroup/box/job/memory.max": "max\n",
         "sys/fs/cgroup/box/job/memory.current": "1\n", "sys/fs/cgroup/box/memory.max": f"{2 * GB}\n",
         "sys/fs/cgroup/box/memory.current": f"{GB}\n", "sys/fs/cgroup/box/memory.stat": "anon 5\ninactive_file 1000\n"},
        GB + 1000,
    ),
    "its namespace": (
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": f"{GB}\n", "sys/fs/cgroup/memory.current": "1000\n"},
        GB - 1000,
    ),
    "a path of outside": (
        {"proc/self/cgroup": "0::/not/seen/here\n", "sys/fs/cgroup/memory.max": f"{GB}\n",
         "sys/fs/cgroup/memory.current": "0\n"},
        GB,
    ),
    "a batch system": (
        {"proc/self/cgroup": "5:cpu,memory:/slurm/job_7\n1:name=systemd:/x\n",
         "sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes": f"{3 * GB}\n",
         "sys/fs/cgroup/memory/slurm/job_7/memory.usage_in_bytes": f"{GB}\n",
         "sys/fs/cgroup/memory/slurm/job_7/memory.stat": "total_inactive_file 7\n"},
        2 * GB + 7,
    ),
    "more than it may": (
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "5\n", "sys/fs/cgroup/memory.current": "6\n"}, 0,
    ),
    "nonsense": ({"proc/meminfo": "MemAvailable: much\n", "proc/self/cgroup": "x\n\n0::\n", "sys/fs/cgroup/memory.max": "?"}, None),
}  # fmt: skip


@pytest.mark.parametrize(("files", "free"), MACHINES.values(), ids=MACHINES)
def test_what_is_free_is_the_least_of_what_is_allowed(files, free, tmp_path):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    all_there_is = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    expected = all_there_is if free is None else min(free, all_there_is) if "proc/meminfo" not in files else free
    assert available_memory(tmp_path) == expected


def test_this_machine_says_something():
    assert 10**8 < available_memory() < 10**15
