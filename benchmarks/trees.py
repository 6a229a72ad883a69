"""Trees to compare: a commit unpacked into a folder, or a folder as it is, each run by a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from multitrack_sim.errors import MultitrackError, Problem, nearest, printable

__all__ = ["ROOT", "Tree", "Worker", "find_tree", "workers"]

ROOT = Path(__file__).resolve().parents[1]
WORKER = Path(__file__).with_name("worker.py")
ALLOWED = "a commit of this repository, or a folder that holds multitrack_sim"


@dataclass(frozen=True)
class Tree:
    """A version of the model: its name, its folder, where its compiled code is kept (None: as usual), its commit."""

    name: str
    folder: Path
    cache: Path | None = None
    commit: str = ""


def _git(*arguments: str) -> str | None:
    """What git says about this repository; None where it does not know, or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def find_tree(name: str, kept: Path) -> Tree:
    """The folder of this name, or the commit, unpacked into `kept` unless it already lies there."""
    folder = Path(name).expanduser()
    if (folder / "multitrack_sim" / "__init__.py").is_file():
        folder = folder.resolve()
        if folder == ROOT:
            return Tree("this tree", ROOT)
        return Tree(
            printable(name).strip("'\""),
            folder,
            kept / "compiled" / "-".join(part.strip("/\\:") for part in folder.parts),
        )
    commit = _git("rev-parse", "--verify", "--quiet", name + "^{commit}")
    if commit is None:
        known = (_git("for-each-ref", "--format=%(refname:short)") or "").splitlines()
        near = nearest(name, known)
        hint = f"the nearest is {printable(near)}" if near else ""
        raise MultitrackError(Problem("tree to compare", f"found {printable(name)}", ALLOWED, hint))
    return Tree(printable(name).strip("'\""), _unpacked(commit, kept), kept / "compiled" / commit, commit)


def _unpacked(commit: str, kept: Path) -> Path:
    """The files of a commit, unpacked beside the place first, so that what lies there is always whole."""
    folder = kept / commit
    if not folder.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept) as beside:
            packed, whole = Path(beside) / "tree.tar", Path(beside) / "tree"
            if _git("archive", "--format=tar", "--output", str(packed), commit) is None:
                raise MultitrackError(Problem(f"commit {commit[:7]}", "git cannot archive it", ALLOWED))
            with tarfile.open(packed) as files:
                files.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)
                files.extractall(whole)
            if not (whole / "multitrack_sim" / "__init__.py").is_file():
                raise MultitrackError(Problem(f"commit {commit[:7]}", "it holds no multitrack_sim", ALLOWED))
            whole.rename(folder)
    return folder


class Worker:
    """A tree at work: a process that stays, and runs a batch when told to."""

    def __init__(self, tree: Tree, errors: Path):
        self.tree, self._errors = tree, errors
        path = os.pathsep.join(filter(None, [str(tree.folder), os.environ.get("PYTHONPATH")]))
        surroundings = os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"}
        if tree.cache is not None:
            surroundings["MULTITRACK_CACHE_DIR"] = str(tree.cache)
        with errors.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(WORKER), str(tree.folder)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=surroundings, cwd=tree.folder,
                text=True, encoding="utf-8",
            )  # fmt: skip
        assert self._process.stdin and self._process.stdout
        self._asks, self._answers = self._process.stdin, self._process.stdout
        try:
            found = Path(self._answer()["package"])
            if found != tree.folder / "multitrack_sim":
                raise self._problem(f"Python found the package in {found}")
        except BaseException:
            self.close()
            raise

    def _problem(self, found: str) -> MultitrackError:
        return MultitrackError(Problem(f"tree {self.tree.name}", found))

    def _answer(self) -> dict:
        line = self._answers.readline()
        if not line:
            self._process.wait()
            said = self._errors.read_text("utf-8", "replace").strip().splitlines()
            raise self._problem(f"its process ended: {printable(said[-1], 300) if said else 'it said nothing'}")
        return json.loads(line)

    def batch(self, case: str, runs: int, seed: int = 1, outcomes: bool = False) -> dict:
        """Seconds of a batch of runs, and their outcomes where asked for."""
        asked = {"case": case, "runs": runs, "seed": seed, "outcomes": outcomes}
        try:
            self._asks.write(json.dumps(asked) + "\n")
            self._asks.flush()
        except OSError:  # it has ended: its last words say why
            pass
        return self._answer()

    def close(self) -> None:
        """It ends when nobody asks any more."""
        try:
            self._asks.close()
        except OSError:
            pass
        self._answers.close()
        self._process.wait()


@contextmanager
def workers(names: Sequence[str], keep: Path | None = None) -> Iterator[list[Worker]]:
    """A living process for every tree, in order; what was unpacked and compiled goes afterwards, unless kept."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        trees = [find_tree(name, (keep or scratch).resolve()) for name in names]
        living = []
        for at, tree in enumerate(trees):
            living.append(Worker(tree, scratch / f"said-{at}"))
            stack.callback(living[-1].close)
        yield living
