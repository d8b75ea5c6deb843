"""Whether this process is being taken out of service: what readiness says of it, while it serves everything as ever."""


class Draining:
    """Begins once and never ends: what follows is the end of the process."""

    def __init__(self) -> None:
        self.has_begun = False

    def begin(self) -> None:
        """Answer 503 to whoever asks for readiness from now on."""
        self.has_begun = True
