"""The one exception of this package: something on this machine must be changed by a person."""


class LocalProblem(Exception):
    """What is wrong, with the values, and what to do. The message is the whole story."""

    @property
    def message(self) -> str:
        """The sentence to show; no traceback is needed with it."""
        return str(self)
