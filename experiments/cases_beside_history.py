"""What the model gives for the coded cases, from their files and from their codes alone, beside what happened.

Nothing here is fitted to a case, and nothing here is validation: the cases were coded by people who knew how they ended.
Every sentence follows from numbers (`multitrack_sim/evidence/beside_history.py`); no case has words or numbers of its own.
`python experiments/cases_beside_history.py --runs 200 --out docs/cases.md`
"""

import argparse
import math
import re
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import multitrack_sim as mt
from multitrack_sim.analysis.intervals import share_interval
from multitrack_sim.evidence.beside_history import (
    ACCORDS,
    FACTOR,
    SHORT,
    Happened,
    Version,
    apart,
    differences,
    finding,
    happened,
    history,
    in_sequence,
    in_short,
    most_reach_one,
    of_the_same_order,
    times_history,
    without_track_two,
)
from multitrack_sim.reports.words import for_markdown, month_name, percent
from multitrack_sim.running.files import write_whole
from multitrack_sim.running.provenance import made_by

SCENARIOS = Path(__file__).parents[1] / "scenarios"
MUTED = {"track_two.budget": 0.0}
AS_IN_HISTORY = "as in history"


@dataclass(frozen=True)
class Case:
    """A case and the ways in which it was run; `coded` is None where the file holds no codes."""

    scenario: mt.Scenario
    from_file: Version
    coded: Version | None
    muted: Version

    @property
    def record(self) -> Happened:
        return happened(self.scenario)


