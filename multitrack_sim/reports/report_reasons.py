"""The report on reasons: through which way Track II works here, and which assumptions would change the conclusion."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ..analysis.assumptions import ENDS, worth_varying
from ..analysis.paths import CLOSED, TOGETHER, TRACK_TWO
from ..analysis.verdicts import CLEAR, IDENTICAL, SUGGESTIVE, digits_shown, excludes
from ..designs.arms import INTERVENTIONS
from ..designs.ways import WAYS
from ..schema.parameters import PARAMETERS
from .report_answer import plain_text
from .report_facts import Facts
from .report_figures import Drawn, Row, drawn, intervals
from .report_markup import and_list, number, own, say, sentence
from .report_svg import INK, LINE, QUIET, WIDE, Picture, axis_marks, mark_told
from .words import plain

if TYPE_CHECKING:
    from ..analysis.assumptions import Assumptions
    from ..analysis.paths import Paths

__all__ = ["Reasons", "changed_settings", "depends", "paths_told", "pull_told"]

MAIN = "months_under_accord"
LETTERS = 52  # of an assumption in a line of its picture
Reasons = dict[str, Any]  # heading, paragraphs, figure
SECTIONS = {
    "track_two": "Track II",
    "track_three": "grassroots work",
    "cbm": "confidence-building measures",
    "track_one": "official talks",
    "fighting": "fighting",
    "trust": "trust",
    "leaders": "leaderships",
    "pressure": "outside pressure",
    "funding": "donors",
    "accord": "agreements",
    "spoiling": "armed factions",
    "publics": "publics",
}


# --- which way
def paths_told(paths: Paths) -> Reasons:
    """Through which ways Track II works on months under an agreement: heading, sentences and a picture."""
    rows = paths.effects[paths.effects["outcome"] == MAIN]
    whole = next(row for row in rows.to_dict("records") if row["question"] == TOGETHER and row["way"] == TRACK_TWO)
    closed = [row for row in rows.to_dict("records") if row["question"] == CLOSED]
    closed.sort(key=lambda row: -abs(row["estimate"]))
    clear = [row for row in closed if row["verdict"] == CLEAR]
    heading = Markup("Through which way: no single way can be told apart")
    if not closed:
        heading = Markup("Through which way: nothing of Track II can reach anybody here")
    elif clear:
        names = [say("{way} ({what})", way=row["way"], what=WAYS[row["way"]].sentence) for row in clear]
        if len(clear) > 2:
            names = [own(row["way"]) for row in clear[:3]]
        heading = say("Through which way: {ways}", ways=and_list(names))
    said = [_whole_told(whole, paths)]
    if clear:
        told = [say("{way} {n}", way=row["way"], n=_estimate(row)) for row in clear[:4]]
        said.append(
            say("What a way adds while all others are open: {told}. Ways work together, so that what each adds need not add up "
                "to the whole.", told=Markup("; ").join(told))
        )  # fmt: skip
    perhaps = [row for row in closed if row["verdict"] == SUGGESTIVE]
    if perhaps:
        told = [say("{way} {n}", way=row["way"], n=_estimate(row)) for row in perhaps[:4]]
        said.append(say("Suggestive, not clear after correction: {told}.", told=Markup("; ").join(told)))
    if len(clear) + len(perhaps) < len(closed):
        others = (
            "The other ways make no clear difference by themselves."
            if clear
            else "No single way makes a clear difference by itself."
        )
        said.append(Markup(others))
    if paths.idle:
        idle = [say("{way} ({why})", way=way, why=own(plain(why, 120))) for way, why in list(paths.idle.items())[:6]]
        said.append(say("Nothing can go through {names}.", names=and_list(idle)))
    figure = _ways_figure(closed, paths) if closed else None
    ways = [(row["way"], WAYS[row["way"]].sentence) for row in closed]
    return {"heading": heading, "paragraphs": said, "figure": figure, "ways": ways}


def _whole_told(whole: dict[str, Any], paths: Paths) -> Markup:
    pairs = number(whole["pairs"], f"paths:{TOGETHER}:{TRACK_TWO}:pairs")
    if whole["verdict"] == IDENTICAL:
        return say("All of Track II changes months under an agreement in none of {pairs} pairs of runs.", pairs=pairs)
    verdict = "a clear difference" if whole["verdict"] == CLEAR else "no clear difference"
    said = (
        "All of Track II, against none, changes months under an agreement by {n}: {verdict}, in {pairs} pairs of runs."
    )
    return say(said, n=_estimate(whole), verdict=verdict, pairs=pairs)


def _estimate(row: dict[str, Any]) -> Markup:
    digits = digits_shown(row["estimate"], row["low"], row["high"])
    n = {
        end: number(row[end], f"paths:{row['question']}:{row['way']}:{end}", digits, sign="both")
        for end in ("estimate", "low", "high")
    }
    return say("{estimate} (95% interval {low} to {high})", **n)


def _ways_figure(rows: list[dict[str, Any]], paths: Paths) -> Drawn:
    picture = Picture("ways", "What is lost when a way is closed", "")
    intervals(
        picture,
        [
            Row(
                row["way"],
                row["estimate"],
                row["low"],
                row["high"],
                told=plain_text(_estimate(row)).split()[0] if row["verdict"] in (CLEAR, SUGGESTIVE) else "",
            )
            for row in rows
        ],
        "months under an agreement",
    )
    caption = say(
        "Months under an agreement that each way out of Track II adds while the others are open: all open, minus this "
        "way closed. Bars: 95% intervals of {n} pairs of runs.",
        n=number(rows[0]["pairs"], f"paths:{CLOSED}:{rows[0]['way']}:pairs"),
    )
    return drawn(picture, caption)


# --- which assumption
def changed_settings(facts: Facts) -> list[str]:
    """The settings that the variants change, at the start or later."""
    names: list[str] = []
    for changes in facts.comparison.changes.values():
        names += [name for name in changes if name != INTERVENTIONS]
        for one in changes.get(INTERVENTIONS, ()):
            names += [str(one[verb]) for verb in ("set", "scale", "shift") if one.get(verb)]
    return list(dict.fromkeys(names))


def depends(facts: Facts, found: Assumptions | None) -> Markup:
    """The first screen's sentence about what the answer hangs on."""
    if found is not None and len(found.table):
        return _depends_tested(facts, found)
    candidates = worth_varying(changed_settings(facts))
    if not candidates:
        return Markup("The model's untested assumptions; none was varied here.")
    first = candidates[0]
    low, high = first.range
    return say(
        "Untested assumptions, above all of {section}: {meaning} ({unit} {value}; plausible range {low} to {high}). None was "
        "varied for this report.",
        section=_section(first.name),
        meaning=own(first.meaning),
        unit=first.unit,
        value=_setting(facts.scenario.value(first.name), first.name),
        low=_setting(low, f"{first.name}:low"),
        high=_setting(high, f"{first.name}:high"),
    )


