"""The commented scenario that `multitrack new` writes: every part explained, and small enough to run at once."""

from __future__ import annotations

import textwrap

from ..parameter_table import PARAMETERS, SECTIONS
from ..tables import TABLES, Column
from .toml_text import write_value
from .values import allowed, default_of, parameter_column, row_columns, row_model

__all__ = ["TAIL", "template_text"]

_HEAD = """\
# A scenario for multitrack_sim. Everything after a # is a comment. Lines such as "# violence = 0.5" show a setting with
# its default: take away the # and change the number. Give every number a source, or write "assumption".
# Whatever table you leave out ([[issues]], [[academics]], [[ngos]], [[measures]]) gets the standard cast.

title = "My conflict"
summary = "Two invented parties, to be replaced by yours."
month_zero = "2020-01" # calendar month in which the run begins (may be left out)
"""

# What the small example says, and a word on each table.
_EXAMPLE = {
    "governments": ("Two to 27 parties. Their names are used everywhere below.", """\
        [[governments]]
        name = "Northern government"
        power = 2.0       # assumption
        hawkishness = 0.5 # assumption

        [[governments]]
        name = "Southern movement"
        power = 1.0       # assumption
        hawkishness = 0.6 # assumption"""),
    "issues": ("What the conflict is about.", """\
        [[issues]]
        name = "Autonomy"
        indivisibility = 0.6 # assumption

        [[issues]]
        name = "Weapons"
        indivisibility = 0.4 # assumption"""),
    "stakes": (
        "What each party wants: its ideal (0 to 1) and how much of its attention an issue has (adding up to 1).\n"
        "Absent: ideals spread evenly over [0, 1] in the order of the parties, attention by the issues' weights.", """\
        [[stakes]]
        party = "Southern movement"
        issue = "Autonomy"
        ideal = 1.0    # assumption
        salience = 0.7 # assumption; what is left, .3, goes to the other issue"""),
    "academics": ("Unofficial participants of Track II. Absent: three for each party and two neutral ones.", ""),
    "ngos": ("Convenors and local organisations. Absent: a neutral convenor and a local one for each party.", ""),
    "spoilers": ("Factions that may wreck the process. Absent: none.", """\
        [[spoilers]]
        name = "Southern hardliners"
        party = "Southern movement"
        key_issue = "Autonomy"
        kind = "limited"
        capacity = 0.1 # assumption
        ideal = 1.0    # assumption"""),
    "measures": ("Confidence-building measures. Absent: eight, light and heavy, of the four kinds.", ""),
    "organisations": ("Mediators, guarantors and other third parties. Absent: none.", """\
        [[organisations]]
        name = "The mediator"
        kind = "mediator"
        skill = 0.6    # assumption
        leverage = 0.3 # assumption"""),
    "dyads": ("How one party sees another at the start, where it differs from [trust].", ""),
    "positions": ("Where an unofficial participant would settle, where it is not between its party and the middle.", ""),
    "standing": ("How legitimate a party finds a convenor, where it differs from the convenor's legitimacy.", ""),
}  # fmt: skip

_SMALL = {"society.communities": "communities = 40"}

TAIL = """\
# ---- What changes during the run: a what-if ----
# [[interventions]]
# month = 24
# set = "track_two.budget"                # any setting: section.key or table.'Row name'.column
# to = 0.0                                # or: scale = the setting, by = a factor
# until = 36                              # the old value returns (may be left out)
# why = "what if donors had left?"

# ---- What is known to have happened, shown beside the results ----
# [[history]]
# date = "2021-03-15"
# what = "Ceasefire signed"
# source = "Smith 2022"                   # a key of [sources], or a text that starts with "assumption"

# [record]
# agreement = "framework"                 # none, ceasefire, framework or comprehensive
# months = 22                             # from month_zero to the agreement
# held_60 = "yes"                         # whether it held 60 months: yes, no or ""
# note = "what should be known about it"

# [sources]
# "Smith 2022" = "Smith, A. (2022). The full citation."
"""


def template_text() -> str:
    """The text of a scenario file that runs as it stands and shows every parameter with its default.

    >>> from multitrack_sim.scenario import loads
    >>> loads(template_text()).title
    'My conflict'
    """
    parts = [_HEAD]
    for section, title in SECTIONS.items():
        lines = [f"# ---- {title} ----", f"[{section}]"]
        for name, p in PARAMETERS.items():
            if name.startswith(section + "."):
                usual = p.value if p.choices else int(p.default) if p.whole else float(p.default)
                start = f"{name.partition('.')[2]} = {write_value(usual)}"
                text = _meaning(parameter_column(name))
                if name in _SMALL:
                    start, text = _SMALL[name], f"{text} (small here, for a fast first look; {start} if not written)"
                else:
                    start = f"# {start}"
                lines.append(_explained(start, text))
        parts.append("\n".join(lines) + "\n")
    for table, (about, example) in _EXAMPLE.items():
        lines = [f"# ---- [[{table}]]: {TABLES[table].meaning} ----", *(f"# {line}" for line in about.split("\n"))]
        lines += _row(table)
        lines += ["", *textwrap.dedent(example).splitlines()] if example else []
        parts.append("\n".join(lines) + "\n")
    return "\n".join([*parts, TAIL])


def _row(table: str) -> list[str]:
    """All that a row may hold, as comments."""
    fields = row_model(table).model_fields
    labels = [name for name in fields if name not in row_columns(table) and name != "id"]
    lines = [_explained(f"#   {name}", fields[name].description or "") for name in labels]
    for name, column in row_columns(table).items():
        default = default_of(table, column)
        if column.unit == "0 or 1":
            default = bool(default)
        lines.append(
            _explained(f"#   {name}" + ("" if default is None else f" = {write_value(default)}"), _meaning(column))
        )
    return lines


def _meaning(column: Column) -> str:
    return f"{allowed(column).removeprefix('a number from ').removeprefix('a ')}: {column.meaning}"


def _explained(start: str, text: str) -> str:
    return f"{start:<40} # {text}"
