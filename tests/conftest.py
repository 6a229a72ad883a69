"""Long tests are skipped with their reason, so that what did not run is printed; `--all` runs them."""

import shutil

import in_a_browser
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


def pytest_configure(config):
    """Compile the model once, before the workers start: each would compile for itself otherwise."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    import multitrack_sim as mt
    from multitrack_sim.running import ensemble

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ensemble, "loaded", lambda: None)  # where the model was compiled ahead of time, by numba too
        mt.simulate(mt.scenario_from_codes({}).with_settings({"run.months": 12}), runs=1, seed=0)


@pytest.fixture
def copied(tmp_path):
    """A copy of the package in a folder of its own."""
    from fresh import copy_package

    return copy_package(tmp_path)


@pytest.fixture(scope="module")
def browser():
    """A browser that is there already; without one, or without playwright, the test is skipped and says so."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright, which make install brings")
    found = next(filter(None, map(shutil.which, in_a_browser.BROWSERS)), None)
    if found is None:
        pytest.skip(f"needs a browser; looked for {', '.join(in_a_browser.BROWSERS)}")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=found, args=in_a_browser.QUIETLY)
        yield opened
        opened.close()