def _depends_tested(facts: Facts, found: Assumptions) -> Markup:
    row = found.table.iloc[0].to_dict()
    if not excludes(row["pull_from"], row["pull_to"]):
        return say(
            "No assumption of the {n} varied, one at a time, clearly changes the effect of “{arm}”.",
            n=number(len(found.table), "pull:settings"),
            arm=facts.name(found.arm),
        )
    turns = " Over its range the direction turns." if row["setting"] in found.turns else ""
    low, high = (_pull(row, end) + _unclear(row, end) for end in ENDS)
    return say(
        "Of {n} assumptions varied one at a time, most on this one of {section}: {meaning} ({value} here; unit: {unit}). "
        "{arm}, months under an agreement change by {low} where it is {low_end}, and by {high} where it is {high_end} "
        "({pairs} pairs of runs).{turns}",
        pairs=number(found.pairs, "pull:pairs"),
        n=number(len(found.table), "pull:settings"),
        arm=sentence(facts.with_name(found.arm)),
        meaning=own(_meaning(row["setting"])),
        unit=PARAMETERS[row["setting"]].unit,
        section=_section(row["setting"]),
        value=_cell(row, "value"),
        low_end=_cell(row, "low_end"),
        high_end=_cell(row, "high_end"),
        low=low,
        high=high,
        turns=turns,
    )


