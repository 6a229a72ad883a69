"""Documents, docstrings and comments cite only what exists, and no file names a package registry."""

import ast
import io
import re
import shutil
import subprocess
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMING = ["README.md", "docs/contributing.md"]
DOCUMENTS = sorted(str(p.relative_to(ROOT)) for p in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
# of what is cited anywhere, names of files that programs and readers make
MADE = {
    "manifest.json", "scenario.toml", "captions.md", "effects.csv", "comparison.html", "comparison.png", "note.txt",
    "classroom.html", "published.json", "page.html", "plan.json",
}  # fmt: skip
KINDS = "py md toml txt csv json cff ipynb png svg sh html j2 yaml yml tsv pdf rst docx"
MADE_BY_THE_READER = ("results/", ".venv/", "my_")  # what commands in the documents make

# in pieces, so that this file does not contain them
REGISTRIES = [
    "pypi" + ".org", "python" + "hosted.org", "pypi" + ".python", "/opt/" + "pypi", "/opt/" + "wheels",
    "npmjs" + ".", "deb." + "debian", "anaconda" + ".org", "crates" + ".io", "proxy." + "golang",
]  # fmt: skip


def text_outside_blocks(name: str) -> str:
    return re.sub(r"^(```|~~~).*?^\1", "", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def paths_named(text: str) -> list[str]:
    """What stands in backticks and is a path: one word with a slash, or ending as our files do."""
    words = [word.split("::")[0] for word in re.findall(r"`([^`\s]+)`", text) if "://" not in word]
    words = [word for word in words if "/" in word or word.endswith((".py", ".md", ".toml"))]
    return [word for word in words if not word.startswith(MADE_BY_THE_READER)]


def links(text: str) -> list[str]:
    """The relative targets of links and pictures, without their anchors."""
    found = re.findall(r"\]\(\s*<?([^)\s>]+)", text) + re.findall(r"^\[[^\]]+\]:\s*(\S+)", text, flags=re.MULTILINE)
    found += re.findall(r"(?:src|href)=[\"']([^\"']+)", text)
    found = [target.split("#")[0] for target in found if not re.match(r"[a-z][a-z0-9+.-]*:", target)]
    return [target for target in found if target]


def test_the_readers_of_this_file():
    assert paths_named("`a/b.py`, `c.md`, `x.y`, `run x/y`, `t.py::test`, `results/x`") == ["a/b.py", "c.md", "t.py"]
    assert links('[a](b.md#c) ![d](<e.png> "f") [g](https://h) [i](#j) <img src="k.svg">') == ["b.md", "e.png", "k.svg"]


@pytest.mark.parametrize("name", NAMING)
def test_every_path_in_backticks_exists(name):
    missing = []
    for path in paths_named(text_outside_blocks(name)):
        places = [ROOT, (ROOT / name).parent]
        found = any(list(place.glob(path)) if "*" in path else (place / path).exists() for place in places)
        if path.startswith("/") or not found:
            missing.append(path)
    assert not missing, f"{name} names paths that do not exist: {', '.join(missing)}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_resolves(name):
    broken = [target for target in links(text_outside_blocks(name)) if not ((ROOT / name).parent / target).exists()]
    assert not broken, f"{name} links to what does not exist: {', '.join(broken)}"


def tracked():
    """The names of all files of the repository."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("needs a git checkout: it looks at tracked files")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def prose(name: str, text: str) -> list[str]:
    """What a file says to people: of Python its docstrings and comments, of other files (comments of) all."""
    if name.endswith(".md"):
        return [re.sub(r"^```diff\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)]
    if not name.endswith(".py"):
        return [line for line in text.splitlines() if line.lstrip().startswith(("#", "//", "/*", "*", "{#"))]
    nodes = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    said = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, nodes)]
    said = [re.sub(r"^\s*(>>>|\.\.\.).*", "", words, flags=re.MULTILINE) for words in said]
    return said + [t.string for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT]


def cited(text: str) -> set[str]:
    """Words that are names of files, with or without folders; addresses are none."""
    text = re.sub(r"[a-z]+://\S+|\bwww\.\S+", " ", text)
    words = re.findall(rf"(?<![\w/.<*{{-])((?:[\w.-]+/)*[\w-]+\.(?:{KINDS.replace(' ', '|')}))(?![\w/.]*\w)", text)
    return {word for word in words if not word.startswith(MADE_BY_THE_READER) and Path(word).name not in MADE}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see `model.md`, section 13, and (design/notes.txt).", {"model.md", "design/notes.txt"}),
        ("docs/a-b.md: says so", {"docs/a-b.md"}),
        ("https://a.org/x/y.html and www.b.org/c.pdf", set()),
        ("`results/x/a.csv`, my_cases.csv, `manifest.json`", set()),
        ("p.column, numpy.c_types, 1.5, e.g. this, a.cfg", set()),
        ("*.py, {name}.csv, <name>.md", set()),
    ],
)
def test_citations_are_found(text, found):
    assert cited(text) == found


def test_nothing_cites_a_file_that_is_not_there():
    """In any document, docstring or comment, by its path or by the end of it."""
    names = tracked()
    known = ["/" + name for name in names]
    kinds = (".md", ".py", ".toml", ".j2", ".c", ".cff", "Makefile")
    missing = []
    for name in names:
        if name.endswith(kinds):
            for word in {word for part in prose(name, (ROOT / name).read_text("utf-8")) for word in cited(part)}:
                if not any(path.endswith("/" + word.removeprefix("./").removeprefix("../")) for path in known):
                    missing.append(f"{name}: {word}")
    assert not missing, "\n".join(missing)


def test_no_file_names_a_package_registry():
    names = tracked()
    naming = []
    for path in (ROOT / name for name in names):
        try:
            text = path.read_text("utf-8").lower()
        except (OSError, UnicodeDecodeError):  # deleted, a folder of its own, or not text
            continue
        naming += [f"{path.relative_to(ROOT)}: {address}" for address in REGISTRIES if address in text]
    assert not naming
