"""Long tests are skipped with their reason, so that what did not run is printed; `--all` runs them."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="run the tests marked slow or browser too")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--all"):
        return
    for item in items:
        for mark in ("slow", "browser"):
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=f"{mark}: run by make test-all"))
