"""Where pieces are run: here, on threads, or on a dask cluster. All are executors of `concurrent.futures`."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ..engine.resources import available_cores
from ..errors import MultitrackError, Problem, printable
from .files import undisturbed
from .signals import ending_signals

__all__ = ["BACKENDS", "Backend", "opened"]

BACKENDS = ("threads", "serial", "dask")
CONNECT = 30  # seconds to wait for a cluster


@dataclass(frozen=True)
class Backend:
    """`slots` says how many pieces can run at once (a cluster may grow), `seconds` how long a piece should take."""

    executor: Executor
    slots: Callable[[], int]
    seconds: float
    waiting: int = 2  # pieces submitted per slot, so that none waits for us


class Serial(Executor):
    """Everything at once in the caller's own thread."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(function(*arguments, **options))
        except Exception as problem:
            done.set_exception(problem)
        return done


@contextlib.contextmanager
def opened(backend: str | Executor, workers: int | None = None, cluster: str | None = None) -> Iterator[Backend]:
    """The backend of this name, ended on leaving; or any executor, which stays its owner's."""
    if workers is not None and (not isinstance(workers, int) or isinstance(workers, bool) or workers < 1):
        raise MultitrackError(Problem("threads", f"found {printable(workers)}", "a whole number from 1"))
    if cluster is not None and backend not in ("dask", "threads"):
        raise MultitrackError(Problem("cluster", f"with backend {printable(backend)}", "backend dask"))
    count = workers or available_cores()
    if isinstance(backend, Executor):
        yield Backend(backend, lambda: count, seconds=0.5)
    elif cluster is not None or backend == "dask":
        with _dask(count, cluster) as found:
            yield found
    elif backend == "serial":
        yield Backend(Serial(), lambda: 1, seconds=0.2, waiting=1)
    elif backend == "threads":
        pool = ThreadPoolExecutor(count, "multitrack")
        try:
            yield Backend(pool, lambda: count, seconds=0.2)
        finally:
            pool.shutdown(cancel_futures=True)
    else:
        raise MultitrackError(Problem("backend", f"found {printable(backend)}", ", ".join(BACKENDS)))


@contextlib.contextmanager
def _dask(count: int, cluster: str | None) -> Iterator[Backend]:
    """A cluster that runs already, or one of processes on this machine. dask runs what it is sent: trusted networks only."""
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        hint = "install multitrack_sim with its extra: pip install 'multitrack_sim[cluster]'"
        raise MultitrackError(Problem("backend dask", "dask's `distributed` is not installed", hint=hint)) from None
    with contextlib.ExitStack() as stack:
        if cluster is None:
            stack.enter_context(dask.config.set({"distributed.logging.distributed": "error"}))
            here = {"processes": True, "dashboard_address": None, "silence_logs": 50, "host": "127.0.0.1"}
            ours = {signal.SIGINT, *ending_signals()} - {signal.SIGTERM}  # which is how a cluster ends its workers
            with undisturbed(*ours):  # workers inherit it: Ctrl-C is for us, they finish what was begun
                address: Any = stack.enter_context(LocalCluster(n_workers=count, threads_per_worker=1, **here))
        else:
            address = cluster
        try:
            client = stack.enter_context(Client(address, timeout=CONNECT, set_as_default=False))
        except (OSError, ValueError, TypeError) as problem:
            found = f"cannot be reached: {str(problem).splitlines()[0]}"
            raise MultitrackError(
                Problem(f"cluster {printable(cluster)}", found, "tcp://host:port of a scheduler")
            ) from None
        executor = client.get_executor(pure=False)
        try:
            yield Backend(executor, lambda: max(1, sum(client.nthreads().values())), seconds=1.0)
        finally:
            with contextlib.suppress(Exception):  # the cluster may be gone
                executor.shutdown(wait=False)
