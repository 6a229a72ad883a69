"""A result that is there does not hang on how it is shown: terminals, pipes, full disks, fonts and settings of strangers."""

import json
import os
import shlex
import subprocess
import sys
import warnings

import jinja2
import matplotlib
import pytest
from synthetic import MadeUp, made_up_ensemble
from test_cli import OF_THE_RUNS, SMALL, whole_folder

from multitrack_sim.cli import main as cli
from multitrack_sim.cli import run
from multitrack_sim.reports import figures, page, saving, screen, terminal
from multitrack_sim.reports import sentences as paragraph
from multitrack_sim.reports.figures import all_figures, comparison_figure
from multitrack_sim.reports.saving import save_figures
from multitrack_sim.reports.style import missing_letters

posix = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
TITLE = "Milo\u0161evi\u0107 \u0639\u0631\u0628\u064a \u6f22\u5b57 \U0001f54a e\u0301"
TABLES = {"manifest.json", "outcomes.parquet", *OF_THE_RUNS}
PICTURES = {"captions.md", "process.png", "trust.png", "waiting.png"}
NO_SETTINGS = {"PYTHONIOENCODING": "", "PYTHONUTF8": "0", "COLUMNS": "80"}


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(SMALL.replace("A small conflict", TITLE), "utf-8")
    return path


def at_the_shell(line, folder, **surroundings):
    """A line of bash in `folder`, in which `$multitrack` is the command."""
    command = f"{shlex.quote(sys.executable)} -m multitrack_sim"
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, capture_output=True, timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "multitrack": command, **NO_SETTINGS, **surroundings},
    )  # fmt: skip


# --- terminals that know few letters


@pytest.mark.parametrize(
    ("surroundings", "shown"),
    [
        ({"PYTHONIOENCODING": "cp1252"}, "Milo\x9aevic ???? ?? ? e?".encode("latin-1")),
        ({"PYTHONIOENCODING": "ascii"}, b"Milosevic ???? ?? ? e?"),
        ({"PYTHONIOENCODING": "cp437:strict"}, b"Milosevic ???? ?? ? e?"),
        ({"PYTHONIOENCODING": "ascii:xmlcharrefreplace"}, b"Milo&#353;evi&#263;"),
        ({"PYTHONIOENCODING": "utf-8"}, TITLE.encode()),
        ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}, b"Milosevic ???? ?? ? e?"),
    ],
)
@posix
def test_any_title_is_printed_on_any_terminal(case, tmp_path, surroundings, shown):
    said = at_the_shell("$multitrack run case.toml --runs 2", tmp_path, **surroundings)
    assert said.returncode == 0 and shown in said.stdout and b"Traceback" not in said.stderr, said.stderr
    assert b"months_under_accord" in said.stdout


@pytest.mark.parametrize("text", [TITLE, "\ud800\udce9", "\u2212" * 3, "\x00\x1b", "\U0010ffff"])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp037", "shift_jis", "utf-8", "utf-16", "utf-7"])
def test_no_letter_stops_a_line(tmp_path, text, encoding):
    with open(tmp_path / "out", "w", encoding=encoding, errors="strict") as stream:
        guarded = screen.Guarded(stream)
        print(f"before {text} after", file=guarded, flush=True)
        assert guarded.lost is None
    written = (tmp_path / "out").read_text(encoding)
    assert written.startswith("before ") and written.endswith(" after\n")


@pytest.mark.parametrize(
    ("columns", "least", "most"), [("", 60, 250), ("20", 60, 60), ("0", 60, 250), ("-5", 60, 250), ("abc", 60, 250),
    ("\u00b2", 60, 250), ("9" * 5000, 60, 250), ("999999999", 250, 250), ("120", 120, 120)],
)  # fmt: skip
def test_columns_may_say_anything(monkeypatch, columns, least, most):
    monkeypatch.setenv("COLUMNS", columns)
    assert least <= screen.console().width <= most


