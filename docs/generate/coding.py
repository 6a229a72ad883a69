"""`docs/coding.md`: how conflicts are coded from the record, made of the rules themselves.

`python -m docs.generate.coding docs/coding.md` writes it anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from multitrack_sim.evidence.coding import POPULATIONS
from multitrack_sim.evidence.coding_openings import ASSUMED, QUIET
from multitrack_sim.evidence.coding_outcomes import HELD, LAST_ACTIVE, LAST_SEEN, LOOKED_AT, SAME
from multitrack_sim.evidence.coding_rules import NEVER_CODED, RULES, rules_table
from multitrack_sim.evidence.file_columns import FILES
from multitrack_sim.running.files import write_whole
from multitrack_sim.running.provenance import made_by

__all__ = ["page"]

COMMAND = "python -m docs.generate.coding docs/coding.md"
PAGE = """# Conflicts coded from the record

{made_by}

What the model predicts can be held against what happened only if nobody who knows the outcome gave the codes. So here a rule
gives them, from four public files, as things stood when talks or fighting began. The rules were written before anybody had
looked at how a code goes with an outcome, and before any run; they were not changed after. They are crude: a rule sees what a
file has a column for.

```
{command}
```

The files come from their owners, not with this project. The command writes a table of cases, in the columns that
`multitrack codes` and `multitrack validate --cases` read.

## Which cases

{populations}

- **Signals of talks**: a dated mediation (Civil War Mediation), an agreement that is neither local nor between states only
  (PA-X), a peace agreement of UCDP. They are sorted by UCDP conflict; what PA-X has under no UCDP conflict within a state
  goes by the name of its process.
- **A process** is a spell of signals. It ends where none comes for {quiet} months; the next signal opens another process.
- **It opens** with its first signal. Where that is an agreement already (partial or comprehensive), talks opened unrecorded:
  {assumed} months before it is assumed, and nothing of its text is used. `{dated}` leaves these out, for what they agreed on
  chose them.
- **Mediations** carry names, not UCDP's numbers. One belongs to the conflict of its country and time that shares most words of
  side B and of the territory with it; if none shares any, to the country's only one.

## No hindsight

Codes read UCDP's years before the year of the opening (that year itself only where the conflict began in it), mediations up to
the day, and the text that opened the process: never a later one. To which conflict a mediation belongs is told by the names of
all years. A process that left no mediation, no text and no agreement is in no file.

## The rules

{rules}

{coded} of 18 codes have a rule. Of the others ({never})
no file tells. `multitrack validate` does not take a missing
code at its middle: it draws it, many times, from the reference population given the codes that are there.

## What happened

Read by no rule. Of the {looked_at} months after the opening, up to the next process of the conflict: `agreement` is the highest one
(PA-X's or UCDP's comprehensive or full, else a partial one, `framework`), `months` those to the first of that kind,
`months_to_any` those to the first of either kind. `held_60` is whether it stood {held} months: by the end that UCDP has of the same
agreement (signed within {same} days, up to {last_seen}); else by whether the conflict was active again in the five calendar
years after (signed up to {last_active}); else empty.

## Whose data

{owners}
"""


def page() -> str:
    """The page as the rules are now."""
    files = " ".join(f"{file.option} FILE" for file in FILES.values())
    return PAGE.format(
        made_by=made_by(COMMAND),
        command=f"multitrack evidence {files} \\\n  --code-conflicts my_cases.csv --population {'|'.join(POPULATIONS)}",
        populations="\n".join(f"- `{name}`: {meaning}." for name, meaning in POPULATIONS.items()),
        quiet=QUIET,
        assumed=ASSUMED,
        dated="dated",
        rules=_table(),
        coded=len(RULES),
        never=", ".join(NEVER_CODED),
        looked_at=LOOKED_AT,
        held=HELD,
        same=SAME.days,
        last_seen=LAST_SEEN.year,
        last_active=LAST_ACTIVE,
        owners="\n".join(f"- {file.title}: {file.owner}" for file in FILES.values()),
    )


def _table() -> str:
    rows = [f"| {code} | {row.rule} | {row.files} | {row.gives} |" for code, row in rules_table().iterrows()]
    return "\n".join(["| code | made from | file | gives |", "|---|---|---|---|", *rows])


if __name__ == "__main__":
    write_whole(Path(sys.argv[1]), page(), replace=True)
