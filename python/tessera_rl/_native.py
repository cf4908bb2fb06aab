"""The shared library: its seven functions, memory that is lent and borrowed, waiting that can be interrupted."""

from __future__ import annotations

import ctypes
import json
import os
import pathlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import InternalError, error_of

Progress = Callable[[float], None]
Array = npt.NDArray[Any]

_HERE = pathlib.Path(__file__).parent

# The kinds of numbers that cross the border, in the order of the library's own list.
_KINDS: list[np.dtype[Any]] = [np.dtype(t) for t in ("float32", "float64", "int32", "int64", "uint8")]


class _Array(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("rows", ctypes.c_int64),
        ("columns", ctypes.c_int64),
        ("kind", ctypes.c_int32),
    )


def _open() -> ctypes.CDLL:
    # CDLL lets go of the interpreter's lock for the length of a call.
    library = ctypes.CDLL(str(_HERE / "libtessera.so"))
    pointer = ctypes.c_void_p
    for name, result, arguments in (
        (
            "tessera_run",
            pointer,
            [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ssize_t, pointer, ctypes.c_ssize_t, pointer, pointer],
        ),
        ("tessera_status", ctypes.c_int32, [pointer]),
        ("tessera_document", pointer, [pointer, ctypes.POINTER(ctypes.c_ssize_t)]),
        ("tessera_output", ctypes.c_int32, [pointer, ctypes.c_ssize_t, ctypes.POINTER(_Array)]),
        ("tessera_free", None, [pointer]),
        ("tessera_control_new", pointer, [ctypes.c_ssize_t]),
        ("tessera_control_share", ctypes.c_double, [pointer]),
        ("tessera_control_stop", None, [pointer]),
        ("tessera_control_free", None, [pointer]),
        ("tessera_blas_open", ctypes.c_int32, [ctypes.c_char_p]),
    ):
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


_library = _open()
_blas_lock = threading.Lock()
_has_blas = False
_is_forked = False


def _note_fork() -> None:
    global _is_forked
    _is_forked = True


# A forked child has lost the threads that pieces of work go to. It works on the calling thread alone, which gives the same
# bytes.
os.register_at_fork(after_in_child=_note_fork)


def _open_blas() -> None:
    """Opens the linear algebra when something is run for the first time."""
    global _has_blas
    with _blas_lock:
        if _has_blas:
            return
        import scipy_openblas32

        path = pathlib.Path(scipy_openblas32.get_lib_dir()) / "libscipy_openblas.so"
        code = _library.tessera_blas_open(os.fsencode(path))
        if code != 0:
            raise InternalError(f"{path}: the linear algebra of scipy-openblas32 cannot be used (code {code})")
        _has_blas = True


