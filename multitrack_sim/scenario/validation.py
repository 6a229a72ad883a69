"""What each value of a scenario may be: columns read from `PARAMETERS` and `TABLES`, and strict models made of them.

Nothing is declared twice: a parameter or a `given` column that is added to its table may be written in a file at once.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    create_model,
)

from ..errors import Problem, did_you_mean, printable
from ..schema.categories import Agreement
from ..schema.parameters import PARAMETERS, SECTIONS
from ..schema.tables import NAMED, SPARSE, TABLES, Column
from .toml_text import KeyPath

__all__ = ["Reading", "allowed", "default_of", "parameter_column", "row_columns", "row_model"]
IN_A_FILE = ("governments", "issues", "stakes", *NAMED[2:], *SPARSE)
HEAD = ("title", "summary", "month_zero")
TOP = (*HEAD, *SECTIONS, *IN_A_FILE, "interventions", "history", "record", "sources")
LONGEST_NAME = 80
MOST_PROBLEMS = 100  # told


def _words(longest: int, what: str) -> Any:
    def tidy(text: str) -> str:
        text = " ".join(text.split()) if longest > LONGEST_NAME else text.strip()  # long texts may be wrapped in a file
        if not 1 <= len(text) <= longest or not text.isprintable():
            raise ValueError
        return text

    description = f"{what}: 1 to {longest} printable characters, no control characters"
    return Annotated[str, AfterValidator(tidy), Field(description=description)]


NAME, TITLE, TEXT = _words(LONGEST_NAME, "a name"), _words(200, "a title"), _words(2000, "a text")


def _date(value: Any) -> str:
    """A day, a month or a year, as its ISO text."""
    text = value.isoformat() if type(value) is datetime.date else value
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        raise ValueError
    datetime.date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    return text


@cache
def parameter_column(name: str) -> Column:
    """A parameter, as the column it is."""
    p = PARAMETERS[name]
    return dataclasses.replace(TABLES["parameters"].column(p.column), whole=p.whole)


@cache
def row_columns(table: str) -> dict[str, Column]:
    """What a row of this table may hold besides its name and whom it refers to.

    >>> list(row_columns("stakes"))
    ['ideal', 'salience']
    """
    columns = {c.name: c for c in TABLES[table].columns if c.given or (table, c.name) == ("dyads", "misperception")}
    if table == "dyads":  # states of a run that may be given for its start
        prior, limits = TABLES[table].column("prior"), PARAMETERS["trust.prior"]
        columns = {"prior": dataclasses.replace(prior, low=limits.low, high=limits.high), **columns}
    return columns


@cache
def shock_columns(table: str) -> dict[str, Column]:
    """What an intervention may change besides settings: what the month computes of people and communities."""
    if table not in ("governments", "issues", "academics", "spoilers", "communities"):
        return {}
    return {c.name: c for c in TABLES[table].columns if not c.given and not c.whole}


def allowed(column: Column) -> str:
    """What a column may hold, in words.

    >>> allowed(row_columns("governments")["power"])
    'a number from 0.001 to 1000 (relative)'
    """
    if column.choices:
        return "one of " + ", ".join(f'"{choice}"' for choice in column.choices)
    if column.refers:
        return f"the name of one of the {column.refers}"
    if column.unit == "0 or 1":
        return "true or false"
    kind = "a whole number" if column.whole else "a number"
    return f"{kind} from {column.low:.10g} to {column.high:.10g} ({column.unit})"


def _type(column: Column) -> Any:
    if column.choices:
        return Annotated[Literal[column.choices], Field(description=allowed(column))]
    if column.refers:
        return Annotated[NAME, Field(description=allowed(column))]
    finite = None if column.whole else False
    limits = Field(ge=column.low, le=column.high, allow_inf_nan=finite, description=allowed(column))
    if column.unit == "0 or 1":
        return Annotated[int, limits, BeforeValidator(lambda value: int(value) if isinstance(value, bool) else value)]
    return Annotated[int if column.whole else float, limits]


@cache
def adapter(column: Column) -> TypeAdapter[Any]:
    return TypeAdapter(_type(column), config=ConfigDict(strict=True))


def default_of(table: str, column: Column) -> Any:
    """What a row holds that says nothing; None where it depends on other rows."""
    if TABLES[table].relation or column.refers:
        return None
    return column.choices[int(column.default)] if column.choices else column.default


def _model(name: str, fields: dict[str, Any]) -> type[BaseModel]:
    return create_model(name, __config__=ConfigDict(strict=True, extra="forbid"), **fields)


@cache
def section_model(section: str) -> type[BaseModel]:
    names = [name for name in PARAMETERS if name.startswith(section + ".")]
    return _model(section, {name.partition(".")[2]: (_type(parameter_column(name)), None) for name in names})


@cache
def row_model(table: str) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    if table in NAMED:
        number = Field(ge=0, le=999_999, description="a whole number from 0 to 999999, another in every row")
        fields = {"name": (NAME, ...), "id": (Annotated[int, number], None)}
    for column in TABLES[table].columns:
        if column.refers and not column.given:
            if table in NAMED and column.low < 0:  # -1 is nobody's side
                note = Field(description=allowed(column) + ' ("" or absent: neutral)')
                fields[column.name] = (Annotated[str, AfterValidator(str.strip), note], "")
            else:
                fields[column.name] = (_type(column), ...)
    return _model(table, fields | {c.name: (_type(c), default_of(table, c)) for c in row_columns(table).values()})


@cache
def other_models() -> dict[str, type[BaseModel]]:
    """The parts of a file that are not tables of the world."""

    def note(kind: Any, description: str, **limits: Any) -> Any:
        return Annotated[kind, Field(description=description, **limits)]

    setting = note(str, "the name of a setting, such as track_two.budget")
    month_zero = note(str, 'a calendar month such as "1996-06"', pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")
    date = Annotated[str, BeforeValidator(_date), Field(description='a date such as "1998-04-10", "1998-04" or "1998"')]
    parts: dict[str, dict[str, Any]] = {
        "head": {"title": (TITLE, "Untitled"), "summary": (TEXT, ""), "month_zero": (month_zero, "")},
        "interventions": {
            "month": (note(int, "a month of the run, counted from 0", ge=0, le=10_000), ...),
            "set": (setting, None),
            "to": (Any, None),
            "scale": (setting, None),
            "shift": (setting, None),
            "by": (note(float, "a number", allow_inf_nan=False), None),
            "add": (note(str, "a row laid out with active = false, such as academics.'Name'"), None),
            "remove": (note(str, "a row, such as organisations.'Name'"), None),
            "until": (note(int, "a later month", ge=1, le=10_000), None),
            "why": (TEXT, None),
        },
        "history": {
            "date": (date, ...),
            "what": (TEXT, ...),
            "agreement": (
                note(Literal[Agreement.words()[1:]], "one of " + ", ".join(f'"{a}"' for a in Agreement.words()[1:])),
                None,
            ),
            "source": (TEXT, ...),
        },
        "record": {
            "agreement": (
                note(Literal[Agreement.words()], "one of " + ", ".join(f'"{a}"' for a in Agreement.words())),
                None,
            ),
            "months": (note(float, "a number of months", ge=0, le=10_000, allow_inf_nan=False), None),
            "held_60": (note(Literal["yes", "no", ""], 'one of "yes", "no", ""'), None),
            "note": (TEXT, None),
        },
    }
    return {name: _model(name, fields) for name, fields in parts.items()}


class Reading:
    """Checks nested data and collects every problem; `place` says in words where a key stands."""

    def __init__(self, place: Callable[[KeyPath], str]):
        self.place = place
        self.problems: list[Problem] = []
        self.count = 0  # problems, those that are no longer told included

    def refuse(self, path: KeyPath, found: str, allowed: str = "", hint: str = "") -> None:
        self.count += 1
        if self.count <= MOST_PROBLEMS:
            self.problems.append(Problem(self.place(path), found, allowed, hint))
        elif self.count == MOST_PROBLEMS + 1:
            self.problems.append(Problem(self.place(()), f"more than {MOST_PROBLEMS} problems, the rest is not told"))

    def hint(self, name: Any, choices: Iterable[str]) -> str:
        """The nearest name, as long as somebody will read it."""
        return did_you_mean(name, choices) if self.count < MOST_PROBLEMS else ""

    def unknown(self, path: KeyPath, choices: Sequence[str]) -> None:
        hint = self.hint(path[-1], choices)
        if not hint and path[0] in SECTIONS and self.count < MOST_PROBLEMS:
            hint = next((f"did you mean {name!r}?" for name in PARAMETERS if name.endswith(f".{path[-1]}")), "")
        self.refuse(path, "unknown name", "" if hint else ", ".join(choices), hint)

    def model(self, model: type[BaseModel], data: Any, path: KeyPath) -> dict[str, Any] | None:
        """The checked row or section, or None."""
        if not isinstance(data, Mapping):
            self.refuse(path, f"found {printable(data)}", "keys and values")
            return None
        try:
            return model.model_validate(dict(data)).model_dump()
        except ValidationError as wrong:
            errors = wrong.errors(include_url=False, include_context=False)
        for error in errors:
            where, value = (*path, str(error["loc"][0])), error["input"]
            field = model.model_fields.get(str(error["loc"][0]))
            if field is None:
                self.unknown(where, list(model.model_fields))
            elif error["type"] == "missing":
                self.refuse(where, "missing", field.description or "")
            else:
                choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
                self.refuse(where, f"found {printable(value)}", field.description or "", self.hint(value, choices))
        return None
