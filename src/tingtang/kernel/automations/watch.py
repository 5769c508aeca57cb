"""When a fact that is looked at from time to time sets something off. Pure."""


class Watch:
    """One watched fact: it sets off when it has come to be as wanted and stayed so."""

    __slots__ = ("has_set_off", "is_so", "since_ms")

    def __init__(self) -> None:
        self.is_so: bool | None = None
        self.since_ms = 0
        self.has_set_off = False

    def see(self, is_so: bool, at_ms: int, for_ms: int) -> bool:
        """Take in how it is at ``at_ms``; True if it sets off now.

        What is so when it is first seen has been so before, and sets nothing off.
        """
        if self.is_so is None:
            self.is_so = self.has_set_off = is_so
            return False
        if not is_so:
            self.is_so = self.has_set_off = False
            return False
        if not self.is_so:
            self.is_so, self.since_ms = True, at_ms
        if self.has_set_off or at_ms - self.since_ms < for_ms:
            return False
        self.has_set_off = True
        return True
