"""The signals that ask us to end: Ctrl-C, the end of a job's time, a terminal that hangs up."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import threading
import time
from collections.abc import Iterator
from typing import Any

__all__ = ["ending_signals", "let_go_of_terminal", "like_ctrl_c", "received_by"]

AT_ONCE = 1.0  # seconds in which several signals are one: terminals and schedulers send more than one


def ending_signals() -> tuple[int, ...]:
    """SIGINT, and SIGTERM and SIGHUP where the system has them and whoever started us (`nohup`) has not turned them off."""
    others = (getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
    return signal.SIGINT, *(number for number in others if signal.getsignal(number) is not signal.SIG_IGN)


@contextlib.contextmanager
def received_by(handler: Any, numbers: tuple[int, ...]) -> Iterator[None]:
    """Inside, these signals go to `handler`; afterwards as before. In threads, which get no signals, nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, signal.SIG_DFL if former is None else former)


def like_ctrl_c() -> contextlib.AbstractContextManager[None]:
    """Inside, SIGTERM and a hang-up raise KeyboardInterrupt, as Ctrl-C does."""
    return received_by(_Raises(), ending_signals()[1:])


class _Raises:
    """Raises KeyboardInterrupt, but not again while what was raised at first is still tidying up."""

    def __init__(self) -> None:
        self.last: float | None = None

    def __call__(self, number: int, frame: Any) -> None:
        if number == getattr(signal, "SIGHUP", None):
            let_go_of_terminal()
        if self.last is None or time.monotonic() - self.last > AT_ONCE:
            self.last = time.monotonic()
            raise KeyboardInterrupt


def let_go_of_terminal() -> None:
    """After a hang-up nobody reads what we say and every word would be an error: say it to nobody."""
    for handle in (0, 1, 2):
        with contextlib.suppress(OSError):
            if stat.S_ISCHR(os.fstat(handle).st_mode) and not os.isatty(handle):  # was a terminal, is none any more
                nobody = os.open(os.devnull, os.O_RDWR)
                os.dup2(nobody, handle)
                os.close(nobody)
