"""Figures say what the data say, are the same twice, and show strangers' names as they are."""

import io
import re
import subprocess
import sys
import warnings
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from synthetic import NASTY, MadeUp, made_up_ensemble

from multitrack_sim.analysis.summary import paired_difference, summarise
from multitrack_sim.reports import figures, words
from multitrack_sim.reports.figures import all_figures, comparison_figure, process_figure, trust_figure, waiting_figure
from multitrack_sim.reports.saving import save_figures
from multitrack_sim.reports.sentences import comparison_paragraph
from multitrack_sim.reports.terminal import results_table
from multitrack_sim.schema.categories import Phase

ARMS = ("with it", "without it")


@pytest.fixture(scope="module")
def arms():
    return made_up_ensemble(agree=0.012), made_up_ensemble(agree=0.005)


def every_figure(a, b, scenario):
    return {**all_figures(a, scenario), "comparison": comparison_figure(a, b, scenario, ARMS)}


def save(made, folder, heading="A conflict"):
    save_figures(made, lambda name: folder / name, heading, svg=True)


def test_all_figures_are_saved_with_their_captions(arms, tmp_path):
    made = every_figure(*arms, MadeUp())
    save(made, tmp_path)
    captions = (tmp_path / "captions.md").read_text("utf-8")
    for name, (_, caption) in made.items():
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        root = ElementTree.parse(tmp_path / f"{name}.svg").getroot()
        assert root.tag.endswith("svg") and root.get("id") == name
        assert "<text" in (tmp_path / f"{name}.svg").read_text("utf-8")  # text stays text
        assert f"## {name}" in captions and len(caption) > 150 and "nan" not in caption


