"""Every doubt in the runs, told apart: plausible sets and variants in every run, the parts of the doubt, the headline.

Statistical tests use fixed seeds; each states how often a right program would fail it with other seeds.
"""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from typer.main import get_command

import multitrack_sim as mt
from multitrack_sim.analysis.doubt import ALL_DOUBTS, INTERVALS, PARTS, doubt_about
from multitrack_sim.analysis.doubt_sources import codes_behind, opposite_variants, parameters_behind
from multitrack_sim.cli.main import app
from multitrack_sim.errors import MultitrackError, SettingError, StoreError
from multitrack_sim.evidence import headline as evidence
from multitrack_sim.reports.headline_figure import headline_figure
from multitrack_sim.reports.headline_words import amount, headline_lines, shares_told
from multitrack_sim.scenario import plausible
from multitrack_sim.scenario.plausible import Doubts, doubts, doubts_of
from multitrack_sim.scenario.variants import VARIANTS
from multitrack_sim.schema.parameters import PARAMETERS

WITHOUT = "no Track II: track_two.budget=0"
BOTH = {"parameters": "plausible", "variants": "all"}
SETS = pd.DataFrame({"track_one.concession": [0.1, 0.2, 0.3], "track_two.living": [6, 12, 24]})


class Named:
    """A variant as the tests need it."""

    def __init__(self, name, settings, recentred=None):
        self.name, self.settings, self.recentred = name, settings, recentred or {}


@pytest.fixture(scope="module")
def scenario():
    codes = {"track2": 4, "hurting_stalemate": 3}
    return mt.scenario_from_codes(codes).with_settings({"run.months": 24, "society.communities": 20})


# --- which run has what
def test_every_set_meets_every_variant_once():
    carried = Doubts(SETS, tuple(Named(name, {}) for name in "abcd"))
    at, variant = carried.places(np.arange(12))
    assert len({*zip(at.tolist(), variant.tolist())}) == 12


@pytest.mark.parametrize(("sets", "variants"), [(3, 2), (3, 3), (4, 2), (5, 7), (40, 8), (1, 4), (6, 1)])
def test_sets_and_variants_come_equally_often(sets, variants):
    carried = Doubts(pd.DataFrame({"track_one.concession": np.linspace(0.1, 0.2, sets)}), tuple(Named(str(v), {}) for v in range(variants)))  # fmt: skip # noqa: E501
    for runs in (sets * variants, 3 * sets * variants):
        at, variant = carried.places(np.arange(runs))
        assert set(np.bincount(at)) == {runs // sets}
        assert set(np.bincount(variant)) == {runs // variants}


def test_values_follow_the_set_then_the_variant():
    """A variant's own value wins; its re-centring moves a set's value as far as it moves the default, within the bounds."""
    default = mt.parameters()["track_one.concession"]["default"]
    moved = Named("moved", {}, {"track_one.concession": default + 0.05})
    switched = Named("switched", {"track_one.concession": 0.01})
    carried = Doubts(SETS, (Named("as it is", {}), moved, switched))
    at, variant = carried.places(np.arange(9))
    found = carried.values(np.arange(9))["track_one.concession"]
    expected = np.where(variant == 2, 0.01, SETS["track_one.concession"].to_numpy()[at] + 0.05 * (variant == 1))
    assert found == pytest.approx(expected)
    far = Doubts(SETS, (Named("far", {}, {"track_one.concession": 1.0}),)).values(np.arange(3))["track_one.concession"]
    assert far.max() <= mt.parameters()["track_one.concession"]["high"]


def test_what_somebody_set_stays():
    carried = Doubts(SETS)
    assert list(carried.values(np.arange(3), {"track_one.concession"})) == ["track_two.living"]
    assert carried.settings(2) == {"track_one.concession": 0.3, "track_two.living": 24}


def test_a_scenarios_own_value_stays_in_every_run(scenario):
    own = scenario.with_settings({"track_one.concession": 0.3})
    sets = pd.DataFrame({"track_one.concession": [0.01, 0.05]})
    plain, carried = mt.simulate(own, 6, threads=1), mt.simulate(own, 6, threads=1, parameters=sets)
    pd.testing.assert_frame_equal(carried.drop(columns="parameter_set"), plain)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"parameters": "plausibel"}, "'plausible'"),
        ({"parameters": pd.DataFrame()}, "without rows"),
        ({"parameters": pd.DataFrame({"track_one.concesion": [0.1]})}, "did you mean 'track_one.concession'"),
        ({"parameters": pd.DataFrame({"track_one.concession": [9.0]})}, "numbers from 0 to 1"),
        ({"parameters": pd.DataFrame({"track_two.living": [1.5]})}, "whole numbers from 0 to 600"),
        ({"parameters": pd.DataFrame({"funding.muted": ["gone"]})}, "burned, moved, replaced"),
        ({"parameters": pd.DataFrame({"run.months": [60]})}, "shapes the world"),
        ({"variants": "as it iss"}, "did you mean 'as it is'"),
        ({"variants": []}, "found none"),
        ({"variants": ["as it is", "as it is"]}, "twice"),
        ({"variants": 3}, "no variant 3"),
    ],
)
def test_what_cannot_be_carried_is_refused(given, said):
    with pytest.raises(SettingError, match=said):
        doubts(**given)


