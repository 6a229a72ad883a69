"""A twin in C of the phases that grow with communities, by columns, and what the compiled phases cost beside it.

It is a limit to come near to: the same arithmetic where memory lies best, by the machine's own C compiler
(`cc -O3 -march=native`, not fast-math). Both must give the same numbers before their times are compared.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from multitrack_sim import Scenario
from multitrack_sim.process.warmup import prepare
from multitrack_sim.schema.categories import MutedMoney, Phase, Programme
from multitrack_sim.schema.draws import Draw
from multitrack_sim.schema.world import World, restore, snapshot

from .measure import Bar, Figure, Part, Table, cpu_clock, interleaved
from .speed import coded, growing_phases, northern_ireland, starts, whole_months

__all__ = ["Columns", "NoCompiler", "build", "measure", "worst_difference"]

SOURCE = Path(__file__).with_name("column_twin.c")
# Not fast-math: every operation stays as it is written. Traps, which nobody sets, would only keep loops from being
# vector code on processors without masks.
FLAGS = ("-O3", "-march=native", "-fno-trapping-math", "-std=c11", "-fPIC", "-shared")
SAME = 1e-12
MONTHS, STARTS, BETWEEN = 180, 4, 40  # each start so many whole months later in a run than the one before
CASES: dict[str, Callable[[], Scenario]] = {
    "2 governments, 200 communities": lambda: coded(2, 200),
    "Northern Ireland, 200 communities": lambda: northern_ireland(200),
    "2 governments, 2,000 communities": lambda: coded(2, 2000),
    "Northern Ireland, 2,000 communities": lambda: northern_ireland(2000),
}

NUMBERS = {
    "PROGRAMME": Draw.PROGRAMME, "PROGRAMME_BACKFIRE": Draw.PROGRAMME_BACKFIRE, "MISREADING": Draw.MISREADING,
    "EDUCATION": Programme.EDUCATION, "INTERFAITH": Programme.INTERFAITH, "MOVED": MutedMoney.MOVED,
    "REPLACED": MutedMoney.REPLACED, "TALKS": Phase.TALKS,
}  # fmt: skip
SMALL = ("governments", "ngos", "spoilers", "process", "parameters")  # tables that C reads as they are
MOVED_COLUMNS = {  # of communities: their names in C, and in the table
    name: name for name in ("attitude", "support", "fear", "grievance", "dividend", "programme", "programme_months")
} | {"before": "attitude_before", "home": "home", "effect": "programme_effect"}
SCRATCH = ("fright", "hurt", "reasons", "draws")


class NoCompiler(Exception):
    """There is no C compiler here, or it does not take the twin; the text says which."""


COUNTS = ("rows", "most_ties", "parties", "organisations", "attackers")
ADDRESSES = (
    "starts", "heard", "weight", "attitude", "before", "home", "support", "fear", "grievance", "dividend", "effect",
    "programme", "programme_months", *SCRATCH, *SMALL[:4], "p",
)  # fmt: skip


class _Columns(ctypes.Structure):
    """`columns` of the C file, field by field."""

    _fields_ = [*((name, ctypes.c_int64) for name in COUNTS), *((name, ctypes.c_void_p) for name in ADDRESSES)]


def header(world: World) -> str:
    """What C has to know of the tables: the structs of small ones, and the numbers of purposes, phases and kinds."""
    kinds = {"f": "double", "i": "int64_t"}
    lines = [f"#define {name} {number}" for name, number in NUMBERS.items()]
    for name in SMALL:
        row = getattr(world, name).dtype
        lines += ["typedef struct {", *(f"  {kinds[row[at].kind]} {at};" for at in row.names), f"}} {name}_row;"]
    return "\n".join(lines) + "\n"


def build(world: World) -> Callable[[_Columns, int], None]:
    """The twin, compiled for this machine and these tables."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoCompiler("there is no C compiler `cc` on this machine")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        (Path(folder) / "world.h").write_text(header(world), "utf-8")
        made = Path(folder) / "column_twin.so"
        command = [compiler, *FLAGS, f"-I{folder}", str(SOURCE), "-o", str(made), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            said = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip()[:200])
            raise NoCompiler(f"`cc {' '.join(FLAGS)}` does not take the twin: {said.strip()}")
        growing = ctypes.CDLL(str(made)).growing_phases
    growing.argtypes, growing.restype = (ctypes.POINTER(_Columns), ctypes.c_int64), None
    return lambda columns, months: growing(ctypes.byref(columns), months)