# --- readers who leave, and disks that are full


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("$multitrack run case.toml --runs 2 --out out 2>&1 | head -1; exit ${PIPESTATUS[0]}", 0),
        ("$multitrack run case.toml --runs 2 --out out 2>&-", 0),
        ("$multitrack run case.toml --runs 2 --out out <&- >&- 2>&-", 0),
        ("$multitrack run case.toml --runs 2 --out out >/dev/full", 1),
        ("$multitrack run case.toml --runs 2 --out out >/dev/full 2>&1", 1),
    ],
)
@posix
def test_a_reader_who_leaves_takes_nothing_along(case, tmp_path, line, code):
    said = at_the_shell(line, tmp_path)
    assert said.returncode == code, said.stderr
    assert b"Traceback" not in said.stderr and b"Exception" not in said.stderr
    assert whole_folder(tmp_path / "out") == TABLES | PICTURES
    if code == 1 and said.stderr:
        assert b"multitrack: what is printed could not be written: No space left on device" in said.stderr


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("$multitrack --help | true; exit ${PIPESTATUS[0]}", 0),
        ("$multitrack --help >/dev/full", 1),
        ("PYTHONIOENCODING=ascii $multitrack --help >/dev/full", 1),
        ("$multitrack --version >/dev/full", 1),
        ("$multitrack --version >&- 2>&-", 0),
        ("$multitrack new out/new.toml >/dev/full", 1),
        ("$multitrack new out/new.toml | true; exit ${PIPESTATUS[0]}", 0),
        ("$multitrack run nothing 2>/dev/full", 2),
        ("$multitrack run nothing 2>&-", 2),
        ("$multitrack run nothing 2>&1 | true; exit ${PIPESTATUS[0]}", 2),
        ("$multitrack rum 2>/dev/full", 2),
    ],
)
@posix
def test_every_command_prints_as_safely(tmp_path, line, code):
    (tmp_path / "out").mkdir()
    said = at_the_shell(line, tmp_path)
    assert said.returncode == code and b"Traceback" not in said.stderr and b"Exception" not in said.stderr, said.stderr
    if " new " in line:
        assert (tmp_path / "out" / "new.toml").read_text("utf-8")


@posix
def test_paths_that_are_not_utf_8(case, tmp_path):
    line = (
        "mv case.toml $'caf\\xe9.toml' && $multitrack run $'caf\\xe9.toml' --runs 2 --out $'o\\xe9' && mv $'o\\xe9' out"
    )
    said = at_the_shell(line, tmp_path)
    assert said.returncode == 0 and b"Written to o\\udce9" in said.stdout, said.stderr
    assert whole_folder(tmp_path / "out") == TABLES | PICTURES


# --- steps that fail


def broken(*_, **__):
    raise RuntimeError("something\nbroke in \x1b[31mit")


RUN, COMPARE = ["run", "{case}"], ["compare", "{case}", "--arm", "no workshops"]
STEPS = [
    (RUN, figures, "all_figures", "the figures could not be drawn", PICTURES),
    (RUN, figures, "process_figure", "the figures could not be drawn", PICTURES),
    (RUN, saving, "save_figures", "the figures could not be drawn", PICTURES),
    (RUN, run, "load_matplotlib", "the figures could not be drawn", PICTURES),
    ([*RUN, "--svg"], saving, "save_svg", "the figures could not be written as SVG", {"process.svg"}),
    ([*RUN, "--story"], run, "_told", "the story could not be told", {"story.md"}),
    (RUN, terminal, "results_table", "the results could not be printed", set()),
    (COMPARE, figures, "comparison_figure", "the figures could not be drawn", {"comparison_no_workshops.png"}),
    (COMPARE, page, "comparison_page", "the page could not be written", {"comparison.html"}),
    (COMPARE, paragraph, "findings_in_markdown", "the findings could not be written", {"what_one_sees.md"}),
    (COMPARE, terminal, "arms_table", "the results could not be printed", set()),
    (["demo"], figures, "comparison_figure", "the figures could not be drawn", {"comparison.png"}),
    (["demo"], paragraph, "comparison_paragraph", "what one sees could not be told", {"what_one_sees.md"}),
]


@pytest.mark.parametrize(("command", "where", "name", "said", "missing"), STEPS)
def test_a_step_that_fails_is_a_line_and_the_tables_are_there(
    case, tmp_path, monkeypatch, capsys, command, where, name, said, missing
):
    out = tmp_path / "out"
    monkeypatch.setattr(where, name, broken)
    given = [part.format(case=case) for part in command]
    assert cli.main([*given, "--runs", "3", "--out", str(out)]) == 0
    held, told = whole_folder(out), capsys.readouterr()
    assert "manifest.json" in held and any(name.startswith("outcomes") for name in held) and not held & missing
    assert command != COMPARE or {"effects.csv", "effects.parquet"} <= held
    lines = [line for line in told.err.splitlines() if said in line]
    assert lines == [f"multitrack: {said} (RuntimeError: something broke in \\x1b[31mit): the tables are in {out}"]
    assert "Traceback" not in told.err and all(f"begin with {out / gone}" not in told.out for gone in missing)


def test_a_result_that_is_only_printed_must_be_printed(case, monkeypatch, capsys):
    monkeypatch.setattr(terminal, "results_table", broken)
    monkeypatch.setenv("MULTITRACK_DEBUG", "1")
    assert cli.main(["run", str(case), "--runs", "2"]) == 1
    told = capsys.readouterr().err
    assert "multitrack: the results could not be printed (RuntimeError" in told and "the tables are" not in told
    assert "Traceback" in told  # asked for


