"""Signals that ask us to end, sent to real processes: what was begun is kept or nothing is, and nothing half-written."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from foreground import fresh_signals

from multitrack_sim.running import signals

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")

SWEEP = [
    "sweep",
    "oslo_1993",
    "--design",
    "latin",
    "--vary",
    "track_two.budget=0:2",
    "--points",
    "4000",
    "--runs",
    "10",
]
RUN = ["run", "oslo_1993", "--runs", "1000000"]
COMPARE = ["compare", "oslo_1993", "--arm", "no workshops", "--runs", "1000000"]


@pytest.fixture(scope="module", autouse=True)
def compiled_already():
    command = [sys.executable, "-m", "multitrack_sim", "run", "oslo_1993", "--runs", "1", "--quiet"]
    assert subprocess.run(command, timeout=500).returncode == 0


def started(arguments, out, before=fresh_signals, prefix=(), **where):
    command = [*prefix, sys.executable, "-m", "multitrack_sim", *arguments, "--out", str(out)]
    return subprocess.Popen(command, preexec_fn=before, **where)


def when(true, process, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.05)


def ended(process, seconds=60):
    try:
        return process.wait(seconds)
    finally:
        process.kill()


def state(out):
    return json.loads((out / "manifest.json").read_text())["state"]


def chunks(out):
    return sorted(path.name for path in (out / "runs").glob("*.parquet")) if (out / "runs").exists() else []


@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGTERM])
def test_a_sweep_is_ended_and_what_was_done_is_kept(tmp_path, sent):
    out = tmp_path / "out"
    process = started(SWEEP, out, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    when(lambda: chunks(out), process)
    process.send_signal(sent)
    process.send_signal(sent)  # many senders do
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "all kept; the same command goes on from here" in said
    assert "Traceback" not in said
    about = state(out)
    assert 0 < about["done"] < 40000 and not about["complete"] and len(about["files"]) == len(chunks(out))


def test_a_sweep_whose_terminal_is_closed_is_ended_and_what_was_done_is_kept(tmp_path):
    """A real terminal goes away in the middle of the progress bar: every later word to it is an error."""
    out = tmp_path / "out"
    ours, theirs = os.openpty()

    def in_a_terminal():
        import fcntl
        import termios

        fresh_signals()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = started(SWEEP, out, in_a_terminal, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)

    def lively():  # someone reads what is written, or it would wait for us
        while select.select([ours], [], [], 0)[0]:
            os.read(ours, 65536)
        return chunks(out)

    when(lively, process)
    os.close(ours)
    assert ended(process) == 130
    about = state(out)
    assert 0 < about["done"] < 40000 and len(about["files"]) == len(chunks(out))


def test_a_sweep_under_nohup_outlives_its_terminal(tmp_path):
    out = tmp_path / "out"
    small = [*SWEEP[:-4], "--points", "60", "--runs", "10"]
    with open(tmp_path / "said", "w") as said:
        process = started(small, out, prefix=["nohup"], stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        when(lambda: (out / "manifest.json").exists(), process)
        process.send_signal(signal.SIGHUP)
        assert ended(process, 300) == 0
    assert state(out)["complete"] and state(out)["done"] == 600


@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGTERM])
@pytest.mark.parametrize("arguments", [RUN, COMPARE], ids=lambda arguments: arguments[0])
def test_a_run_that_is_ended_keeps_its_runs_and_no_more(tmp_path, arguments, sent):
    """It is sent when the progress bar has counted some of them."""
    ours, theirs = os.openpty()
    out = tmp_path / "deep" / "out"
    process = started(arguments, out, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    while not re.search(rb"[1-9]\d*/\d{6,}", said):
        assert select.select([ours], [], [], 60)[0], said
        said += os.read(ours, 65536)
    process.send_signal(sent)
    try:
        while more := os.read(ours, 65536):
            said += more
    except OSError:  # all have closed it
        pass
    assert ended(process) == 130
    assert b"all kept; the same command goes on from here" in b" ".join(said.split()) and b"Traceback" not in said
    assert not state(out)["complete"] and not {path.suffix for path in out.iterdir()} & {".csv", ".png", ".html"}
    assert all(len(pd.read_parquet(out / "runs" / name)) for name in chunks(out))


def test_ignored_signals_stay_ignored():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        for number in before:
            signal.signal(number, signal.SIG_DFL)
        assert signals.ending_signals() == (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        assert signals.ending_signals() == (signal.SIGINT, signal.SIGTERM)
        with signals.like_ctrl_c():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGHUP)
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(1)
            os.kill(os.getpid(), signal.SIGTERM)  # the same again: what was raised is still tidying up
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
