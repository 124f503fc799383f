"""What can go wrong on the way to a provider; no message ever holds a key."""

from __future__ import annotations


class PullError(RuntimeError):
    """A report that could not be fetched; the message says where, why and what to do."""


class PassingError(PullError):
    """A failure that may pass by itself: busy, broken or cut answers."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """`retry_after`: seconds that the provider asks to wait, where it does."""
        super().__init__(message)
        self.retry_after = retry_after
