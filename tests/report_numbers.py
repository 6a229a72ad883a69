"""Every number of a report but those of the line on rare agreements, once more from the tables; and a reader of pages."""

import math
import re
from html.parser import HTMLParser

import numpy as np

VOID = {"input", "meta", "link", "br", "path", "use", "rect", "line", "circle", "polygon"}
PROSE = {"p", "li", "figcaption", "h1", "h2", "h3", "h4", "td", "th", "caption"}
# what may stand in prose as it is: the level of intervals, natural frequencies, a year of a paper, units
FIXED = re.compile(
    r"95% interval|95%|95 in 100|[Oo]f 100\b|of 1\b|below 5%|Holm 1979|from 0 to 1|[+\-−]?\d+ %|--assumptions 100"
)
MONEY = ["spent_track_two", "spent_track_three", "spent_measures"]


class Reader(HTMLParser):
    """What stands in a page: elements with their attributes and text; the table of all effects; every number with its name."""

    def __init__(self, page):
        super().__init__()
        self.open, self.elements, self.cells, self.words, self.numbers, self.bare = [], [], {}, {}, [], []
        self.group = self.row = None
        self.feed(page)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert len(given) == len(attributes), f"{tag} has an attribute twice"
        element = {"tag": tag, "text": "", **given}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)
        if "data-outcome" in given:
            self.group = given["data-outcome"], given["data-value"]
        if "data-arm" in given and tag == "tr":
            self.row = int(given["data-arm"])

    def handle_startendtag(self, tag, attributes):
        self.elements.append({"tag": tag, "text": "", **dict(attributes)})

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        element = self.open.pop()
        assert element["tag"] == tag, f"{element['tag']} is closed by {tag}"
        if tag == "data" and "data-of" in element:
            self.numbers.append(element)
        elif tag == "data":
            self.cells[self.row, *self.group, element["class"]] = float(element["value"]), element["text"]
        if "clear" in (element.get("class") or "").split():
            self.words[self.row, *self.group] = element["text"]

    def handle_data(self, text):
        inside = {element["tag"] for element in self.open}
        kinds = {name for element in self.open for name in (element.get("class") or "").split()}
        if inside & PROSE and not inside & {"data", "code", "svg"} and not kinds & {"own", "effects", "rare"}:
            self.bare.append(text)
        for element in self.open:
            element["text"] += text

    def every(self, *tags):
        return [element for element in self.elements if element["tag"] in tags]

    def bare_numbers(self):
        """Digits in prose that no element says the origin of."""
        return [text.strip() for text in self.bare if re.search(r"\d", FIXED.sub("", text))]