def coded_twin(path: Path) -> mt.Scenario | None:
    """The scenario that a case's eighteen codes alone give; they stand in the comments at the top of its file.

    Codes describe a conflict at the opening of talks, so there it begins.
    """
    lines = re.findall(r"^# codes: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    codes = {name: float(value) for name, value in (pair.split("=") for pair in " ".join(lines).split())}
    return mt.scenario_from_codes(codes).with_settings({"conflict.start": "talks"}) if codes else None


def run_case(path: Path, options: argparse.Namespace) -> Case:
    """The case from its file, from its codes, and from its file without Track II, all on the same seeds."""
    scenario, twin = mt.load(path), coded_twin(path)

    def run(name: str, which: mt.Scenario) -> Version:
        which = which.with_settings({"run.months": options.months or scenario.value("run.months")})
        table = mt.simulate(which, runs=options.runs, seed=options.seed, threads=options.threads)
        return Version(name, table, which.value("run.months"))

    return Case(
        scenario,
        run("its file", scenario),
        run("its codes", twin) if twin else None,
        run("its file, without Track II", scenario.with_settings(MUTED)),
    )


# --- the page
def page(cases: list[Case], options: argparse.Namespace) -> str:
    months = f" --months {options.months}" if options.months else ""
    parts = [
        "# The cases beside history",
        made_by(f"python experiments/cases_beside_history.py --runs {options.runs} --seed {options.seed}{months}"),
        wrapped(
            f"Every version of a case has {options.runs:,} runs on the same seeds, as long as its file says. Intervals "
            "(95%) are for chance between runs only. An agreement is a partial or a comprehensive one that came into force "
            "by the end of the runs, ceasefires apart. Like is compared with like: the first with history's first (by the stage "
            "that PA-X gives it, where the process is there: [notes](cases_notes.md)), a comprehensive one with history's "
            "first comprehensive one. No number was fitted to a case, and every sentence below was written by rules from "
            "the numbers beside it."
        ),
        wrapped(
            "That a row resembles history validates nothing: the codes were given by people who knew the end. That it does "
            "not is no refutation either: history is one draw. *As in history* means that most runs give the agreement "
            "that was made and none that reaches further, that the months of its first and of its first comprehensive one "
            "lie where four fifths of the model's lie, and that most of them held for five years, or did not, as it did; "
            "what is not recorded is not compared. Cases between states and disputes without fighting lie outside what the "
            "model's patterns describe ([the model](odd.md)): they are illustrations."
        ),
        summary(cases),
        bar(cases),
        tally(cases),
    ]
    return "\n\n".join([*parts, *map(section, cases)]) + "\n"


def wrapped(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def summary(cases: list[Case]) -> str:
    """All cases in one table."""
    rows = []
    for case in cases:
        record = case.record
        found = [for_markdown(case.scenario.title), history(record), in_short(case.from_file)]
        found += [in_short(case.coded) if case.coded else "no codes", finding(case.from_file, record)]
        found += [finding(case.coded, record), apart(case.from_file, case.coded)[1]] if case.coded else ["-", "-"]
        rows.append(found)
    head = ["case", "history", "model, from its file", "model, from its codes"]
    head += ["history and file", "history and codes", "agreements: file and codes"]
    return markdown_table(head, rows)


def tally(cases: list[Case]) -> str:
    """How many cases come out as they went, with and without an agreement, in a sentence."""
    recorded = [case for case in cases if case.record.kind]
    with_one = [case for case in recorded if case.record.kind != "none"]
    without = [case for case in recorded if case.record.kind == "none"]
    coded = [case for case in cases if case.coded]
    same = [case for case in coded if apart(case.from_file, case.coded)[0]]
    return wrapped(
        f"Cases that come out as in history: of {len(with_one)} that reached an agreement, {alike(with_one, 'from_file')} from "
        f"the file and {alike(with_one, 'coded')} from the codes alone; of {len(without)} that reached none, "
        f"{alike(without, 'from_file')} and {alike(without, 'coded')} (a model in which nothing is ever agreed would get these "
        f"right). File and codes give agreements equally often, as far as chance lets one tell, in {len(same)} of {len(coded)} "
        "cases."
    )


def bar(cases: list[Case]) -> str:
    """For every recorded case, file and codes: how many runs reach an agreement, when, and by what factor off history."""
    rows = []
    for case in cases:
        if case.record.kind:
            versions = [version for version in (case.from_file, case.coded) if version]
            rows.append([for_markdown(case.scenario.title), history(case.record)])
            rows[-1] += [reached(version, case.record, kind) for version in versions for kind in ACCORDS]
            rows[-1] += ["-"] * (2 * (2 - len(versions)))
    head = [
        "case",
        "history",
        *(f"{of}: {what}" for of in ("file", "codes") for what in ("the first", "comprehensive")),
    ]
    return "\n\n".join([*filter(None, map(in_sum, ("from_file", "coded"), [cases] * 2)), markdown_table(head, rows)])


def reached(version: Version, record: Happened, kind: str) -> str:
    """The share of runs with an agreement that reaches so far, and the median month with its multiple of history's."""
    found, months = version.months_to(kind), record.month(kind)
    share = ranged(share_interval(len(found), len(version.table)))
    if not len(found):
        return share
    factor = "" if months is None else f" ({times_history(found, months):.2g} times history's)"
    return f"{share}, month {np.median(found):.0f}{factor}"


def in_sum(which: str, cases: list[Case]) -> str:
    """In how many cases most runs reach an agreement where history had one, and where not; how many medians are near."""
    found = [(getattr(case, which), case.record) for case in cases if case.record.kind]
    found = [(version, record) for version, record in found if version]
    if not found:
        return ""
    had = [(version, record) for version, record in found if record.kind in ACCORDS]
    none = [version for version, record in found if record.kind not in ACCORDS]
    first, whole = (
        [(version.months_to(kind), months) for version, record in had if (months := record.month(kind)) is not None]
        for kind in ACCORDS
    )
    return wrapped(
        f"From {found[0][0].name}: most runs reach an agreement by their end in "
        f"{sum(most_reach_one(version) for version, _ in had)} of the {len(had)} cases that had one, and in "
        f"{sum(map(most_reach_one, none))} of the {len(none)} that had none. The median month of a first agreement lies "
        f"within a factor of {FACTOR:g} of history's first in {near(first)} of {len(first)} whose month is recorded; that of a "
        f"comprehensive one, of history's first comprehensive one, in {near(whole)} of {len(whole)}."
    )


def near(found: list[tuple[np.ndarray, float]]) -> int:
    return sum(of_the_same_order(*one) for one in found)


def alike(cases: list[Case], which: str) -> int:
    versions = [(getattr(case, which), case.record) for case in cases]
    return sum(finding(version, record) == AS_IN_HISTORY for version, record in versions if version)


def section(case: Case) -> str:
    """One case: what happened, what the model gives, and where they differ."""
    record, zero = case.record, case.scenario.month_zero
    versions = [version for version in (case.from_file, case.coded, case.muted) if version]
    begins = f"Month 0 is {month_name(zero, 0)}. " if zero else ""
    note = for_markdown(case.scenario.record.get("note", ""), 2000)
    parts = [
        f"## {for_markdown(case.scenario.title)}",
        wrapped(f"History: {history(record)}. {begins}{note}".rstrip()),
        wrapped(in_sequence(record, zero)),
        markdown_table(
            [
                "from",
                "talks open",
                "an agreement",
                "at most",
                "median month of the first",
                "median month of a comprehensive one",
                "held five years",
            ],
            [row(version) for version in versions],
        ),
        *(wrapped(differences(version, record)) for version in (case.from_file, case.coded) if version),
    ]
    if case.coded:
        parts.append(wrapped(f"Agreements from file and from codes: {apart(case.from_file, case.coded)[1]}."))
    return "\n\n".join([*filter(None, parts), wrapped(without_track_two(case.from_file, case.muted))])


def row(version: Version) -> list[str]:
    """What came out of one version, for a table."""
    kinds = version.table["highest_agreement"].value_counts(normalize=True)
    kind = ", ".join(f"{SHORT.get(str(name), name)} {percent(value)}" for name, value in kinds.items() if value > 0)
    whole = version.table["months_to_comprehensive"].dropna().to_numpy()
    months = [f"{np.median(found):.0f}" if len(found) else "none" for found in (version.months, whole)]
    talks, agreed = ranged(version.share("talks_opened")), ranged(version.share("agreed"))
    return [version.name, talks, agreed, kind, *months, ranged(version.held)]


def ranged(found: tuple[float, float, float]) -> str:
    share, low, high = found
    return "none seen" if math.isnan(share) else f"{percent(share)} ({percent(low)} to {percent(high)})"


def markdown_table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def main(arguments: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=400)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--months", type=int, default=None, help="months of every run; else those of each case")
    options.add_argument("--threads", type=int, default=None)
    options.add_argument("--scenarios", type=Path, default=SCENARIOS, help="folder of case files")
    options.add_argument("--out", type=Path, default=None, help="page to write; printed if left out")
    chosen = options.parse_args(arguments)
    paths = sorted(chosen.scenarios.glob("*.toml"))
    cases = []
    for number, path in enumerate(paths, start=1):
        started = time.perf_counter()
        cases.append(run_case(path, chosen))
        print(f"{number} of {len(paths)}: {path.stem}, {time.perf_counter() - started:.0f} s", file=sys.stderr)
    text = page(cases, chosen)
    if chosen.out:
        write_whole(chosen.out, text, replace=True)
    else:
        print(text)


if __name__ == "__main__":
    main()
