"""When processes and conflicts open: signals of talks, and spells of them.

A *signal of talks* is a dated mediation (Civil War Mediation), an agreement that is neither local nor between states only
(PA-X), or a UCDP peace agreement, of one UCDP conflict within a state; what PA-X has under no such conflict goes by the
name of its process. A *process* is a spell of signals: it ends where none comes for five years, and the next one begins
another. It *opens* with its first signal; where that is an agreement already, talks opened unrecorded before it: a year
before is assumed, and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .coding_matches import matched_conflicts

__all__ = ["AGREEMENTS", "LAST", "MONTH", "Opening", "Sources", "openings_of_conflicts", "openings_of_talks"]

Unit = int | str  # the number of a UCDP conflict, or the name of a PA-X process
MONTH = 30.4375  # days
QUIET = 60  # months without a signal after which the next one begins another process
ASSUMED = 12  # months before an agreement that nothing on record comes before
BEGIN = pd.Timestamp("1989-01-01")  # no process or conflict opens before
LAST = 2015  # a conflict counts if it was active by then
NEVER = pd.Timestamp("2100-01-01")
AGREEMENTS = ("partial", "comprehensive")
WITHIN_A_STATE = ("intrastate", "internationalised")


class Sources:
    """The four tables as the coding reads them. `tables` are those of `raw_files`, under the names of its `FILES`."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]):
        years = tables["termination"]
        years = years[years["kind"].isin(WITHIN_A_STATE)].sort_values(["conflict", "year"], kind="stable")
        self.years: dict[int, pd.DataFrame] = {
            int(str(number)): rows.set_index("year") for number, rows in years.groupby("conflict")
        }
        self.countries_of = {number: _countries(rows) for number, rows in self.years.items()}
        self.conflicts_of: dict[str, set[int]] = {}
        for number, countries in self.countries_of.items():
            for country in countries:
                self.conflicts_of.setdefault(country, set()).add(number)
        self.mediations = self._mediations(tables["mediation"], years)
        self.texts = self._texts(tables["pa_x"])
        self.agreements = tables["agreements"].explode("conflicts").rename(columns={"conflicts": "unit"})
        self.last_day = tables["pa_x"]["signed"].max()
        signals = pd.concat(self._signals(), ignore_index=True).sort_values("date", kind="stable")
        self.signals: dict[Unit, pd.DataFrame] = {
            unit: rows.reset_index(drop=True) for unit, rows in signals.groupby("unit", sort=False)
        }

    def _mediations(self, mediation: pd.DataFrame, years: pd.DataFrame) -> pd.DataFrame:
        """Mediations with a date, of a conflict whose number is known."""
        found = mediation.assign(unit=matched_conflicts(mediation, years))
        found = found[(found["mediated"] == 1) & found["began"].notna() & found["unit"].notna()]
        return found.assign(unit=found["unit"].astype(int).astype(object), date=found["began"])

    def _texts(self, pa_x: pd.DataFrame) -> pd.DataFrame:
        """PA-X agreements of processes within states, by conflict: the one that the agreement names, else the one that
        agreements of its process name most often, else the process by its name.
        """
        texts = pa_x[pa_x["level"].isin(("intrastate", "mixed"))]
        known = texts["conflict"].isin(self.years.keys())
        main = texts[known].groupby("process")["conflict"].agg(lambda numbers: numbers.mode().iloc[0])
        numbers = texts["conflict"].where(known, texts["process"].map(main))
        units = [name if np.isnan(number) else int(number) for number, name in zip(numbers, texts["process"])]
        return texts.assign(unit=pd.Series(units, index=texts.index, dtype=object), date=texts["signed"])

    def _signals(self) -> Iterator[pd.DataFrame]:
        """Every signal: whose, when, what (a mediation, or the kind of agreement), from which file and row. Of one day,
        mediations come first and UCDP's agreements last.
        """
        yield self.mediations[["unit", "date"]].assign(file="mediation", kind="mediation", row=self.mediations.index)
        texts = self.texts[["unit", "date", "stage"]].rename(columns={"stage": "kind"})
        yield texts.assign(file="pa_x", row=texts.index)
        agreed = self.agreements[self.agreements["unit"].isin(self.years.keys())]
        agreed = agreed.rename(columns={"signed": "date"})[["unit", "date", "kind"]]
        yield agreed.assign(file="agreements", row=agreed.index)


def _countries(rows: pd.DataFrame) -> list[str]:
    """The countries of a conflict, in Gleditsch and Ward's numbers."""
    return [country.strip() for country in rows["countries"].iloc[0].split(",")]


@dataclass(frozen=True)
class Opening:
    """Where a case begins: the process or conflict, the day, the text that opened it (a row of PA-X, or none), whether
    the day is assumed, the signals that follow, and the day on which the next process of the conflict opens.
    """

    unit: Unit
    date: pd.Timestamp
    signals: pd.DataFrame
    text: pd.Series | None = None
    assumed: bool = False
    until: pd.Timestamp = NEVER
    file: str = ""  # that has the first signal


def openings_of_talks(sources: Sources) -> Iterator[Opening]:
    """Every process whose first signal came in 1989 or later."""
    for unit, signals in sources.signals.items():
        spell = (signals["date"].diff() > pd.Timedelta(days=QUIET * MONTH)).cumsum()
        spells = [rows for _, rows in signals.groupby(spell)]
        for rows, after in zip(spells, [*spells[1:], None]):
            first = rows.iloc[0]
            if first["date"] < BEGIN:
                continue
            that_day = rows[rows["date"] == first["date"]]
            assumed = bool(that_day["kind"].isin(AGREEMENTS).any())
            texts = that_day.loc[that_day["file"] == "pa_x", "row"]
            yield Opening(
                unit,
                first["date"] - pd.DateOffset(months=ASSUMED) if assumed else first["date"],
                rows,
                None if assumed or texts.empty else sources.texts.loc[texts.iloc[0]],
                assumed,
                NEVER if after is None else after["date"].iloc[0],
                first["file"],
            )


def openings_of_conflicts(sources: Sources) -> Iterator[Opening]:
    """Every UCDP conflict within a state that was active in 1989 to 2015, talks or none: from the start of its first
    episode in those years, or from January 1989 where it had begun before.
    """
    none = pd.DataFrame(columns=["unit", "date", "kind", "file", "row"])
    for unit, years in sources.years.items():
        active = years[(years.index >= BEGIN.year) & (years.index <= LAST)]
        if len(active):
            begun = max(active["episode_started"].iloc[0], BEGIN)
            yield Opening(unit, begun, sources.signals.get(unit, none), file="termination")
