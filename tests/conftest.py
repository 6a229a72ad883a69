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