def test_the_packaged_sets_are_values_that_runs_can_have():
    sets = mt.plausible_sets()
    assert sets.index.is_unique and not sets.isna().to_numpy().any()
    assert set(doubts(**BOTH).names) >= set(sets.columns)


# --- in runs
def test_more_runs_begin_with_the_rows_of_fewer(scenario):
    many, few = (mt.simulate(scenario, runs, seed=3, threads=1, **BOTH) for runs in (24, 12))
    pd.testing.assert_frame_equal(many.head(12), few)
    assert list(few.columns[:3]) == ["seed", "parameter_set", "variant"]


def test_without_the_option_nothing_changes(scenario):
    """With sets that hold the defaults, runs are bit for bit those without sets."""
    names = ["track_one.concession", "track_two.transfer"]
    sets = pd.DataFrame({name: [mt.parameters()[name]["default"]] for name in names})
    plain = mt.simulate(scenario, 8, threads=1)
    assert "variant" not in plain
    for given in ({"parameters": sets}, {"variants": "as it is"}):
        carried = mt.simulate(scenario, 8, threads=1, **given)
        pd.testing.assert_frame_equal(carried[plain.columns], plain)


def test_a_run_can_be_repeated_alone(scenario):
    table, carried = mt.simulate(scenario, 10, seed=5, threads=1, **BOTH), doubts(**BOTH)
    again = mt.PeaceProcess(scenario.with_settings(carried.settings(9)), seed=int(table["seed"][9])).run()
    assert again["violence_total"] == table["violence_total"][9]


def test_both_runs_of_a_pair_carry_the_same(scenario):
    found = mt.compare(scenario, [WITHOUT, "no publicity: track_two.publicity=0"], 12, threads=1, **BOTH)
    base = found.table()[["seed", "parameter_set", "variant"]]
    for arm in found.arms:
        pd.testing.assert_frame_equal(found.table(arm)[base.columns], base)
    assert found.carried.counts == (len(mt.plausible_sets()), len(VARIANTS))


def test_kept_runs_are_those_in_memory_and_go_on(scenario, tmp_path, capsys):
    """An arm sets what the sets vary: its value stays there, the other arms have the sets' values."""
    arms = [WITHOUT, "weak: track_two.transfer=0.05"]
    kept = {"runs": 10, "out": tmp_path / "kept", **BOTH}
    there = mt.compare(scenario, arms, **kept)
    pd.testing.assert_frame_equal(there.runs, mt.compare(scenario, arms, 10, threads=1, **BOTH).runs)
    mt.compare(scenario, arms, **kept)
    assert "30 of 30 runs are there already" in capsys.readouterr().err
    opened = mt.open_sweep(tmp_path / "kept")
    assert opened.plan.doubts.identity == doubts(**BOTH).identity
    assert {"parameter_set", "variant"} <= set(opened.table())


@pytest.mark.parametrize(
    "other", [{}, {"parameters": "plausible"}, {"parameters": "plausible", "variants": ["as it is"]}]
)
def test_a_folder_of_other_doubts_is_refused(scenario, tmp_path, other):
    mt.compare(scenario, WITHOUT, 4, out=tmp_path / "kept", **BOTH)
    with pytest.raises(StoreError, match="other plausible sets of parameters or variants"):
        mt.compare(scenario, WITHOUT, 4, out=tmp_path / "kept", **other)


