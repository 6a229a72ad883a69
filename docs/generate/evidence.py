"""`docs/evidence.md`: how far the model can be trusted, every number of it made by this command.

`python -m docs.generate.evidence --out docs/evidence.md` (or `make evidence`, which makes the headline first). What needs the
owners' files of the record is made anew where they lie beside the checkout (or in `--record FOLDER`), and else taken from the
scores that come with the package.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multitrack_sim.evidence.beside_record import BesideRecord, validate
from multitrack_sim.evidence.packaged_scores import (
    FILE,
    files_in,
    packaged_figures,
    packaged_scores,
    scored_anew,
)
from multitrack_sim.evidence.published_analyses import page as published_page
from multitrack_sim.evidence.published_analyses import run_all
from multitrack_sim.evidence.validation_figures import beside_record_figure, cases_figure
from multitrack_sim.reports.headline_figure import headline_figure
from multitrack_sim.reports.packaged_headline import packaged_headline
from multitrack_sim.reports.saving import png_bytes
from multitrack_sim.running.files import write_whole

from .evidence_parts import Sources, evidence_page

__all__ = ["PICTURES", "main", "record_folder"]

COMMAND = "python -m docs.generate.evidence --out docs/evidence.md"
ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
PICTURES = ("beside_the_record.png", "coded_conflicts.png", "headline.png")
CONFLICTS = 800


def record_folder() -> Path | None:
    """Where the record's files lie beside the checkout, or beside the one that this is a work tree of."""
    asked = ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    checkouts = [ROOT] + ([Path(found.stdout.strip()).parent] if found.returncode == 0 else [])
    folders = [checkout.parent / "shared" / "evidence" / "data" for checkout in checkouts]
    return next((folder for folder in folders if files_in(folder)), None)


@dataclass
class Told:
    """Says on stderr how far it is, a line every few seconds."""

    began: float
    last: float = 0.0

    def __call__(self, what: str, done: int = 0, total: int = 0) -> None:
        now = time.monotonic()
        if not total or done >= total or now - self.last > 5:
            self.last = now
            count = f" {done:,} of {total:,}" if total else ""
            print(f"  {what}{count}, {now - self.began:.0f} s", file=sys.stderr, flush=True)


def main(given: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path, default=ROOT / "docs" / "evidence.md", help="the page")
    options.add_argument("--images", type=Path, default=IMAGES, help="folder of its pictures")
    options.add_argument("--scores", type=Path, default=FILE, help="file of the scores that come with the package")
    options.add_argument("--record", type=Path, default=None, help="folder of the owners' files")
    options.add_argument("--conflicts", type=int, default=CONFLICTS, help="of the reference population")
    options.add_argument("--small", action="store_true", help="few runs, to see whether it works")
    options.add_argument("--threads", type=int, default=2)
    chosen = options.parse_args(given)
    folder = chosen.record or record_folder()
    paths = files_in(folder) if folder else None
    if chosen.record and paths is None:
        print(f"{chosen.record}: has not all four files of the record", file=sys.stderr)
        return 2
    tell = Told(time.monotonic())
    held = _scores(paths, chosen, tell)
    beside = _beside_record(chosen, tell)
    few = {"conflicts": 60, "tried": 20, "samples": 10} if chosen.small else {}
    tell("published analyses re-run")
    table, record, tried = run_all(**few, threads=chosen.threads)
    tell("published analyses done")
    kept = packaged_scores(held)
    sources = Sources(beside, kept, packaged_figures(held), published_page(table, record, tried), packaged_headline())
    pictures = (
        beside_record_figure(beside),
        cases_figure(kept["conflicts"]),
        headline_figure(sources.headline["population"]),
    )
    chosen.images.mkdir(parents=True, exist_ok=True)
    for name, (figure, caption) in zip(PICTURES, pictures, strict=True):
        (chosen.images / name).write_bytes(png_bytes(figure, caption))
    captions = dict(zip(PICTURES, (caption for _, caption in pictures)))
    write_whole(chosen.out, evidence_page(sources, captions, COMMAND), replace=True)
    tell(f"{chosen.out}: written")
    return 0


def _scores(paths: dict[str, Path] | None, chosen: argparse.Namespace, tell: Told) -> dict[str, Any]:
    """The scores of coded cases: anew where the files are, else as they come with the package."""
    if paths is None:
        tell("the record's files are not here: scores of coded cases as they come with the package")
        held: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
        return held
    few = {"draws": 2, "runs": 1} if chosen.small else {}
    held = scored_anew(paths, **few, threads=chosen.threads, progress=tell)
    write_whole(chosen.scores, json.dumps(held, indent=1, allow_nan=False) + "\n", replace=True)
    return held


def _beside_record(chosen: argparse.Namespace, tell: Told) -> BesideRecord:
    """The model beside the record, and how many of the plausible sets meet it."""
    from multitrack_sim.scenario.plausible import plausible_sets

    sets = plausible_sets().head(2) if chosen.small else plausible_sets()
    conflicts = 40 if chosen.small else chosen.conflicts
    return validate(
        conflicts, threads=chosen.threads, sets=sets, experiments=not chosen.small,
        progress=lambda done, total: tell("patterns of the record", done, total),
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
