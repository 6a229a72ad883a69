"""Pages that commands make: as they would be made now, or saying that an earlier model made them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generate import pages
from docs.generate.pages import EARLIER, PAGES, fault, meant, restamped, stamp
from multitrack_sim.engine.sources import model_version
from multitrack_sim.errors import MultitrackError
from multitrack_sim.running.provenance import made_by

ROOT = Path(__file__).resolve().parents[1]
NOW, THEN = "0123456789abcdef", "fedcba9876543210"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_misleads(name):
    """What a quick page says is compared with what would be made now by its own test (tests/test_odd.py)."""
    page = PAGES[name]
    wrong = fault(page.path.read_text("utf-8"), page.quick, model_version())
    assert not wrong, f"{page.file} {wrong}: run make docs"


def test_every_page_that_a_command_made_is_known():
    """A page with the sentence of its making is in the table, has it once and near its top, and no other has it."""
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    made = {str(path.relative_to(ROOT)) for path in documents if stamp(path.read_text("utf-8"))}
    assert made == {page.file for page in PAGES.values()}
    for page in PAGES.values():
        text = page.path.read_text("utf-8")
        assert text.count("with model version `") == 1, page.file
        assert len(text[: text.index("with model version `")].splitlines()) < 30, page.file


def test_every_table_and_picture_of_the_documents_is_made_by_a_command():
    there = {str(path.relative_to(ROOT)) for kind in ("*.csv", "images/*") for path in (ROOT / "docs").glob(kind)}
    assert there == {place for page in PAGES.values() for place in (*page.also, *page.takes.values())}


@pytest.mark.parametrize("name", PAGES)
def test_every_command_is_there(name):
    """It answers --help; whatever it needs can be imported."""
    words = PAGES[name].command.split()
    if words[1] in ("docs.generate.odd", "docs.generate.coding"):  # these take a file and nothing else
        pytest.skip("run in full by tests/test_odd.py and tests/test_coding_from_files.py")
    words = words[:3] if words[:2] == ["-m", "multitrack_sim"] else words[: 1 + (words[0] == "-m")]
    done = subprocess.run([sys.executable, *words, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and "--" in done.stdout, done.stderr


def text(version, said="", command="make tea", between=" "):
    return f"# Tea\n\n{made_by(command, version)}{between if said else ''}{said} It was hot.\n"


@pytest.mark.parametrize(
    ("page", "quick", "wrong"),
    [
        (text(NOW), True, ""),
        (text(NOW), False, ""),
        (text(THEN), True, "earlier"),
        (text(THEN), False, "earlier"),
        (text(THEN, EARLIER), False, ""),
        (text(THEN, EARLIER, between="\n"), False, ""),
        (text(THEN, EARLIER), True, "earlier"),
        (text(NOW, EARLIER), False, "has not"),
        (text(NOW).replace("\n", "\r\n"), False, ""),
        (text("").replace(model_version(), "?"), False, "does not say"),
        ("# Tea\n", True, "does not say"),
        ("", False, "does not say"),
    ],
)
def test_what_is_wrong_with_a_page(page, quick, wrong):
    found = fault(page, quick, NOW)
    assert wrong in found if wrong else not found


@pytest.mark.parametrize(
    ("page", "made_now", "becomes"),
    [
        (text(NOW), False, text(NOW)),
        (text(THEN), False, text(THEN, EARLIER)),
        (text(THEN, EARLIER), False, text(THEN, EARLIER)),
        (text(NOW, EARLIER), False, text(NOW)),
        (text(THEN, EARLIER), True, text(NOW)),
        (text(THEN, command="a | b \\1 & c"), True, text(NOW, command="a | b \\1 & c")),
        ("# Tea\n", True, "# Tea\n"),
    ],
)
def test_a_page_says_how_old_it_is(page, made_now, becomes):
    assert restamped(page, NOW, made_now) == becomes
    assert restamped(becomes, NOW, made_now) == becomes


def test_names_of_pages():
    assert [page.name for page in meant([])] == ["odd", "coding"]
    assert [page.name for page in meant(["cases", "odd", "cases"])] == ["cases", "odd"]
    assert meant(["all", "odd"]) == list(PAGES.values())
    with pytest.raises(MultitrackError, match=r"casse.*did you mean cases\?"):
        meant(["odd", "casse"])
    said = subprocess.run([sys.executable, "-m", "docs.generate", "casse"], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 2 and len(said.stderr.splitlines()) == 1 and not said.stdout


def test_a_page_is_made_refreshed_and_its_picture_taken(tmp_path, monkeypatch):
    """The real thing with a command of a line."""
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    (tmp_path / "draw.py").write_text("import sys, pathlib; pathlib.Path(sys.argv[1], 'a.png').write_text('picture')")
    (tmp_path / "page.md").write_text(text(THEN, command="draw"))
    page = pages.Page("page", "page.md", "draw.py {folder}", takes={"a.png": "b.png"})
    pages.refresh(page)
    assert EARLIER in page.path.read_text()
    pages.make(page)
    assert page.path.read_text() == text(model_version(), command="draw")
    assert (tmp_path / "b.png").read_text() == "picture"
    with pytest.raises(MultitrackError, match=r"left no a\.png"):
        (tmp_path / "draw.py").write_text("")
        pages.make(page)
    with pytest.raises(MultitrackError, match="exit code 3"):
        (tmp_path / "draw.py").write_text("raise SystemExit(3)")
        pages.make(page)


def test_the_makefile_has_the_commands():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target, command in {"docs": "docs.generate", "published": "multitrack_sim.running.published"}.items():
        assert re.search(rf"^{target}:.*\n\t\$\(PY\) -m {re.escape(command)}\b", makefile, re.MULTILINE)
    lines = makefile[makefile.index("\nevidence:") :].split("\n\n")[0]
    assert lines.index("multitrack_sim.evidence.headline") < lines.index("docs.generate evidence")  # the page quotes it
    assert re.search(
        r"^calibrate:.*\n\t\$\(PY\) -m multitrack_sim.evidence.calibration .*--ship", makefile, re.MULTILINE
    )
    assert re.search(r"^docs-all:.* docs\b|^docs-all: docs\b", makefile, re.MULTILINE)