def test_a_folder_made_with_other_sets_is_not_opened(scenario, tmp_path, monkeypatch):
    mt.compare(scenario, WITHOUT, 4, out=tmp_path / "kept", **BOTH)
    changed = mt.plausible_sets()
    changed.iloc[0, 0] *= 1.01
    monkeypatch.setattr(plausible, "_packaged", lambda: changed)
    with pytest.raises(MultitrackError, match="other plausible sets"):
        mt.open_sweep(tmp_path / "kept")


def test_sets_of_ones_own_are_not_kept(scenario, tmp_path):
    with pytest.raises(MultitrackError, match="a table of sets of one's own"):
        mt.compare(scenario, WITHOUT, 4, out=tmp_path / "kept", parameters=SETS)


def test_a_design_knows_its_doubts():
    carried = doubts("plausible", ["as it is"])
    assert doubts_of(carried.options).identity == carried.identity
    assert doubts_of({}) is None


def test_attribution_and_paths_carry_them(scenario):
    shared = mt.attribute(scenario, ["Track II", "mediation"], 6, threads=1, **BOTH).runs
    assert shared.groupby("seed", observed=True)["variant"].nunique().eq(1).all()
    ways = mt.paths(scenario, 6, outcomes="violence_total", threads=1, named=1, **BOTH).runs
    assert ways.groupby("seed", observed=True)["parameter_set"].nunique().eq(1).all()


