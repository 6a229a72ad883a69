"""A dict that cannot be changed."""

from __future__ import annotations

from typing import Any

__all__ = ["NOTHING", "ReadOnly"]


class ReadOnly(dict[str, Any]):
    """A dict that cannot be changed, so that a scenario can be hashed and shared.

    >>> hash(ReadOnly(a=1)) == hash(ReadOnly({"a": 1.0}))
    True
    """

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a scenario cannot be changed: make another with with_settings or with_interventions")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> Any:
        return type(self), (dict(self),)


NOTHING = ReadOnly()