def test_a_page_without_its_templates(case, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(page, "_templates", lambda: jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path)))
    command = ["compare", str(case), "--arm", "no workshops", "--runs", "3", "--out", str(tmp_path / "out")]
    assert cli.main(command) == 0
    assert {"effects.csv", "comparison_no_workshops.png"} < whole_folder(tmp_path / "out")
    told = capsys.readouterr()
    assert "the page could not be written (TemplateNotFound" in told.err and "begin with" not in told.out


@posix
def test_a_disk_with_room_for_the_tables_only(case, tmp_path):
    """Files of at most 100 kB: a real refusal by the system, in the middle of writing."""
    said = at_the_shell("ulimit -f 100; $multitrack run case.toml --runs 2 --out out", tmp_path)
    assert said.returncode == 0 and whole_folder(tmp_path / "out") == TABLES
    (line,) = [line for line in said.stderr.decode().splitlines() if "could not" in line]
    assert (
        line.startswith("multitrack: the figures could not be drawn (") and "cannot be written: File too large" in line
    )
    assert b"months_under_accord" in said.stdout


# --- other people's settings of matplotlib

SETTINGS = {
    "text.usetex": True, "font.family": ["No Such Font"], "savefig.format": "pdf", "svg.fonttype": "path",
    "figure.dpi": 17, "axes.facecolor": "black", "figure.autolayout": True, "path.sketch": (1, 100, 2),
    "axes.unicode_minus": False, "svg.id": "theirs", "lines.antialiased": False, "text.parse_math": False,
}  # fmt: skip


def pictures_of(folder):
    folder.mkdir()
    a, b = made_up_ensemble(runs=12), made_up_ensemble(runs=12, agree=0.004)
    made = {**all_figures(a, MadeUp()), "comparison": comparison_figure(a, b, MadeUp())}
    save_figures(made, lambda name: folder / name, "A conflict", svg=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_no_setting_changes_a_figure(tmp_path):
    usual = pictures_of(tmp_path / "usual")
    with matplotlib.rc_context(SETTINGS):
        before = dict(matplotlib.rcParams)
        assert pictures_of(tmp_path / "theirs") == usual
        assert dict(matplotlib.rcParams) == before


@posix
def test_no_matplotlibrc_and_no_backend_breaks_a_command(case, tmp_path):
    (tmp_path / "settings").mkdir()
    written = "".join(f"{name}: {value}\n" for name, value in SETTINGS.items()).replace("['", "").replace("']", "")
    (tmp_path / "settings" / "matplotlibrc").write_text(
        written + "backend: TkAgg\nno.such.key: 1\nlines.linewidth: many\n"
    )
    command = "$multitrack run case.toml --runs 2 --svg --quiet --out"
    usual = at_the_shell(f"{command} usual", tmp_path)
    theirs = at_the_shell(f"{command} theirs", tmp_path, MPLCONFIGDIR=str(tmp_path / "settings"), MPLBACKEND="nonsense")
    (tmp_path / "matplotlibrc").write_bytes(b"\xff\xfe text.usetex: True")
    here = at_the_shell(f"{command} here", tmp_path, MPLBACKEND="module://no.such.module")
    for said in (usual, theirs, here):
        assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")
    for name in PICTURES | {"process.svg", "trust.svg", "waiting.svg"}:
        wanted = (tmp_path / "usual" / name).read_bytes()
        assert all((tmp_path / other / name).read_bytes() == wanted for other in ("theirs", "here")), name


NAMES = {
    "Arabic": "\u0639\u0631\u0628\u064a", "Chinese": "\u6f22\u5b57", "emoji": "\U0001f54a\ufe0f", "marks": "e\u0301" * 40,
    "formula": "$x$", "half a formula": "$\\frac{1", "escaped formula": "\\$x\\$", "TeX": "\\alpha_{1}^%&#~",
    "lines": "a\nb\r\nc", "nothing": "\x00", "escapes": "\x1b[31m", "half a pair": "\ud800", "other way": "\u202eabc",
    "long": "W" * 5000, "long formula": "$" * 5000, "empty": "",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_is_drawn_in_silence(tmp_path, name):
    ensemble = made_up_ensemble(runs=4, months=24)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = {**all_figures(ensemble, MadeUp(title=name), name), "comparison": comparison_figure(
            ensemble, ensemble, MadeUp(title=name), (name, "b"))}  # fmt: skip
        save_figures(made, lambda file: tmp_path / file, name, svg=True)
    assert len(list(tmp_path.glob("*.png"))) == len(list(tmp_path.glob("*.svg"))) == 4


def test_letters_that_the_font_lacks_are_one_line(case, tmp_path, capsys):
    assert (
        missing_letters([NAMES["Arabic"], "Milo\u0161evi\u0107", NAMES["Chinese"], NAMES["Chinese"]]) == "\u6f22\u5b57"
    )
    assert cli.main(["run", str(case), "--runs", "2", "--out", str(tmp_path / "out")]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "font" in line]
    assert len(told) == 1 and "U+6F22, U+5B57, U+1F54A" in told[0]
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["sweep"]["title"] == TITLE
