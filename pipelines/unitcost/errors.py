"""The error of a command that was asked for something it cannot do."""


class UsageError(ValueError):
    """The command cannot do what was asked; `hint` says how to ask."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        """What is wrong and how to ask."""
        super().__init__(message)
        self.hint = hint