def test_the_same_runs_give_the_same_bytes(arms, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        save(every_figure(*arms, MadeUp()), tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_nothing_global_is_touched(arms, tmp_path):
    before = dict(matplotlib.rcParams)
    save(all_figures(arms[0], MadeUp()), tmp_path)
    assert dict(matplotlib.rcParams) == before
    asked = "import sys, multitrack_sim.reports.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    subprocess.run([sys.executable, "-c", asked], check=True)


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize("zero", [None, "1996-06"])
def test_few_runs_no_agreement_no_calendar(tmp_path, runs, zero):
    nothing = made_up_ensemble(runs=runs, months=12, agree=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = every_figure(nothing, nothing, MadeUp(month_zero=zero, record={}))
        save(made, tmp_path)
    for _, caption in made.values():
        assert "nan" not in caption
    assert "no run reached an agreement" in made["waiting"][1]
    assert "Jun 1996" in (tmp_path / "process.svg").read_text("utf-8") if zero else True


def test_missing_months_of_a_series_do_no_harm(arms, tmp_path):
    ensemble = made_up_ensemble(runs=5)
    ensemble.series["mean_trust"][0] = np.nan
    process_figure(ensemble, MadeUp())


def test_figures_without_series_are_refused(arms):
    ensemble = made_up_ensemble(runs=3)
    ensemble.series = None
    with pytest.raises(ValueError, match="series=True"):
        process_figure(ensemble, MadeUp())


def test_arms_on_other_seeds_are_refused(arms):
    with pytest.raises(ValueError, match="same seeds"):
        comparison_figure(arms[0], made_up_ensemble(seed=2), MadeUp(), ARMS)


# --- captions are computed


def test_the_caption_of_the_process_counts_runs(arms):
    caption = process_figure(arms[0], MadeUp())[1]
    last = arms[0].series["phase"][:, -1]
    shares = {name: (last == code).mean() for code, name in enumerate(Phase.words())}
    top = max(shares, key=shares.get)
    assert (
        f"{figures.PHASE_LOOKS[top][0]} {words.percent(shares[top])}" in caption
        and "60 runs" in caption
        and "May 2006" in caption
    )


def test_the_caption_of_waiting_agrees_with_the_table(arms):
    caption = waiting_figure(arms[0], MadeUp())[1]
    row = summarise(arms[0].table).set_index("outcome").loc["agreed"]
    assert words.percent(row["estimate"]) + " (95% interval" in caption
    assert (
        "what happened" in caption
        and "what happened" not in waiting_figure(arms[0], MadeUp(record={"agreement": "none"}))[1]
    )


def test_the_caption_of_trust_adds_up(arms):
    caption = trust_figure(arms[0], MadeUp())[1].replace("\N{MINUS SIGN}", "-")
    found = re.search(r"and is ([+-][\d.]+) in the last month", caption)
    parts = [float(x) for x in re.findall(r"(?<=[a-z:] )[+-]\d\.\d\d", caption.split("last month")[1])]
    assert sum(parts) == pytest.approx(float(found[1]), abs=0.04)


def test_the_caption_of_the_comparison_agrees_with_the_table(arms):
    caption = comparison_figure(*arms, MadeUp(), ARMS)[1].replace("\N{MINUS SIGN}", "-")
    found = paired_difference(arms[0].table, arms[1].table, "agreed")
    assert (
        f"{100 * found.difference:+.1f} points (95% interval {100 * found.low:+.1f} to {100 * found.high:+.1f})"
        in caption
    )
    assert f"{found.only_a} only with it, {found.only_b} only without it" in caption


def test_equal_arms_show_no_difference(arms):
    caption = comparison_figure(arms[0], arms[0], MadeUp(), ARMS)[1]
    assert "a difference of 0.0 points" in caption and "0 only with it, 0 only without it" in caption


# --- to be told apart without colour


def grey(colour):
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(colour))
    light = 0.2126 * r + 0.7152 * g + 0.0722 * b
    return 116 * light ** (1 / 3) - 16 if light > 0.008856 else 903.3 * light


@pytest.mark.parametrize("looks", [figures.PHASE_LOOKS, figures.LEDGER_LOOKS])
def test_neighbours_differ_in_grey_or_hatch(looks):
    shades = [looks for _, *looks in looks.values()]
    for (one, hatch), (two, other) in zip(shades, shades[1:]):
        assert hatch != other or abs(grey(one) - grey(two)) > 12
    assert len(set(map(tuple, shades))) == len(shades)


def test_every_phase_and_source_has_its_looks():
    assert set(figures.PHASE_LOOKS) == set(Phase.words())
    declared = [name for name in figures.SERIES if name.startswith("from_")]
    assert set(figures.LEDGER_LOOKS) == set(declared)


@pytest.mark.parametrize("title", ["A made-up conflict", "W" * 200])
def test_nothing_is_cut_off_at_the_edge(arms, title):
    for name, (figure, _) in every_figure(*arms, MadeUp(title=title)).items():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
        for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
            assert (edge == 255).all(), name


@pytest.mark.parametrize("months", [24, 60, 96, 120, 150, 240, 300])
def test_calendar_months_do_not_touch(months):
    a, b = (made_up_ensemble(runs=8, months=months, agree=agree) for agree in (0.012, 0.005))
    for name, (figure, _) in every_figure(a, b, MadeUp()).items():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        for axes in figure.axes:
            boxes = [label.get_window_extent() for label in axes.get_xticklabels() if label.get_text()]
            assert all(one.x1 < two.x0 for one, two in zip(boxes, boxes[1:])), (name, months)


@pytest.mark.parametrize(
    "arm", ["with it", "no mediation from month 24", "x" * 80, "two arms, of which this one is long"]
)
def test_names_of_arms_stay_beside_their_panel(arms, arm):
    figure, _ = comparison_figure(*arms, MadeUp(), (arm, "as the scenario says"))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    panels = [axes.get_tightbbox(call_axes_locator=False) for axes in figure.axes[:2]]
    ends = [text.get_window_extent() for axes in figure.axes[:2] for text in axes.texts]
    assert len(ends) == 4 and max(end.x1 for end in ends) < figure.bbox.width
    left, right = figure.axes[0].texts, min(label.get_window_extent().x0 for label in figure.axes[1].get_yticklabels())
    assert panels and max(text.get_window_extent().x1 for text in left) < right
    for one, two in (ends[:2], ends[2:]):
        assert one.y0 >= two.y1 or two.y0 >= one.y1


def test_the_panel_of_reach_adds_up_to_months_under_an_agreement():
    import multitrack_sim as mt

    scenario = mt.scenario_from_codes({"hurting_stalemate": 4, "mediation": 4}).with_settings({"run.months": 60})
    real = mt.run_ensemble(scenario, runs=20, seed=3, series=True)
    assert real.table["months_under_accord"].max() > 0
    assert real.series["reach"].sum(axis=1) == pytest.approx(real.table["months_under_accord"].to_numpy())


def test_history_is_put_beside_the_kind_of_agreement_that_it_was(arms):
    from multitrack_sim.reports.sentences import _what_happened

    table = arms[0].table
    for kind, outcome in (("framework", "months_to_substantive"), ("comprehensive", "months_to_comprehensive")):
        told = _what_happened(table, MadeUp(record={"agreement": kind, "months": 22}), "with it")
        reached = table[outcome].dropna()
        assert f"{len(reached)} of 60 runs with it" in told and told.endswith(f"month {reached.median():.0f}.")
    assert table["months_to_comprehensive"].count() < table["months_to_substantive"].count()


# --- hostile names


def test_nasty_names_go_through_figures(arms, tmp_path):
    scenario = MadeUp(title=NASTY)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a sign that our font does not have is no reason to alarm anybody
        made = {**all_figures(arms[0], scenario), "comparison": comparison_figure(*arms, scenario, (NASTY, "b"))}
        save(made, tmp_path, NASTY)
    for name in made:
        text = (tmp_path / f"{name}.svg").read_text("utf-8")
        ElementTree.fromstring(text)
        assert "<script" not in text and "\x1b" not in text and "\u202e" not in text
        shown = "".join(ElementTree.fromstring(text).itertext())
        assert "$x^2$ $5" in shown  # as written, not as a formula
    captions = (tmp_path / "captions.md").read_text("utf-8")
    assert "<script" not in captions.replace("\\<", "") and "\x1b" not in captions
    assert captions.startswith("# \\=1+1") and sum(line.startswith("# ") for line in captions.splitlines()) == 1


def test_nasty_names_go_through_the_terminal_table(arms):
    from rich.console import Console

    console = Console(width=120, record=True, file=io.StringIO())
    console.print(results_table(summarise(arms[0].table), NASTY))
    text = console.export_text()
    assert "[bold red]$x^2$" in text and "\x1b" not in text and "\u202e" not in text and "\0" not in text
    assert "months_to_substantive" in text and "95% interval" in text


# --- words


@pytest.mark.parametrize(
    ("zero", "month", "name"),
    [
        ("1996-06", 0, "Jun 1996"),
        ("1996-06", 7, "Jan 1997"),
        ("1993-12", 1, "Jan 1994"),
        (None, 3, ""),
        ("soon", 3, ""),
    ],
)
def test_month_names(zero, month, name):
    assert words.month_name(zero, month) == name


def test_the_paragraph_is_computed_and_careful(arms):
    from types import SimpleNamespace

    scenario = SimpleNamespace(
        title=NASTY,
        month_zero="1996-06",
        record={"agreement": "comprehensive", "months": 22},
        settings={"run.months": 120},
    )
    text = comparison_paragraph(arms[0].table, arms[1].table, scenario, ARMS, "It", "track_two.transfer")
    found = paired_difference(arms[0].table, arms[1].table, "agreed")
    assert f"{abs(100 * found.difference):.1f}" in text
    for phrase in (
        "A model result, not a forecast",
        "the random numbers are the same",
        "knew how it ended",
        "Apr 1998",
        "track_two.transfer",
    ):
        assert phrase in text
    assert text.isprintable()
    for overselling in ("prove", "cause", "significant", "works,"):
        assert overselling not in text
    same = comparison_paragraph(arms[0].table, arms[0].table, scenario, ARMS, "It")
    assert "Identical in every pair" in same and "No pair of runs" in same
