"""Every page that a command makes, which command that is, and whether it is as the model is now.

`python -m docs.generate` makes the pages that take seconds, `python -m docs.generate all` the others too, and a name
(`python -m docs.generate cases`) that page. Each says on top, in the sentence of `made_by`, which command made it and with
which model version; a page that was made with an earlier one says that as well, as soon as any of these commands ran.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from multitrack_sim.engine.sources import model_version
from multitrack_sim.errors import MultitrackError, Problem, nearest
from multitrack_sim.running.files import write_whole
from multitrack_sim.running.provenance import made_by

__all__ = ["EARLIER", "PAGES", "Page", "fault", "make", "refresh", "restamped", "stamp"]

ROOT = Path(__file__).resolve().parents[2]
EARLIER = "The model has changed since: its numbers may differ now."
_STAMP = re.compile(rf"Made\s+by\s+`([^`]+)`\s+with\s+model\s+version\s+`([0-9a-f]{{16}})`\.(\s+{EARLIER})?")


@dataclass(frozen=True)
class Page:
    """A page, the arguments for Python that make it ({folder} is a folder of the moment), and what else they make.

    What a `quick` page says is compared with what would be made now; the others only say with which model they were made.
    `takes` are files of that folder, and where they belong.
    """

    name: str
    file: str
    command: str
    quick: bool = False
    also: tuple[str, ...] = ()
    takes: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return ROOT / self.file


_PICTURE = "docs/images/northern_ireland_track_two.png"
_PAGES = (
    Page("odd", "docs/odd.md", "-m docs.generate.odd docs/odd.md", quick=True),
    Page("coding", "docs/coding.md", "-m docs.generate.coding docs/coding.md", quick=True),
    Page("picture", "README.md", "-m multitrack_sim demo --quiet --out {folder}/demo", takes={"demo/comparison.png": _PICTURE}),
    Page("cases", "docs/cases.md", "experiments/cases_beside_history.py --out docs/cases.md"),
    Page(
        "evidence", "docs/evidence.md", "-m docs.generate.evidence --out docs/evidence.md",
        also=("docs/images/beside_the_record.png", "docs/images/coded_conflicts.png", "docs/images/headline.png"),
    ),
    Page("teaching", "docs/teaching.md", "-m docs.generate.teaching --out docs/teaching.md"),
    Page("benchmarks", "docs/benchmarks.md", "-m benchmarks --markdown docs/benchmarks.md"),
    Page(
        "sensitivity", "docs/sensitivity.md", "experiments/what_each_parameter_moves.py --out docs/sensitivity.md",
        also=("docs/sensitivity.csv",),
    ),
    Page(
        "harms", "docs/where_track_two_harms.md",
        "experiments/where_track_two_harms.py --out docs/where_track_two_harms.md",
        also=(
            "docs/where_track_two_harms.csv", "docs/images/where_track_two_harms.png", "docs/images/what_carries_harm.png",
        ),
    ),
)  # fmt: skip
PAGES: dict[str, Page] = {page.name: page for page in _PAGES}


def stamp(text: str) -> tuple[str, str, bool] | None:
    """Which command made a page, with which model version, and whether it says that it is an earlier one.

    >>> stamp(f"Made by `make tea` with model version\\n`{16 * 'a'}`. {EARLIER} The water was hot.")
    ('make tea', 'aaaaaaaaaaaaaaaa', True)
    """
    found = _STAMP.search(text)
    return (found[1], found[2], bool(found[3])) if found else None


def restamped(text: str, now: str, made_now: bool = False) -> str:
    """The page, saying that its model version is an earlier one where it is not that of `now`, and only there.

    A page `made_now` gets the version of `now`.
    """

    def sentence(found: re.Match) -> str:
        if made_now:
            return made_by(found[1], now)
        return made_by(found[1], found[2]) + ("" if found[2] == now else f" {EARLIER}")

    return _STAMP.sub(sentence, text, count=1)


def fault(text: str, quick: bool, now: str) -> str:
    """What is wrong with what a page says of its making: "" if nothing is."""
    found = stamp(text)
    if found is None:
        return "does not say which command made it, and with which model version"
    _, version, said = found
    if said and version == now:
        return "says that the model has changed, and it has not"
    if version != now and (quick or not said):
        return "was made with an earlier model version" + ("" if quick else ", and does not say so")
    return ""


def make(page: Page, more: Sequence[str] = ()) -> None:
    """Run the command that makes a page, with `more` arguments, and take what it left elsewhere to its place."""
    with tempfile.TemporaryDirectory() as folder:
        words = [word.replace("{folder}", folder) for word in page.command.split()] + list(more)
        done = subprocess.run([sys.executable, *words], cwd=ROOT)
        if done.returncode:
            raise MultitrackError(f"{page.file}: `python {page.command}` ended with exit code {done.returncode}")
        for name, place in page.takes.items():
            if not (Path(folder) / name).is_file():
                raise MultitrackError(f"{page.file}: `python {page.command}` left no {name}")
            (ROOT / place).write_bytes((Path(folder) / name).read_bytes())
    if page.takes:  # the command knows nothing of the page
        write_whole(page.path, restamped(page.path.read_text("utf-8"), model_version(), made_now=True), replace=True)


def refresh(page: Page) -> None:
    """Have a page say whether its model version is an earlier one; the rest stays as it is."""
    text = page.path.read_text("utf-8")
    new = restamped(text, model_version())
    if new != text:
        write_whole(page.path, new, replace=True)


def meant(names: list[str]) -> list[Page]:
    """The pages of these names ("all": every one), the quick ones if there are none."""
    unknown = [name for name in names if name not in PAGES and name != "all"]
    if unknown:
        raise MultitrackError(
            [
                Problem(name, "no such page", ", ".join([*PAGES, "all"]), f"did you mean {near}?" if near else "")
                for name in unknown
                for near in [nearest(name, [*PAGES, "all"])]
            ]
        )
    if "all" in names:
        return list(PAGES.values())
    return [PAGES[name] for name in dict.fromkeys(names)] or [page for page in PAGES.values() if page.quick]
