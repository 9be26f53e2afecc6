"""What a request can get wrong before anything looks at the chronicle or the views."""

from __future__ import annotations

from difflib import get_close_matches

from events.errors import AnnalesError


class UnknownParameter(AnnalesError):
    """A question carries a parameter that it does not take, or one twice. Leave it out."""

    def __init__(self, name: str, why: str, allowed: tuple[str, ...]) -> None:
        self.name, self.allowed = name, allowed
        near = () if name in allowed else get_close_matches(name[:80].casefold(), allowed, 1, 0.75)
        meant = f"; is {near[0]} meant?" if near else ""
        super().__init__(f"{name[:80]!r} {why} (parameters: {', '.join(allowed)}){meant}")


class NotAuthenticated(AnnalesError):
    """The question needs a key. Send it as `Authorization: Bearer annales_…`."""


class MisplacedKey(AnnalesError):
    """A key was sent where it would be stored, shown or logged. Revoke it, and send the next one in
    `Authorization` alone."""

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(
            f"a key stands in {where}: revoke it, and send keys in Authorization alone"
        )


class NotAllowed(AnnalesError):
    """The key's role, or whose statement it is, does not allow this."""

    def __init__(self, why: str, *, role: str, needed: str) -> None:
        self.role, self.needed = role, needed
        super().__init__(f"{why}: it needs the role {needed}, the key has {role}")


class FromAnotherSite(AnnalesError):
    """A page of another site asks for what is kept, in the name of its visitor. Send a key, or lead
    the visitor to a page of this service."""

    def __init__(self) -> None:
        super().__init__("a page of another site sent it, and no key: nothing is kept so")


class WrongMediaType(AnnalesError):
    """The body is not of the type that the path takes."""

    def __init__(self, given: str, accepted: str) -> None:
        self.accepted = accepted
        super().__init__(f"the body is {given or 'of no type'}; send {accepted}")


class BodyTooLarge(AnnalesError):
    """The body is longer than the path takes, in bytes or in lines. Send less at once."""

    def __init__(self, limit: int, unit: str = "bytes") -> None:
        self.limit = limit
        super().__init__(f"the body has more than {limit} {unit}")


class NoRevisionGiven(AnnalesError):
    """A change needs `If-Match`, so that it changes what its author has read."""


class BadHeader(AnnalesError):
    """A header has a value that it cannot take."""

    def __init__(self, header: str, value: str, why: str) -> None:
        self.header = header
        super().__init__(f"{header}: {value[:80]!r} {why}")


class BadAcceptDatetime(AnnalesError):
    """`Accept-Datetime` is no date of HTTP, such as `Sat, 01 Jun 2019 00:00:00 GMT`."""

    def __init__(self, value: str) -> None:
        self.value = value
        super().__init__(
            f"Accept-Datetime: {value[:80]!r} is not such as Sat, 01 Jun 2019 00:00:00 GMT"
        )


class ProofOfChanging(AnnalesError):
    """The proof of an answer is asked for where the answer may change. Ask `pinned`, where it never
    does."""

    def __init__(self, pinned: str) -> None:
        self.pinned = pinned
        super().__init__(f"an answer has its proof at its pinned URL alone: ask {pinned}")


class NothingToCompare(AnnalesError):
    """A comparison names one point only, or one twice. Say by a `to_` parameter what to compare
    it with."""

    def __init__(self, clocks: tuple[str, ...], *, same: bool = False) -> None:
        self.clocks, self.same = clocks, same
        names = ", ".join(clocks)
        super().__init__(
            f"both sides are the same: let one of {names} differ"
            if same
            else f"give at least one of {names}; the others stand still"
        )


class TooMuchToCompare(AnnalesError):
    """A list of the state at one of two points is too long. Ask for a country or a field."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(
            f"at one of the points a list has more than {most} rows:"
            " narrow the question down by country or field"
        )


class NotFollowable(AnnalesError):
    """What `of` names is no question that can be followed. `followable` are the paths that are."""

    def __init__(self, path: str, why: str, followable: tuple[str, ...]) -> None:
        self.path, self.followable = path, followable
        super().__init__(f"{path[:200]!r} cannot be followed: {why}")


class TooManyPoints(AnnalesError):
    """An answer would have more points than it may hold. Ask for less of what `narrow` names."""

    def __init__(self, points: int, most: int, narrow: tuple[str, ...]) -> None:
        self.points, self.most, self.narrow = points, most, narrow
        super().__init__(
            f"that would be {points} points, and {most} is the most:"
            f" narrow the question down by {', '.join(narrow)}"
        )


class FeedTooLarge(AnnalesError):
    """A feed has more items than it is made of unasked. Narrow it down, or say a `limit`."""

    def __init__(self, items: int, most: int) -> None:
        self.items, self.most = items, most
        super().__init__(
            f"the feed would have {items} items, and {most} is the most: narrow it down by country,"
            " field, kind, record, from or to; or give a limit, for the most significant ones"
        )


class NoFrame(AnnalesError):
    """There is no frame for the page at an address, or it is not there at its clocks. `framed` are
    the paths of the pages that have one."""

    def __init__(self, url: str, framed: tuple[str, ...]) -> None:
        self.url, self.framed = url, framed
        super().__init__(
            f"no frame for {url[:200]!r}: a page of this service that is there has one, at"
            f" {', '.join(framed)}"
        )


class NotDrawn(AnnalesError):
    """A picture was not drawn, or not in time. Come back in a moment, or ask for less of it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the picture was not drawn: {why}; come back, or ask for less of it")


