"""`python -m docs.generate [all | PAGE ...]`: make the pages that commands make, and have all of them say how old they are."""

import sys

from multitrack_sim.engine.sources import model_version
from multitrack_sim.errors import MultitrackError

from .pages import PAGES, fault, make, meant, refresh


def main(names: list[str]) -> int:
    """Make the pages named (without names those that take seconds); say of every page how it stands."""
    try:
        for page in meant(names):
            print(f"{page.file}: python {page.command}", flush=True)
            make(page)
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