def _ties_by_column(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Whom communities hear, and how much: tie by tie. Who has fewer ties hears itself, which moves nothing."""
    communities = world.communities
    rows, most = len(communities), int(communities["ties"].max(initial=0))
    heard, weight = np.tile(np.arange(rows, dtype=np.int32), (most, 1)), np.zeros((most, rows))
    for tie in range(most):
        has = np.flatnonzero(communities["ties"] > tie)
        at = communities["first_tie"][has] + tie
        heard[tie, has], weight[tie, has] = world.ties["heard"][at], world.ties["weight"][at]
    return heard, weight


class Columns:
    """A world's communities and ties copied into columns, and its small tables as they are."""

    def __init__(self, world: World):
        communities, parties = world.communities, len(world.governments)
        assert (np.diff(communities["party"]) >= 0).all(), "communities lie party by party"
        assert (communities["id"] == np.arange(len(communities))).all(), "and in the order of their ids"
        self.moved = {name: communities[column].astype(float) for name, column in MOVED_COLUMNS.items()}
        self.small = {name: np.array(getattr(world, name)) for name in SMALL}
        self.starts = np.searchsorted(communities["party"], np.arange(parties + 1))
        self.heard, self.weight = _ties_by_column(world)
        self.scratch = {name: np.zeros(len(communities)) for name in SCRATCH}
        arrays = {**self.moved, **self.scratch, **{"p" if n == "parameters" else n: a for n, a in self.small.items()}}
        arrays |= {"starts": self.starts.astype(np.int64), "heard": self.heard, "weight": self.weight}
        self.arrays = arrays  # C holds their addresses: they live as long as this
        counts = (len(communities), len(self.heard), parties, len(world.ngos), len(world.spoilers))
        self.for_c = _Columns(*counts, *(arrays[name].ctypes.data for name in ADDRESSES))
        self._begin = {name: array.copy() for name, array in arrays.items()}

    def restore(self) -> None:
        """Everything as it was when it was copied."""
        for name, array in self.arrays.items():
            array[...] = self._begin[name]


def _apart(one: np.ndarray, two: np.ndarray) -> float:
    """The greatest difference; a missing number against a number is infinitely far, two missing ones are the same."""
    apart = np.where(np.isnan(one) & np.isnan(two), 0.0, np.abs(one - two))
    return float(np.where(np.isnan(apart), np.inf, apart).max(initial=0.0))


def worst_difference(columns: Columns, world: World) -> tuple[float, str]:
    """The greatest difference between the twin and a world, and where."""
    pairs = {
        f"communities.{column}": (columns.moved[name], world.communities[column])
        for name, column in MOVED_COLUMNS.items()
    }
    for table, rows in columns.small.items():
        theirs = getattr(world, table)
        pairs |= {f"{table}.{column}": (rows[column], theirs[column]) for column in theirs.dtype.names}
    worst = {name: _apart(one, two) for name, (one, two) in pairs.items()}
    where = max(worst, key=worst.__getitem__)
    return worst[where], where


def course(scenario: Scenario) -> tuple[World, list[np.ndarray]]:
    """One world, and starts at several points of a run: months at war, in talks and under an accord."""
    world, begins = starts(scenario, STARTS)
    later = []
    for at, begin in enumerate(begins):
        restore(world, begin)
        whole_months(world, at * BETWEEN)
        later.append(snapshot(world))
    return world, later


def _rivals(world: World, begins: list[np.ndarray], twin: Callable) -> tuple[dict[str, Callable], float, str]:
    """Both ways to pass the same months, timed; and the greatest difference of their numbers, and where."""
    all_columns, worst = [], (0.0, "")
    for begin in begins:
        restore(world, begin)
        columns = Columns(world)
        all_columns.append(columns)
        growing_phases(world, MONTHS)
        twin(columns.for_c, MONTHS)
        worst = max(worst, worst_difference(columns, world))

    def compiled() -> float:
        took = 0.0
        for begin in begins:
            restore(world, begin)
            began = cpu_clock()
            growing_phases(world, MONTHS)
            took += cpu_clock() - began
        return took

    def in_c() -> float:
        took = 0.0
        for columns in all_columns:
            columns.restore()
            began = cpu_clock()
            twin(columns.for_c, MONTHS)
            took += cpu_clock() - began
        return took

    return {"compiled": compiled, "C": in_c}, *worst


def measure(repeats: int) -> Part:
    """The compiled phases and their twin in turns, on one core."""
    prepare()
    figures, rows, hows = [], [], []
    for title, scenario in CASES.items():
        world, begins = course(scenario())
        try:
            twin = build(world)
        except NoCompiler as problem:
            return Part("columns", f"Not measured: {problem}.")
        rivals, difference, where = _rivals(world, begins, twin)
        if not difference < SAME:
            figures.append(Figure(f"greatest difference, {title}, in {where}", difference, "", Bar("below", SAME)))
            continue  # of what gives other numbers the time means nothing
        turns = interleaved(rivals, repeats)
        hows.append(turns.how())
        each = 1e9 / STARTS / MONTHS / len(world.communities)
        ours, theirs = (turns.median(name) * each for name in rivals)
        ratios = [a / b for a, b in zip(turns.seconds["compiled"], turns.seconds["C"])]
        rows.append(
            (title, ours, theirs, turns.ratio("compiled", "C"), f"{min(ratios):.2f} to {max(ratios):.2f}", difference)
        )
        figures.append(Figure(f"compiled phases / C by columns, {title}", rows[-1][3], "times", Bar("at most", 1.5)))
    header = ("world", "compiled, ns", "C, ns", "ratio", "from, to", "greatest difference")
    return Part(
        "columns",
        f"Grassroots and publics alone, {MONTHS} months from {STARTS} points of a run, per community and month, one core; the "
        f"twin is C by columns with an exponential that works on several rows at once, `cc {' '.join(FLAGS[:3])}`, and must "
        f"give the same numbers within {SAME:g} first. {'; '.join(dict.fromkeys(hows)).capitalize()} (ratios: of all).",
        figures,
        [Table("Compiled phases beside C by columns", header, tuple(rows))] if rows else [],
    )
