"""What a page may do: a strict policy by hashes, and the one place where something may be added that runs in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

__all__ = ["NOTHING_TO_TRY", "TryIt", "policy"]


@dataclass(frozen=True)
class TryIt:
    """What lets a reader move a variant's levers in the page itself: made elsewhere (`browser/`), put into the report here.

    `below` has, for each variant by its name, ready HTML to stand below it; it is trusted, so names in it must have been
    escaped. `scripts` and `styles` are whole texts, put into the page as they are and allowed by their hashes alone: no
    handlers or styles in attributes will work. `allowed` are further sources that the scripts need, by directive, such as
    {"script-src": ("'wasm-unsafe-eval'",), "worker-src": ("blob:",)}. `data` is a text that the scripts find in the element
    with the id "try-data". A `note` says why there is nothing to try.
    """

    below: Mapping[str, Markup] = field(default_factory=dict)
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    data: str = ""
    note: str = ""


NOTHING_TO_TRY = TryIt()


def policy(style: str, try_it: TryIt = NOTHING_TO_TRY) -> str:
    """The content security policy of a page with this style: nothing from elsewhere, and only what has its hash.

    >>> policy("p {}")
    "default-src 'none'; img-src data:; style-src 'sha256-SNJDlN1Iy2mnt7DOjQIyDb2LQE6O5PQiSZomcdzawQ4='"
    """
    directives: dict[str, list[str]] = {"default-src": ["'none'"], "img-src": ["data:"]}
    directives["style-src"] = [_hash(text) for text in (style, *try_it.styles)]
    if try_it.scripts:
        directives["script-src"] = [_hash(text) for text in try_it.scripts]
    for directive, sources in try_it.allowed.items():
        directives.setdefault(directive, []).extend(sources)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
