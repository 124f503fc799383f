"""Errors that commands explain: asked for what cannot be done, or held off by a closed month."""


class UsageError(ValueError):
    """The command cannot do what was asked; `hint` says how to ask."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        """What is wrong and how to ask."""
        super().__init__(message)
        self.hint = hint


class ClosedMonthError(RuntimeError):
    """A closed month stands in the way; the message says which, and what to do instead."""