class NotInstalled(AnnalesError):
    """What makes a format is not installed here. Install the `extra`, or ask for another format."""

    def __init__(self, extra: str, package: str) -> None:
        self.extra = extra
        super().__init__(
            f"this format is written by {package}, which is not installed here:"
            f" install annales[{extra}], or ask for another format"
        )


class TooManyStreams(AnnalesError):
    """As many wait for changes as the server has places for, or one client may have. Come back in
    a moment."""

    def __init__(self, places: int, of_a_client: int) -> None:
        self.places, self.of_a_client = places, of_a_client
        super().__init__(
            f"as many wait for changes as may: {places} in all, {of_a_client} of one client"
        )


class BadCursor(AnnalesError):
    """`after` is not what a page of this list gave in its `next`. Begin at the first page."""

    def __init__(self, value: str, why: str) -> None:
        self.value = value
        super().__init__(f"after={value[:80]}: {why}; take it from the `next` of a page")


class NoSuchCitation(AnnalesError):
    """Nothing was cited under this id. It has 16 letters and digits, as `/c/` shows it."""

    def __init__(self, id: str) -> None:
        self.id = id
        super().__init__(f"nothing was cited as {id[:80]!r}")


class NotPinned(AnnalesError):
    """What is to be cited may change. Cite `pinned`, which says the same now, or a pinned address
    where there is none."""

    def __init__(self, of: str, pinned: str | None) -> None:
        self.of, self.pinned = of, pinned
        super().__init__(
            f"{of[:200]} is not pinned: what stands there may change; cite "
            + (pinned or "an answer, a feed or a page at its pinned URL")
        )


class ForeignHost(AnnalesError):
    """What is to be cited is of another service. Cite it there."""

    def __init__(self, host: str, ours: str) -> None:
        self.host, self.ours = host, ours
        super().__init__(f"{host[:200]} is another service; this one is {ours}")


class NothingToCite(AnnalesError):
    """There is no answer at the address that is to be cited. The problem that stands there says
    why."""

    def __init__(self, of: str, status: int, why: str) -> None:
        self.of, self.status, self.why = of, status, why
        super().__init__(f"{of[:200]} is answered with {status}: {why}")


class NotAnswered(AnnalesError):
    """What is to be cited could not be answered just now. Come back."""

    def __init__(self, of: str, status: int, why: str) -> None:
        self.of, self.status = of, status
        super().__init__(f"{of[:200]} is answered with {status} at the moment: {why}")


class CitedTooLate(AnnalesError):
    """What is to be cited is of an earlier version of the views, which is no longer made, and
    nobody cited it while it was. Cite `current`."""

    def __init__(self, of: str, current: str) -> None:
        self.of, self.current = of, current
        super().__init__(
            f"{of[:200]} is no longer made, and nobody cited it while it was; now it is {current}"
        )


class TooLargeToCite(AnnalesError):
    """The answer that is to be cited has more bytes than are kept of one. Narrow it down."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"the answer has more than {most} bytes: narrow it down, or ask by pages")


class TooManyCitations(AnnalesError):
    """A client without a key has cited as much as it may in a day. Come back, or send a key."""

    def __init__(self, limit: str, seconds: int) -> None:
        self.limit, self.seconds = limit, seconds
        super().__init__(
            f"without a key one may cite {limit}: come back in {seconds} s, or send a key;"
            " what was cited before may be cited again"
        )


class TooManySuggestions(AnnalesError):
    """A client without a key has suggested as much as it may in a day. Come back."""

    def __init__(self, limit: str, seconds: int) -> None:
        self.limit, self.seconds = limit, seconds
        super().__init__(f"without a key one may suggest {limit}: come back in {seconds} s")
