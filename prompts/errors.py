"""What can go wrong with a prompt.

Knows nothing of files or templates; whatever carries a ``hint`` is shown to the person.
"""

from __future__ import annotations


class PromptError(Exception):
    """A prompt file is wrong, or it was spoken with the wrong variables.

    ``hint`` says what to do, ``line`` where in the file, 0 where that is not known.
    """

    def __init__(self, message: str, *, hint: str = "", line: int = 0) -> None:
        """Keep the remedy and the place beside the message."""
        super().__init__(message)
        self.hint = hint
        self.line = line
