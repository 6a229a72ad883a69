"""What the model gives for the coded cases, from their files and from their codes alone, beside what happened.

Nothing here is fitted to a case, and nothing here is validation: the cases were coded by people who knew how they ended.
`python experiments/cases_beside_history.py --runs 400 --out docs/cases.md`
"""

import argparse
import re
from pathlib import Path

import multitrack_sim as mt

SCENARIOS = Path(__file__).parents[1] / "scenarios"


def coded_twin(path: Path) -> mt.Scenario:
    """The scenario that a case's eighteen codes alone give; they stand in the comments at the top of its file."""
    lines = re.findall(r"^# codes: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    codes = {name: float(value) for name, value in (pair.split("=") for pair in " ".join(lines).split())}
    return mt.scenario_from_codes(codes)


def row(label: str, scenario: mt.Scenario, runs: int) -> str:
    table = mt.simulate(scenario.with_settings({"run.months": 300}), runs=runs, seed=1)
    known = mt.summarise(table).set_index("outcome")

    def share(name: str) -> str:
        found = table[name].mean()
        low, high = known.loc[name, ["low", "high"]]
        return f"{found:.2f} ({low:.2f} to {high:.2f})"

    kinds = table["agreement"].value_counts(normalize=True)
    kind = ", ".join(f"{name} {value:.2f}" for name, value in kinds.items() if value > 0)
    month = table["months_to_agreement"].median()
    month = "-" if table["agreed"].mean() == 0 else f"{month:.0f}"
    return f"| {label} | {share('talks_opened')} | {share('agreed')} | {kind} | {month} | {share('durable')} |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=400)
    options.add_argument("--out", type=Path, default=None)
    chosen = options.parse_args()
    text = [
        "# The cases beside history",
        "",
        f"Made by `experiments/cases_beside_history.py --runs {chosen.runs}` (seed 1, 300 months; 95% intervals are for chance",
        "between runs only). No number was fitted to a case. That a row resembles history validates nothing: the codes were",
        "given by people who knew the end.",
    ]
    for path in sorted(SCENARIOS.glob("*.toml")):
        scenario = mt.load(path)
        record = scenario.record
        months = f", {record['months']} months after {scenario.month_zero}" if record.get("months") is not None else ""
        held = f"; held five years: {record['held_60']}" if record.get("held_60") else ""
        text += [
            "",
            f"## {scenario.title}",
            "",
            f"What happened: {record.get('agreement', 'not recorded')}{months}{held}. {record.get('note', '')}".rstrip(),
            "",
            "| from | talks open | an accord | kind of agreement | median month of it | durable |",
            "|---|---|---|---|---|---|",
            row("its file", scenario, chosen.runs),
            row("its codes", coded_twin(path), chosen.runs),
            row("its file, no Track II", scenario.with_settings({"track_two.budget": 0.0}), chosen.runs),
        ]
    page = "\n".join(text) + "\n"
    print(page)
    if chosen.out:
        chosen.out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
