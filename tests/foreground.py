"""Signals as a shell gives them to a program in the foreground; whoever runs the tests may ignore some, and children inherit it."""

import signal


def fresh_signals():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
