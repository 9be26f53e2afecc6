"""`Repr-Digest` (RFC 9530): the digest of what never changes, so that whoever has it can tell.

It is that of the bytes as they are sent, compressed where they are; a HEAD has the same. A 304
repeats none, as it makes no body, and so does an answer that is sent as it is made, which is not
there as a whole at any time.
"""

from __future__ import annotations

from flask import Flask, Response

from events.ledger.checking import digest_of


def register(app: Flask) -> None:
    """Give the answers of an app their digests; before what compresses them is registered, as that
    which comes first sees them last."""
    app.after_request(_with_digest)


def _with_digest(response: Response) -> Response:
    never_changes = response.cache_control.immutable
    if never_changes and response.status_code == 200 and not response.is_streamed:
        response.headers["Repr-Digest"] = digest_of(response.get_data())
    return response