class Tables:
    """The same numbers from the tables, by what the page calls them."""

    def __init__(self, comparison, paths=None, assumptions=None, stories=(), drawn=None):
        self.comparison, self.paths, self.assumptions, self.stories = comparison, paths, assumptions, list(stories)
        self.arms = list(comparison.arms)
        self.tables = [comparison.table(arm).set_index("seed") for arm in self.arms]
        self.tables = [table.loc[self.tables[0].index] for table in self.tables]
        self.effects = comparison.effects()
        self.months = comparison.horizon
        self.drawn = list((drawn or comparison.ensembles).values())

    def value(self, of):
        kind, *rest = of.split(":")
        return float(getattr(self, f"of_{kind.replace('-', '_')}", self._of_story(kind))(*rest))

    def of_effect(self, at, outcome, value, statistic, column):
        rows = self.effects
        found = rows[(rows["arm"] == self.arms[int(at)]) & (rows["outcome"] == outcome) & (rows["value"] == value)]
        row = found[found["statistic"] == statistic].iloc[0]
        base, arm = self.tables[0], self.tables[int(at)]
        if statistic in ("share", "mean") and not value and base[outcome].notna().all() and arm[outcome].notna().all():
            means = {"baseline_estimate": base[outcome].mean(), "arm_estimate": arm[outcome].mean()}
            means["difference"] = means["arm_estimate"] - means["baseline_estimate"]
            if column in means:  # not from the table of effects, but from the runs
                assert math.isclose(means[column], row[column], abs_tol=1e-9)
            if column == "only_baseline":
                assert row[column] == (arm[outcome] < base[outcome]).sum()
        return row[column]

    def of_run(self, what):
        pairs = len(self.tables[0])
        effects = self.effects
        tested = effects[(effects["statistic"] != "ratio") & effects["p"].notna()]
        known = {
            "pairs": pairs,
            "months": self.months,
            "months/12": self.months / 12,
            "comparisons": len(tested),
            "untold": len(self.arms) - 4,
            "more_variants": len(self.arms) - 7,
            "undrawn": len(self.arms) - 8,
            "drawn": len(self.drawn[0].series) if self.drawn[0].series is not None else 0,
        }
        if what == "needed":
            from multitrack_sim.analysis.precision import pairs_needed

            return max(
                pairs_needed(table0, table, "agreed", 0.01, horizon=self.months)
                for table0, table in ((self.tables[0].reset_index(), one.reset_index()) for one in self.tables[1:])
            )
        return known[what]

    def of_mean(self, at, outcome):
        return self.tables[int(at)][outcome].mean()

    def of_money(self, at):
        base, here = (self.tables[k][MONEY].sum(axis=1).mean() for k in (0, int(at)))
        return (here - base) / (base / self.months)

    def of_kind(self, at, kind):
        return (self.tables[int(at)]["highest_agreement"].astype(str) == kind).mean()

    def of_collapsed(self, at):
        return (self.tables[int(at)]["collapses"] > 0).mean()

    def of_half(self, at, outcome):
        months = self.tables[int(at)][outcome].fillna(np.inf)
        return months.quantile(0.5, interpolation="lower")

    def of_signed(self, at, month):
        return (self.tables[int(at)]["months_to_substantive"] <= float(month)).mean()

    def of_pairs(self, at, which):
        b, a = (self.tables[k]["agreed"] == 1 for k in (0, int(at)))
        return {"both": b & a, "baseline": b & ~a, "variant": ~b & a, "neither": ~b & ~a}[which].sum()

    def of_deciding(self, at, what, better):
        difference = self.tables[int(at)][what] - self.tables[0][what]
        return (difference < 0).sum() if better == "baseline" else (difference > 0).sum()

    def of_phase(self, at, phase):
        from multitrack_sim.schema.categories import Phase

        return (self.drawn[int(at)].series["phase"][:, -1] == Phase.words().index(phase)).mean()

    def of_violence_last(self, at):
        return self.drawn[int(at)].series["violence"][:, -1].mean()

    def of_when(self, _):
        return len(self.arms) - 6

    def of_more_wrong(self, at):
        return max(1, len(self.wrong(int(at))) - 4)

    def of_changes(self, at):
        changes = self.comparison.changes[self.arms[int(at)]]
        return len([name for name in changes if name != "interventions"]) + len(changes.get("interventions", ())) - 6

    def of_setting(self, name, column=None):
        if column in (None, "value"):
            months = name.removesuffix("/12")
            return self.comparison.scenario.value(months) / (12 if name.endswith("/12") else 1)
        if self.assumptions is not None and name in set(self.assumptions.table["setting"]):
            rows = self.assumptions.table.set_index("setting")
            return rows.loc[name, column]
        from multitrack_sim.schema.parameters import PARAMETERS

        return PARAMETERS[name].range[column == "high"]

    def of_rows(self, table):
        scenario = self.comparison.scenario
        return len(scenario.sources) if table == "sources" else len(scenario.rows[table])

    def of_record(self, column, name=None):
        record = self.comparison.scenario.record
        if name is None:
            return record["months"]
        from multitrack_sim.analysis.intervals import share_interval

        reached = self.tables[0][column].dropna()
        if name == "median":
            return reached.median()
        return dict(zip(("share", "low", "high"), share_interval(len(reached), len(self.tables[0]))))[name]

    def of_paths(self, question, way, column):
        rows = self.paths.effects
        rows = rows[(rows["outcome"] == "months_under_accord") & (rows["question"] == question) & (rows["way"] == way)]
        runs = self.paths.runs
        if question == "lost when closed" and column == "estimate":  # from the runs
            ways = list(self.paths.ways)
            flags = runs[runs["muted"] == 0]
            opened = flags[(flags[ways] == 1).all(axis=1)].set_index("seed")["months_under_accord"]
            needs = [way] + [name for name in ways if way == "contact" and name in CONTACT]
            closed = flags[
                (flags[[w for w in ways if w not in needs]] == 1).all(axis=1) & (flags[needs] == 0).all(axis=1)
            ].set_index("seed")["months_under_accord"]
            assert math.isclose((opened - closed.loc[opened.index]).mean(), rows[column].iloc[0], abs_tol=1e-9)
        return rows[column].iloc[0]

    def of_pull(self, what, column=None):
        found = self.assumptions
        known = {"settings": len(found.table), "turns": len(found.turns), "pairs": found.pairs}
        if what == "now":
            return found.now[int(column)]
        return known[what] if column is None else found.table.set_index("setting").loc[what, column]

    def of_headline(self, case, outcome, key=None, part=None):
        from multitrack_sim.reports.packaged_headline import packaged_headline

        held = packaged_headline()
        found = held["population"] if case == "population" else held["cases"][case]
        if key is None:
            return found[outcome]
        one = found["outcomes"][outcome]
        name, _, relative = key.partition("/")
        return one[name][part] if part else one[name] / (one[relative] if relative else 1)

    def wrong(self, at):
        from multitrack_sim.analysis.verdicts import verdict_of
        from multitrack_sim.reports.report_facts import TOLD
        from multitrack_sim.reports.report_ranking import IN_COLUMNS
        from multitrack_sim.reports.sentences import SHOWN

        rows = self.effects[(self.effects["arm"] == self.arms[at]) & self.effects["statistic"].isin(SHOWN)]
        return [
            row["outcome"]
            for row in rows.to_dict("records")
            if row["outcome"] in TOLD and row["outcome"] not in IN_COLUMNS and verdict_of(row) == "clear"
            and row["difference"] * TOLD[row["outcome"]].better < 0
        ]  # fmt: skip

    def _of_story(self, kind):
        at = kind.partition("-")[2]
        return lambda _: self.stories[int(at)].side.parts


CONTACT = {"back channel", "resumption", "proposals", "explanations"}


def check_numbers(read, tables):
    """Every number is what the tables say, and what people read is that number, rounded. How many there were."""
    for one in read.numbers:
        exact = float(one["value"])
        assert math.isclose(exact, tables.value(one["data-of"]), rel_tol=1e-9, abs_tol=1e-9), one
        text = one["text"].rstrip("%").replace(",", "").replace("−", "-")
        digits = len(text.partition(".")[2])
        shown = exact * float(one.get("data-times", 1))
        told = float(text)
        told = math.copysign(told, shown) if not text.startswith(("-", "+")) else told
        assert abs(told - shown) <= 0.5001 * 10**-digits, one
    assert not read.bare_numbers(), read.bare_numbers()
    return len(read.numbers)
