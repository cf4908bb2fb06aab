"""What can go wrong, as exceptions that Python's own handlers catch."""

from __future__ import annotations

__all__ = [
    "DataError",
    "InternalError",
    "MissingError",
    "NoMemoryError",
    "OptionError",
    "TesseraError",
    "WorkerError",
    "WriteError",
]


class TesseraError(Exception):
    """Anything that the library objects to: where, what was found, what was expected."""


class OptionError(TesseraError, ValueError):
    """A setting that cannot be, or cannot be used here."""


class DataError(TesseraError, ValueError):
    """What the data hold."""


class MissingError(TesseraError, FileNotFoundError):
    """A file that is not there or cannot be read."""


class WriteError(TesseraError, OSError):
    """A result that cannot be written."""


class NoMemoryError(TesseraError, MemoryError):
    """More memory than there is, known before the work begins."""


class WorkerError(TesseraError, RuntimeError):
    """Workers of a cluster that died again and again."""


class InternalError(TesseraError, RuntimeError):
    """A mistake of ours."""


_KINDS: dict[str, type[TesseraError]] = {
    "option": OptionError,
    "data": DataError,
    "missing": MissingError,
    "write": WriteError,
    "memory": NoMemoryError,
}


def error_of(kind: str, message: str) -> TesseraError:
    """The exception for a kind of the library's."""
    return _KINDS.get(kind, InternalError)(message)