class Result:
    """What a run gave: a document, arrays without a copy, and a subject for further runs."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle
        length = ctypes.c_ssize_t()
        address = _library.tessera_document(handle, ctypes.byref(length))
        self.text: str = ctypes.string_at(address, length.value).decode("utf-8")

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def handle(self) -> int:
        if self._handle is None:
            raise InternalError("a result was used after it was freed")
        return self._handle

    def arrays(self) -> dict[str, Array]:
        """All arrays by name. They keep the result alive, whose memory they show."""
        found: dict[str, Array] = {}
        place = 0
        described = _Array()
        while _library.tessera_output(self.handle, place, ctypes.byref(described)):
            rows, columns, kind = described.rows, described.columns, _KINDS[described.kind]
            count = rows * columns
            memory = _lent(self, described.data, count * kind.itemsize)
            array = np.frombuffer(memory, dtype=kind, count=count) if count else np.empty(0, dtype=kind)
            if columns > 1:
                array = array.reshape(rows, columns)
            found[(described.name or b"").decode("utf-8")] = array
            place += 1
        return found

    def __del__(self) -> None:
        if self._handle is not None and _library is not None:
            _library.tessera_free(self._handle)
            self._handle = None


def _lent(owner: Result, address: int, size: int) -> Any:
    """Memory of a result that keeps the result alive."""
    memory = (ctypes.c_uint8 * size).from_address(address)
    memory._owner = owner  # type: ignore[attr-defined]
    return memory


def texts(values: Array, places: Array) -> list[str]:
    """The texts of an array that the library wrote behind one another."""
    data = values.tobytes()
    ends = places.tolist()
    return [data[a:b].decode("utf-8") for a, b in pairwise(ends)]


def run(
    operation: str,
    settings: Mapping[str, Any] | None = None,
    arrays: Mapping[str, Array] | None = None,
    *,
    subject: Result | None = None,
    threads: int | None = None,
    progress: bool | Progress | None = None,
) -> Result:
    """Runs an operation of the library on a thread of its own, and waits where Ctrl-C reaches.

    The arrays are lent: they must be C-contiguous and of a kind in `_KINDS`, and nobody may change them meanwhile.
    """
    _open_blas()
    lent = dict(arrays or {})
    described = (_Array * max(len(lent), 1))()
    for place, (name, array) in enumerate(lent.items()):
        if not array.flags.c_contiguous or array.dtype not in _KINDS:
            raise InternalError(f"{name}: {array.dtype} with strides {array.strides} was to be lent")
        rows = array.shape[0] if array.ndim else 1
        described[place] = _Array(
            name.encode("utf-8"),
            array.ctypes.data,
            rows,
            array.shape[1] if array.ndim > 1 else 1,
            _KINDS.index(array.dtype),
        )
    given = {key: value for key, value in (settings or {}).items() if value is not None}
    try:
        text = json.dumps(given, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError) as fault:
        raise error_of("option", f"a setting is no number or text that JSON can spell: {fault}") from fault
    cores = 1 if _is_forked else (threads or 0)
    if threads is not None and threads < 1:
        raise error_of("option", f"threads is {threads}; expected at least 1")
    control = _library.tessera_control_new(cores)
    handles: list[int] = []

    def work() -> None:
        handles.append(
            _library.tessera_run(
                operation.encode("utf-8"),
                text,
                len(text),
                ctypes.addressof(described),
                len(lent),
                subject.handle if subject is not None else None,
                control,
            )
        )

    watcher = shown(operation, progress)
    thread = threading.Thread(target=work, name=f"tessera {operation}", daemon=True)
    try:
        thread.start()
        while True:
            thread.join(0.05)
            if not thread.is_alive():
                break
            if watcher is not None:
                watcher(_library.tessera_control_share(control))
        if watcher is not None:
            watcher(1.0)
    except BaseException:
        _library.tessera_control_stop(control)
        thread.join()
        if handles:
            _library.tessera_free(handles[0])
        raise
    finally:
        _library.tessera_control_free(control)
        close = getattr(watcher, "close", None)
        if close is not None:
            close()
    result = Result(handles[0])
    if _library.tessera_status(result.handle) != 0:
        problem = result.document
        raise error_of(problem["kind"], problem["message"])
    return result


class _Bar:
    """A bar of tqdm."""

    def __init__(self, what: str) -> None:
        from tqdm.auto import tqdm

        self._bar: Any = tqdm(total=100, desc=what, unit="%", leave=False)

    def __call__(self, share: float) -> None:
        self._bar.update(100 * share - self._bar.n)

    def close(self) -> None:
        self._bar.close()


def shown(what: str, progress: bool | Progress | None) -> Progress | None:
    """Who watches: the caller's function, a bar where tqdm is installed, or nobody."""
    if callable(progress):
        return progress
    if not progress:
        return None
    try:
        return _Bar(what)
    except ImportError:
        return None


@contextmanager
def watched(what: str, progress: bool | Progress | None) -> Iterator[Progress]:
    """Somewhere to report the share done of work in many runs: a bar, the caller's function, or nowhere."""
    report = shown(what, progress)
    try:
        yield report if report is not None else _unheard
    finally:
        close = getattr(report, "close", None)
        if close is not None:
            close()


def _unheard(share: float) -> None:
    pass


def document(text: str | None) -> Any:
    """A document that goes into settings as it came out of another run."""
    return None if text is None else json.loads(text)
