"""numba's machine code, kept in this user's cache between sessions: its files, sealed, as `cache` writes and reads them."""

from __future__ import annotations

import hashlib
import inspect
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile
from numba.core.serialize import dumps

from .cache import _cache_folder, _check_folder, _fault, _make_folder, _read, _sealed, _unsealed, _write
from .sources import fingerprint

__all__: list[str] = []


class _Kept(IndexDataCacheFile):
    """numba's index and data files of one kernel, sealed."""

    def _load_index(self) -> dict[Any, Any]:
        try:
            version, stamp, overloads = pickle.loads(_unsealed(_read(Path(self._index_path))))
        except FileNotFoundError:
            return {}
        return overloads if (version, stamp) == (self._version, self._source_stamp) else {}

    def _save_index(self, overloads: dict[Any, Any]) -> None:
        _write(Path(self._index_path), _sealed(dumps((self._version, self._source_stamp, overloads))))

    def _load_data(self, name: str) -> Any:
        return pickle.loads(_unsealed(_read(Path(self._data_path(name)))))

    def _save_data(self, name: str, data: Any) -> None:
        _write(Path(self._data_path(name)), _sealed(dumps(data)))


class _Kernel(CompileResultCacheImpl):
    """What numba asks of a kernel: its place and its name, without looking for a place that can be written."""

    def __init__(self, function: Callable[..., Any], make_place: Callable[[], None]):
        file = inspect.getfile(function)
        self._lineno = function.__code__.co_firstlineno
        self._locator = SimpleNamespace(
            _py_file=file, ensure_cache_path=make_place, get_disambiguator=lambda: str(self._lineno)
        )
        self._filename_base = self.get_filename_base(
            f"{Path(file).stem}.{function.__qualname__}", getattr(sys, "abiflags", "")
        )


class _TolerantCache(FunctionCache):
    """numba's cache of one kernel, but a damaged file is deleted and compiled again instead of ending the program, files
    of others are let be, and what cannot be written is only read.
    """

    def __init__(self, function: Callable[..., Any], folder: Path, is_engine: bool):
        source = Path(inspect.getfile(function)).absolute()
        about = source.stat()  # a function typed at a prompt has no file to key by
        beside = hashlib.sha256(str(source.parent).encode()).hexdigest()[:16]
        self._folders = (folder, folder / f"{source.parent.name}_{beside}")
        # The engine's folder is keyed by all of its sources; times of files change when an image is copied.
        stamp = fingerprint() if is_engine else (about.st_mtime, about.st_size)
        self._name, self._py_func = repr(function), function
        self._impl = _Kernel(function, self._make_folders)
        self._cache_path = str(self._folders[-1])
        self._cache_file = _Kept(self._cache_path, self._impl.filename_base, stamp)
        self.enable()

    def _make_folders(self) -> None:
        for folder in self._folders:
            _make_folder(folder)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            for folder in self._folders:
                _check_folder(folder)
            return super().load_overload(sig, target_context)
        except OSError:  # nothing there, or nothing of ours
            return None
        except Exception:
            self._drop()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError:  # a full disk, or one that cannot be written, must not cost the answer
            pass
        except Exception:
            self._drop()

    def _drop(self) -> None:
        """Delete what is kept of this kernel, as far as it is ours."""
        with suppress(OSError):
            for path in self._folders[-1].iterdir():
                if path.name.startswith(f"{self._impl.filename_base}.") and not _fault(path.lstat()):
                    path.unlink(missing_ok=True)


def _cache_of(function: Callable[..., Any], part: str) -> _TolerantCache | None:
    """The cache of a kernel in a part of the folder, or None where its code is not kept."""
    folder = _cache_folder(part)
    if folder is not None:
        with suppress(OSError):
            return _TolerantCache(function, folder, part == "engine")
    return None
