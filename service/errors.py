"""What a request can get wrong before the chronicle or the views are asked."""

from __future__ import annotations

from events.errors import AnnalesError


class UnknownParameter(AnnalesError):
    """A question carries a parameter that it does not take, or one twice. Leave it out."""

    def __init__(self, name: str, why: str, allowed: tuple[str, ...]) -> None:
        self.name, self.allowed = name, allowed
        super().__init__(f"{name[:80]!r} {why} (parameters: {', '.join(allowed)})")


class NotAuthenticated(AnnalesError):
    """The question needs a key. Send it as `Authorization: Bearer annales_…`."""


class NotAllowed(AnnalesError):
    """The key's role, or whose statement it is, does not allow this."""

    def __init__(self, why: str, *, role: str, needed: str) -> None:
        self.role, self.needed = role, needed
        super().__init__(f"{why}: it needs the role {needed}, the key has {role}")


class WrongMediaType(AnnalesError):
    """The body is not of the type that the path takes."""

    def __init__(self, given: str, accepted: str) -> None:
        self.accepted = accepted
        super().__init__(f"the body is {given or 'of no type'}; send {accepted}")


class BodyTooLarge(AnnalesError):
    """The body is longer than the path takes. Send less at once."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"the body has more than {limit} bytes")


class NoRevisionGiven(AnnalesError):
    """A change needs `If-Match`, so that it changes what its author has read."""


class BadHeader(AnnalesError):
    """A header has a value that it cannot take."""

    def __init__(self, header: str, value: str, why: str) -> None:
        self.header = header
        super().__init__(f"{header}: {value[:80]!r} {why}")
