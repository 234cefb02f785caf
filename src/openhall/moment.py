"""What time it is: the system's clock, unless the demo or a test has moved it. Always aware, in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_moved: ContextVar[datetime | None] = ContextVar("moved", default=None)


def now() -> datetime:
    return _moved.get() or datetime.now(UTC)


@contextmanager
def at(when: datetime) -> Iterator[datetime]:
    """Inside, `now()` is `when`, which must be aware.

    >>> with at(datetime(2026, 3, 2, 9, 30, tzinfo=UTC)):
    ...     print(now())
    2026-03-02 09:30:00+00:00
    """
    token = _moved.set(when.astimezone(UTC))
    try:
        yield when
    finally:
        _moved.reset(token)