def pull_told(facts: Facts, found: Assumptions) -> Reasons:
    """The assumptions in order of their pull: heading, sentences, a picture and a table."""
    apart, turns = found.told_apart, found.turns
    if turns:
        heading = say(
            "What would change this conclusion: {n} of {of} assumptions turn its direction",
            n=number(len(turns), "pull:turns"),
            of=number(len(found.table), "pull:settings"),
        )
    elif apart:
        heading = say(
            "What would change this conclusion most: {name} ({section})",
            section=_section(apart[0]),
            name=own(_meaning(apart[0])),
        )
    else:
        heading = Markup("What would change this conclusion: none of the assumptions tried, one at a time")
    now = [number(end, f"pull:now:{at}", 1, sign="both") for at, end in enumerate(found.now)]
    said = [
        say(
            "The effect of “{arm}” on months under an agreement is {now} (95% interval {low} to {high}) in the {pairs} pairs "
            "used here, {whole} in all {runs}. Each assumption was then set to either end of its plausible range, in the baseline "
            "and in the variant alike, all else as it was. A plausible range "
            "holds values worth testing; it is no interval, and settings that matter only together are not seen.",
            arm=facts.name(found.arm),
            now=now[0],
            low=now[1],
            high=now[2],
            pairs=number(found.pairs, "pull:pairs"),
            whole=facts.n(facts.row(found.arm, MAIN), "difference", "both"),
            runs=facts.runs(),
        )
    ]
    rows = [
        {
            "meaning": sentence(own(_meaning(row["setting"]))),
            "section": _section(row["setting"]),
            "setting": own(row["setting"]),
            "value": _cell(row, "value"),
            "low_end": _cell(row, "low_end"),
            "high_end": _cell(row, "high_end"),
            "low": _pull(row, "low"),
            "high": _pull(row, "high"),
            "apart": "yes" if row["setting"] in apart else "no",
        }
        for row in found.table.to_dict("records")
    ]
    return {"heading": heading, "paragraphs": said, "figure": _pull_figure(facts, found), "rows": rows}


def _pull_figure(facts: Facts, found: Assumptions) -> Drawn:
    """For each assumption the effect at the low and at the high end of its range."""
    picture = Picture("pull", "The effect at either end of each assumption", "")
    rows = found.table.to_dict("records")
    ends = [row[name] for row in rows for name in ("low", "high")] + [found.now[0], 0.0]
    low, high = min(ends), max(ends)
    room = 0.08 * max(high - low, 1e-9)
    low, high = low - room, high + room
    left, right = 10.0, WIDE - 10
    names = [
        textwrap.wrap(plain(_meaning(row["setting"]), 200), LETTERS, max_lines=3, placeholder="...") for row in rows
    ]
    top, step, line = 10.0, 22.0, 13.0
    bottom = top + sum(step + line * len(lines) for lines in names) + 4

    def x(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    marks = axis_marks(low, high)
    for value in marks:
        picture.line(x(value), top, x(value), bottom, LINE)
        picture.text(x(value), bottom + 13, mark_told(value, marks), "middle", 10.5, fill=QUIET)
    picture.line(x(0), top, x(0), bottom, INK, 1.2)
    picture.line(x(found.now[0]), top, x(found.now[0]), bottom, QUIET, 1.2, "4 3")
    y = top
    for row, lines in zip(rows, names):
        for told in lines:
            y += line
            picture.text(left, y, told, over=True)
        y += step
        y_mark = y - step + 11
        picture.line(x(row["low"]), y_mark, x(row["high"]), y_mark, INK, 2)
        picture.mark(x(row["low"]), y_mark, 0, hollow=True)
        picture.mark(x(row["high"]), y_mark, 0)
    y = bottom + 44
    picture.text(
        (left + right) / 2, bottom + 28, "months under an agreement, variant minus baseline", "middle", 10.5, fill=QUIET
    )
    picture.mark(16, y, 0, hollow=True)
    picture.text(24, y + 4, "low end of the range")
    picture.mark(166, y, 0)
    picture.text(174, y + 4, "high end")
    picture.line(240, y, 262, y, QUIET, 1.2, "4 3")
    picture.text(267, y + 4, "as it is")
    picture.high = y + 12
    caption = say(
        "Effect of “{arm}” with each assumption at the low (hollow) and the high end (filled) of its plausible range, "
        "the largest pull first; broken line: the effect as the scenario has it.",
        arm=facts.name(found.arm),
    )
    return drawn(picture, caption)


def _pull(row: dict[str, Any], end: str) -> Markup:
    digits = digits_shown(row[end], row[f"{end}_from"], row[f"{end}_to"])
    n = {
        name: number(row[column], f"pull:{row['setting']}:{column}", digits, sign="both")
        for name, column in (("n", end), ("low", f"{end}_from"), ("high", f"{end}_to"))
    }
    return say("{n} ({low} to {high})", **n)


def _unclear(row: dict[str, Any], end: str) -> str:
    return "" if excludes(row[f"{end}_from"], row[f"{end}_to"]) else ", no clear difference,"


def _cell(row: dict[str, Any], column: str) -> Markup:
    return _setting(row[column], f"{row['setting']}:{column}")


def _setting(value: float, name: str) -> Markup:
    """What a setting holds, as it is written."""
    text = f"{float(value):g}".replace("-", "−")
    digits = len(text.partition(".")[2]) if "e" not in text else 6
    return number(float(value), f"setting:{name}", digits, sign="minus")


def _meaning(name: str) -> str:
    return PARAMETERS[name].meaning


def _section(name: str) -> str:
    return SECTIONS.get(name.partition(".")[0], name.partition(".")[0])