# --- the parts of the doubt
def drawn(rng, sets, variants, runs, parts, conflicts=0):
    """Effects of pairs whose parts of the doubt are known: standard deviations between variants, between sets (alike in all
    variants, and not), of single pairs, and of conflicts; with the mean over all that one would see without chance.
    """
    k = np.arange(runs)
    s, v = k % sets, (k % sets + k // sets) % variants
    of_variant, of_set, of_both, of_pair, of_conflict = parts
    centre = of_variant * rng.standard_normal((variants, 1)) + of_set * rng.standard_normal((1, sets))
    centre = 1.0 + centre + of_both * rng.standard_normal((variants, sets))
    c = k * conflicts // runs if conflicts else None
    y = centre[v, s] + of_pair * rng.standard_normal(runs)
    if conflicts:
        y = y + of_conflict * rng.standard_normal(conflicts)[c]
    return y, s, v, c, centre.mean()


DESIGNS = [
    # sets, variants, runs, conflicts
    (40, 8, 9600, 0),
    (40, 8, 9600, 240),
    (60, 4, 700, 0),  # few runs of every set and variant: what is of both counts as chance
    (200, 12, 1000, 0),  # no set and variant twice
]


@pytest.mark.parametrize(("sets", "variants", "runs", "conflicts"), DESIGNS)
def test_parts_are_found_without_bias(sets, variants, runs, conflicts):
    """Means over 60 made-up studies lie within 3.5 standard errors of what was put in: wrong once in 500 such tests."""
    parts = (0.5, 0.8, 0.3, 2.0, 1.0)
    rng, found, missed = np.random.default_rng(12), [], []
    for _ in range(60):
        y, s, v, c, centre = drawn(rng, sets, variants, runs, parts, conflicts)
        one = doubt_about(y, s, v, c)
        found.append(list(one.parts.values()))
        missed.append((one.effect - centre) ** 2 / one.parts["chance"])
    mean, error = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / np.sqrt(60)
    told_apart = runs > 4 * sets * variants
    assert abs(mean[1] - (0.8**2 + (0.3**2 if told_apart else 0.0))) < 3.5 * error[1]
    assert abs(mean[2] - 0.5**2 * (variants - 1) / variants) < 3.5 * error[2]
    assert 0.5 < np.mean(missed) < 1.7  # the error of the mean is the one that is said (chi-squared, 60 of them)


def test_parts_add_up():
    """The parts add up to the whole, and the interval of every doubt is that of values with this variance."""
    y, s, v, _, _ = drawn(np.random.default_rng(3), 100, 12, 24_000, (0.5, 0.8, 0.3, 2.0, 0.0))
    found = doubt_about(y, s, v)
    assert found.variance == pytest.approx(sum(found.parts.values()))
    assert sum(found.shares.values()) == pytest.approx(1.0)
    low, high = found.interval
    assert (high - low) / 3.92 == pytest.approx(found.variance**0.5, rel=0.1)
    widths = [found.intervals[said][1] - found.intervals[said][0] for said in INTERVALS]
    assert widths == sorted(widths)


def test_the_analysis_of_variance_of_a_balanced_design():
    """With every set in every variant equally often the parts are those of the classical mean squares."""
    y, s, v, _, _ = drawn(np.random.default_rng(8), 12, 5, 12 * 5 * 4, (0.7, 0.8, 0.9, 1.0, 0.0))
    cell = pd.DataFrame({"y": y, "s": s, "v": v}).groupby(["v", "s"])["y"].agg(["mean", "var"])
    means, within = cell["mean"].unstack().to_numpy(), cell["var"].mean()
    both = means - means.mean(0) - means.mean(1, keepdims=True) + means.mean()
    square_both = 4 * (both**2).sum() / (11 * 4)
    between_variants = (4 * 12 * means.mean(1).var(ddof=1) - square_both) / (4 * 12)
    between_sets = (4 * 5 * means.mean(0).var(ddof=1) - square_both) / (4 * 5) + (square_both - within) / 4
    found = doubt_about(y, s, v)
    assert found.parts["structure"] == pytest.approx(between_variants * 4 / 5)
    assert found.parts["parameters"] == pytest.approx(between_sets)
    assert found.one_pair == pytest.approx(within)


def test_chance_alone_is_called_chance():
    """Where there is nothing but chance, a part is seldom called clear (some 2 or 3 in 100 for each: 80 chances here), and on
    average what is found is what the truncation at zero leaves.
    """
    rng = np.random.default_rng(5)
    found = [doubt_about(*drawn(rng, 20, 4, 2000, (0, 0, 0, 1.0, 0))[:3]) for _ in range(40)]
    assert sum(2 - len(one.unclear) for one in found) <= 8
    assert np.mean([one.parts["parameters"] for one in found]) < 1.0 / 100 * (2 / 19) ** 0.5
    plain = doubt_about(rng.standard_normal(100))
    assert plain.parts["parameters"] == plain.parts["structure"] == 0.0
    assert plain.intervals[INTERVALS[0]] == pytest.approx(plain.interval, abs=0.02)


def test_of_no_pairs_or_alike_pairs_nothing_is_doubted():
    assert np.isnan(doubt_about([]).effect)
    alike = doubt_about(np.zeros(40), np.arange(40) % 5)
    assert alike.variance == 0 and shares_told({"shares": alike.shares}) == ""


def test_too_few_runs_are_all_chance():
    """Where no set comes twice nothing can be told from chance, and that is said."""
    y, s, v, _, _ = drawn(np.random.default_rng(6), 40, 8, 24, (0, 0, 0, 1.0, 0))
    found = doubt_about(y, s, v)
    assert found.parts["parameters"] == 0 and "parameters" in found.unclear
    assert found.parts["chance"] > 0.3**2 / 24


def test_intervals_are_stable_when_runs_and_sets_are_doubled():
    """Twice the runs of the same truth, and twice the sets, move no end of the interval by a tenth of its width, on average
    over 20 studies; chance's part is halved by runs.
    """
    parts = (0.5, 0.8, 0.3, 8.0, 0.0)
    ends = {}
    for name, sets, runs in (("as it is", 200, 48_000), ("runs", 200, 96_000), ("sets", 400, 48_000)):
        rng = np.random.default_rng(7)
        found = [doubt_about(*drawn(rng, sets, 8, runs, parts)[:3]) for _ in range(20)]
        centred = np.array([np.subtract(one.interval, one.effect) for one in found]).mean(axis=0)
        ends[name] = (*centred, np.mean([one.parts["chance"] for one in found]))
    width = ends["as it is"][1] - ends["as it is"][0]
    for other in ("runs", "sets"):
        assert abs(ends[other][0] - ends["as it is"][0]) < width / 10
        assert abs(ends[other][1] - ends["as it is"][1]) < width / 10
    assert ends["runs"][2] == pytest.approx(ends["as it is"][2] / 2, rel=0.1)


# --- what it hangs on
def with_a_cause(slope=1.0, spread=0.3, sets=60, runs=12_000):
    rng = np.random.default_rng(4)
    values = pd.DataFrame({f"p{n}": rng.random(sets) for n in range(8)})
    at = np.arange(runs) % sets
    cause = values["p3"].to_numpy()
    y = slope * (cause - 0.5)[at] * 2 + spread * rng.standard_normal(runs)
    return doubt_about(y, at), values


def test_the_parameter_that_turns_the_sign_is_found():
    found = parameters_behind(*with_a_cause())
    first = found.iloc[0]
    assert first["parameter"] == "p3" and first["turns"] and first["share"] > 0.9
    assert first["low"] < 0 < first["high"] and not found["turns"][1:].any()


def test_without_a_cause_none_is_found():
    """Eight parameters that do nothing: a corrected p below 5% comes in 1 of 20 such tests; this seed gives none."""
    found = parameters_behind(*with_a_cause(slope=0.0))
    assert not found["turns"].any() and (found["p_corrected"] > 0.05).all()


def test_a_variant_with_the_other_sign_is_named():
    rng, k = np.random.default_rng(1), np.arange(4000)
    variants = np.array(["as it is", "other", "third"])[k % 3]
    found = doubt_about(np.where(variants == "other", -0.5, 1.0) + rng.standard_normal(4000), None, variants)
    assert opposite_variants(found) == ["other"]


def test_where_it_matters_is_found():
    rng = np.random.default_rng(2)
    codes = pd.DataFrame({"spoilers": rng.integers(0, 5, 300), "track2": rng.integers(0, 5, 300), "parties": 2 + rng.integers(0, 2, 300)})  # fmt: skip # noqa: E501
    conflict = np.repeat(np.arange(300), 4)
    y = 0.5 * (codes["track2"].to_numpy()[conflict] >= 3) + rng.standard_normal(1200)
    found = codes_behind(y, conflict, codes).set_index("code")
    assert found["clear"].to_dict() == {"track2": True, "spoilers": False, "parties": False}
    assert found.loc["track2", "difference"] == pytest.approx(0.5, abs=0.25)


# --- the headline
@pytest.fixture(scope="module")
def small():
    return mt.headline(conflicts=30, runs=20, threads=1)


def test_the_headline_says_the_parts_of_its_doubt(small):
    for one in small.found["outcomes"].values():
        shares = [share for share in one["shares"].values() if share is not None]
        assert not shares or sum(shares) == pytest.approx(1.0, abs=1e-4)
        assert one["low"] <= one["effect"] <= one["high"]
        assert set(one["variances"]) == set(PARTS)
    assert small.lines[0].startswith("Over the plausible ranges of all assumptions: with Track II, ")
    assert "of every 100 conflicts reach an agreement within 10 years" in small.lines[0]


def test_the_headline_is_the_mean_of_its_pairs(small):
    """Each variant counts alike, and each pair within it."""
    for name, doubt in small.doubts.items():
        by_variant = small.pairs.groupby("variant", observed=True)[f"{name}_effect"].mean()
        assert doubt.effect == pytest.approx(by_variant.mean())


def test_a_case_is_what_compare_gives(scenario):
    found = mt.headline(scenario, runs=30, threads=1)
    compared = mt.compare(scenario, WITHOUT, 30, threads=1, **BOTH)
    for name, doubt in found.doubts.items():
        other = compared.doubt("no Track II", name)
        assert doubt.effect == pytest.approx(-other.effect)
        assert doubt.parts == pytest.approx(other.parts)


def test_threads_change_nothing(scenario, small):
    pd.testing.assert_frame_equal(small.pairs, mt.headline(conflicts=30, runs=20, threads=2).pairs)


@pytest.mark.parametrize("given", [{"runs": 0}, {"conflicts": True}, {"parameters": None, "variants": None}])
def test_a_headline_of_nothing_is_refused(given):
    with pytest.raises(MultitrackError):
        mt.headline(**given)


def entry(effect, low, high, without=10.0, **more):
    shares = {"chance": 0.1, "parameters": 0.6, "structure": 0.3}
    variants = [
        {"variant": n, "effect": effect, "low": low, "high": high, "sets_low": low, "sets_high": high}
        for n in ("a", "b")
    ]
    return {"effect": effect, "low": low, "high": high, "with": without + effect, "without": without, "shares": shares,
            "intervals": dict.fromkeys(INTERVALS, [low, high]), "variants": variants, **more}  # fmt: skip


def told(**outcomes):
    return {"title": "T", "months": 120, "conflicts": 9, "pairs": 90, "sets": 4, "variants": 2, "outcomes": outcomes}


def test_the_sentences_say_the_numbers():
    hang = {"parameter": "track_two.transfer", "p_corrected": 0.001, "share": 0.4, "low": 0.0, "high": 0.04, "low_value": 0.1,
            "high_value": 0.5}  # fmt: skip
    found = told(
        agreed=entry(0.021, 0.003, 0.048, assumptions=[hang], turned_by=["track_two.transfer"]),
        months_under_accord=entry(-1.0, -2.0, 0.5),
        violence_total=entry(-0.1, -0.2, -0.05),
    )
    lines = headline_lines(found)
    assert lines[0] == (
        "Over the plausible ranges of all assumptions: with Track II, 2.1 more of every 100 conflicts reach an agreement "
        "within 10 years (95% interval with every doubt: 0.3 to 4.8 more). Of the doubt, 60% is the values of parameters, 30% "
        "the form of the rules, 10% chance between runs."
    )
    assert "1.0 fewer months under an agreement" in lines[1] and "2.0 fewer to 0.5 more). Either direction" in lines[1]
    assert "1.0% less violence within 10 years (95% interval with every doubt: 0.5 to 2.0% less)" in lines[2]
    assert (
        lines[3] == "The sign of the effect on reaching an agreement turns with "
        f"“{PARAMETERS['track_two.transfer'].meaning}” (track_two.transfer) at one end of its range."
    )
    assert "(track_two.transfer), 0.0 where that is low (about 0.1), 4.0 more where it is high" in lines[4]


def test_a_variant_or_no_doubt_is_said_too():
    turned = headline_lines(told(agreed=entry(0.02, 0.01, 0.03, turned_by_variants=["b"])))
    assert "turns with the variant b." in turned[1]
    nothing = told(agreed={**entry(0.0, 0.0, 0.0), "shares": dict.fromkeys(PARTS)})
    assert "changes nothing in reaching an agreement here" in headline_lines(nothing)[0]
    assert amount(0.001, "agreed", 1) == "0.0"


def test_the_figure_has_a_row_for_every_doubt_and_variant(small):
    figure, words = headline_figure(small.found)
    labels = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert labels[:3] == ["only chance", "chance and parameters", "every doubt"] and len(labels) == 3 + len(VARIANTS)
    assert len(figure.axes) == 3 and "every doubt" in words


def test_the_packaged_headline_is_of_this_form():
    held = evidence.packaged_headline()
    assert set(held["cases"]) == set(mt.scenario.library.scenario_names()) if hasattr(mt, "scenario") else held["cases"]
    for found in (held["population"], *held["cases"].values()):
        assert headline_lines(found)[0].startswith("Over the plausible ranges of all assumptions: ")
        assert ALL_DOUBTS in next(iter(found["outcomes"].values()))["intervals"]
    assert evidence.headline_in_words("oslo_1993") != evidence.headline_in_words()
    with pytest.raises(MultitrackError, match="oslo_1993"):
        evidence.headline_in_words("oslo")


# --- on the command line
def multitrack(*arguments):
    command = [sys.executable, "-m", "multitrack_sim", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


def test_the_help_says_how_many_are_run():
    """Written twice: the module that holds the numbers is too slow to import for a help text."""
    told = {parameter.name: parameter.help for parameter in get_command(app).commands["headline"].params}
    assert f"({evidence.CONFLICTS:,})" in told["conflicts"]
    assert f"({evidence.PAIRS:,})" in told["runs"] and f"({evidence.CASE_PAIRS:,})" in told["runs"]


def test_the_commands_take_them(tmp_path):
    told = multitrack("headline", "--case", "oslo_1993", "--runs", 12, "--threads", 1, "--out", tmp_path / "h", "--json", tmp_path / "h.json")  # fmt: skip # noqa: E501
    assert told.returncode == 0, told.stderr
    assert "Over the plausible ranges of all assumptions" in " ".join(told.stdout.split())
    assert json.loads((tmp_path / "h.json").read_text())["pairs"] == 12
    assert {path.name for path in (tmp_path / "h").iterdir()} == {"headline.json", "headline.png", "pairs.csv"}
    both = ["--parameters", "plausible", "--variants", "all", "--runs", 6, "--threads", 1]
    assert multitrack("run", "oslo_1993", *both, "--out", tmp_path / "run").returncode == 0
    assert "variant" in mt.open_sweep(tmp_path / "run").table()
    compared = multitrack("compare", "oslo_1993", "--arm", WITHOUT, *both)
    assert "with every doubt:" in " ".join(compared.stdout.split()), compared.stderr
    assert multitrack("run", "oslo_1993", "--variants", "nonesuch").returncode == 2
