"""`python -m docs.generate [all | PAGE ...] [--record FOLDER]`: make the pages that commands make, have all of them say how old
they are, and put the headline that comes with the package into the README. `--record`: where the owners' files of the
record lie that the page "evidence" takes (without it: beside the checkout, if there).
"""

import sys

from multitrack_sim.engine.sources import model_version
from multitrack_sim.errors import MultitrackError

from .pages import PAGES, fault, make, meant, refresh
from .readme import refresh_readme


def main(names: list[str]) -> int:
    """Make the pages named (without names those that take seconds); say of every page how it stands."""
    try:
        names, record = _record(names)
        for page in meant(names):
            print(f"{page.file}: python {page.command}", flush=True)
            make(page, record if page.name == "evidence" else ())
        refresh_readme()
    except MultitrackError as refused:
        for problem in refused.problems:
            print(f"docs.generate: {problem}", file=sys.stderr)
        return 2
    now, wrong = model_version(), 0
    for page in PAGES.values():
        refresh(page)
        text = page.path.read_text("utf-8")
        told = fault(text, page.quick, now)
        wrong += bool(told)
        print(f"{page.file}: {told or 'says which model version made it'}")
    return 1 if wrong else 0


def _record(names: list[str]) -> tuple[list[str], list[str]]:
    """The names of pages, and the option for the page on evidence."""
    if "--record" not in names:
        return names, []
    at = names.index("--record")
    if at + 1 == len(names):
        raise MultitrackError("--record: found no folder; allowed: --record FOLDER")
    return names[:at] + names[at + 2 :], names[at : at + 2]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
