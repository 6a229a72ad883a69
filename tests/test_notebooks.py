"""The notebooks run from top to bottom, and are kept without what they gave."""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
nbformat = pytest.importorskip("nbformat", reason="needs nbformat, which `make install` brings")
nbclient = pytest.importorskip("nbclient", reason="needs nbclient, which `make install` brings")


def read(path):
    return nbformat.read(path, as_version=4)


def test_there_are_notebooks():
    assert [path.stem for path in NOTEBOOKS] == ["01_first_run", "02_does_track_two_matter"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs_and_teaches(path):
    book = read(path)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert "does not say" in text and "What one sees" in text and len(text) > 100 * len(code)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:]))
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path, monkeypatch):
    pytest.importorskip("ipykernel", reason="needs ipykernel, which `make install` brings")
    monkeypatch.setenv("MULTITRACK_RUNS", "6")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])))
    book = read(path)
    where = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(book, timeout=600, kernel_name="python3", resources=where).execute()
    given = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in given if output.output_type == "error" or output.get("name") == "stderr"]
    assert [output for output in given if "image/png" in output.get("data", {})]
