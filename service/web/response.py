"""From a request to a query, and from the text of an answer to a response.

Every answer is cacheable by its clocks: at its pinned URL for ever, elsewhere
with an ETag that changes exactly when the clocks or the revision behind it do,
so that most repeated requests cost a comparison.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from hashlib import sha256

from flask import Response, current_app, request

from events.errors import BadFilter, NotProjected, OldEpoch, OldView
from projections import VIEW
from projections.views.budget import Budget
from projections.views.reading import Reading
from service.asking.errors import BadHeader, ProofOfChanging
from service.asking.filters import PROOF
from service.asking.format import JSON, Body
from service.asking.narrowing import narrowing
from service.asking.parameter import check_names
from service.asking.query import Arguments, Query
from service.asking.question import Question
from service.web.limiting import client
from service.web.pausing import as_dear, await_copy, reading_at
from service.web.proving import proved
from service.web.root import archive

CLOCKS = ("at", "during", "stated", "known")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"

Headers = Callable[[Reading, Query, Mapping[str, str]], Mapping[str, str]]
"""Gives headers of an answer by name, from the query and the texts of its parameters."""


def answered(question: Question, id: str = "", *, more: Headers | None = None) -> Response:
    """The response of a question to the request, `id` being the one in its path.

    `more` gives headers that only this answer has. Raises what the question refuses.
    """
    texts = dict(parameters(question.takes))
    proof = texts.pop("proof", None)
    note = None if proof is None else _note(proof)
    types = {each.name: each.media_type for each in question.all_formats}
    form = question.format_named(texts.get("format", accepted_format(types)))
    query = question.query(arguments(request.path, texts, id=id), form)
    following: list[str] = []

    def make(reading: Reading) -> str:
        answer = question.answer_in(form, reading, query)
        if isinstance(answer, Mapping) and answer.get("next") is not None:
            following.append(answer["next"])
        text = form.text(query, answer)
        if note is None:
            return text
        if not query.is_pinned_by(texts):
            raise ProofOfChanging(f"{query.pinned}&proof={proof}")
        return proved(archive(), reading, question, query, body=text, form=form, note=note)

    response = respond(
        texts,
        query,
        make,
        takes=question.takes,
        revision=question.stream(id),
        more=more,
        media_type=form.media_type if note is None else JSON.media_type,
        variant=note or "",
    )
    if note is not None:  # there will be a newer one
        response.headers["Cache-Control"] = ASK_AGAIN
    for path in following:
        response.headers.add("Link", f'<{path}>; rel="next"')
    return response


def _note(proof: str) -> str:
    """The checkpoint by which an answer is proved. Raises BadFilter, NotSigned."""
    PROOF.parse(proof)
    note, _ = archive().ledger.signed()
    return note


def arguments(path: str, texts: Mapping[str, str], *, id: str = "") -> Arguments:
    """The arguments of a question, at the present time and log of the archive of the app."""
    service = archive()
    log, now = service.log_asked(texts), service.chronicle.now()
    return Arguments(path=path, id=id, texts=texts, log=log, now=now)


def parameters(taken: tuple[str, ...]) -> Mapping[str, str]:
    """The parameters of the request, each of them known and given once.

    Raises UnknownParameter.
    """
    return check_names(request.args.items(multi=True), taken)


def accepted_format(types: Mapping[str, str]) -> str:
    """The name of the format that `Accept` prefers, the first of `types` where it prefers none.

    `types` are the media types of the formats by their names.
    """
    best = request.accept_mimetypes.best_match(types.values())
    return next((name for name, type in types.items() if type == best), next(iter(types)))


def respond(
    texts: Mapping[str, str],
    query: Query,
    make: Callable[[Reading], Body],
    *,
    takes: Collection[str],
    revision: str | None = None,
    more: Headers | None = None,
    media_type: str = "application/json",
    variant: str = "",
) -> Response:
    """The response to a query; its body is made only if the client does not have it yet. What is
    about more than one thing is dear.

    `takes` are the parameters of the question. `revision` is the stream whose revision begins the
    ETag. `more` gives headers that only this answer has; `variant` is text that must change the
    ETag when it changes.

    Raises OldView, OldEpoch, NotProjected, what `make` raises, and TooCostly unless the query is
    pinned.
    """
    _check_view(texts.get("view"), query)
    _check_epoch(texts, query)
    known = query.as_of.known if query.position is None else query.position
    budget = Budget() if query.is_pinned_by(texts) else budget_of(takes, texts)
    reading = reading_at(max(known, _min_position()), budget)
    tag = _etag(query, variant)
    headers = {"Annales-Position": str(known)}
    if revision is not None:
        number = reading.history.revision(reading.db, revision, known=known)
        headers["Annales-Revision"] = str(number)
        tag = f"r{number}.{tag}"
    tag = f"{of_epoch(query.epoch)}{tag}"
    if query.is_pinned_by(texts):
        headers["Cache-Control"] = FOR_EVER
    else:
        headers["Cache-Control"] = ASK_AGAIN
        headers["Content-Location"] = query.pinned
        if archive().stuck_at() is not None:
            headers["Annales-Lag"] = str(archive().lag())
    response = Response(mimetype=media_type, headers=headers)
    if more is not None:
        response.headers.update(more(reading, query, texts))
    if revision is not None and number == 0:
        _give(response, make(reading))  # there is nothing of it that a client could hold
        return response

    def made() -> Body:
        if not query.id:
            as_dear(client())
        return make(reading)

    return unless_held(response, tag, made)


def budget_of(takes: Collection[str], texts: Mapping[str, str]) -> Budget:
    """What the answer to a question with some parameters may read."""
    return Budget(current_app.config["ANNALES_MOST_READ"], narrow=narrowing(takes, texts))


def unless_held(response: Response, tag: str, make: Callable[[], Body]) -> Response:
    """The response under a tag: its body is made only if the client does not have it yet."""
    response.set_etag(tag)
    if (held := _held(tag)) is not None:
        response.set_etag(held)
        response.status_code = 304
        return response
    _give(response, make())
    if request.if_none_match.star_tag:
        response.set_data(b"")
        response.status_code = 304
    return response


def _give(response: Response, body: Body) -> None:
    if isinstance(body, str | bytes):
        response.set_data(body)
    else:
        response.response = body


def _held(tag: str) -> str | None:
    """The tag by which the client has the answer, if it has it.

    A compressed answer's tag ends in its encoding (`:gzip`), and is as good.
    """
    for held in request.if_none_match.as_set(include_weak=True):
        # An empty tag, which is allowed, is read as None.
        if held and _ENCODED.sub("", held) == tag:
            return str(held)
    return None


_ENCODED = re.compile(r":(?:zstd|br|gzip|deflate)$")


def _min_position() -> int:
    """The position that `Annales-Min-Position` demands; 0 without one.

    Raises BadHeader, NotProjected.
    """
    text = request.headers.get("Annales-Min-Position")
    if text is None:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadHeader("Annales-Min-Position", text, "is not a position")
    position = int(text)
    service = archive()
    head = service.chronicle.log.head()
    if position > (head.position if head else 0):
        await_copy(position)
        # The views cannot read what the log does not have, so nobody waits for it.
        raise NotProjected(position, service.views.tracked())
    return position


def _check_view(text: str | None, query: Query) -> None:
    if text is None or text == str(VIEW):
        return
    if text.isascii() and text.isdigit() and int(text[:9]) < VIEW:
        raise OldView(int(text[:9]), query.pinned)
    raise BadFilter("view", text, f"the views are at version {VIEW}")


def _check_epoch(texts: Mapping[str, str], query: Query) -> None:
    text, epoch = texts.get("epoch"), query.epoch
    if text is None:
        if epoch > 1 and query.is_pinned_by({**texts, "epoch": str(epoch)}):
            raise OldEpoch(1, query.pinned)
    elif text != str(epoch):
        if text.isascii() and text.isdigit() and 0 < int(text[:9]) < epoch:
            raise OldEpoch(int(text[:9]), query.pinned)
        raise BadFilter("epoch", text, f"at these clocks the log is in epoch {epoch}")


def of_epoch(epoch: int) -> str:
    """What an ETag begins with; nothing in the first epoch.

    >>> of_epoch(1), of_epoch(2)
    ('', 'e2.')
    """
    return f"e{epoch}." if epoch > 1 else ""


def _etag(query: Query, variant: str) -> str:
    """An ETag of the position, the view, and a digest of the pinned URL and the variant."""
    digest = sha256(f"{query.pinned}{variant}".encode()).hexdigest()[:12]
    return f"{query.as_of.known}.{VIEW}.{digest}"
