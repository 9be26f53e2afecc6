"""The bytes of a response: its head, its chunks, and the refusals that no application gives."""

from __future__ import annotations

import time
from collections.abc import Iterable
from email.utils import formatdate
from http import HTTPStatus

Headers = Iterable[tuple[str, str]]

OF_THE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "date", "server"})
"""Headers that are ours to say."""

LAST_CHUNK = b"0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

REFUSALS = {
    400: ("bad-request", "This is no request of HTTP/1.1."),
    408: ("bad-request", "The request was not whole in time."),
    413: ("payload-too-large", "No body as large is taken here."),
    431: ("bad-request", "The head of the request is too large."),
    501: ("bad-request", "No such method is known here."),
    503: ("overloaded", "As many requests wait as may wait."),
}

COME_BACK = 5
"""Seconds after which whoever found the server overloaded may try again."""

A_MOMENT = (
    '<!doctype html><html lang="en"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>A moment · 稍候</title>'
    "<p>Many read at once. This page tries again by itself in a few seconds."
    '<p lang="zh-CN">此刻读者较多，几秒后本页自动重试。'
    '<p><a href="" target="_blank">The page by itself · 单独打开本页</a>'
)
"""What a browser shows meanwhile, also in a frame: an empty `href` is the address of the page."""

TOO_LARGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>Too large · 过大</title>'
    "<p>Nothing of what you sent was taken: it is more than is taken at once. Send it in parts. If"
    " you go back in your browser, what you wrote may still be there."
    '<p lang="zh-CN">您发送的内容一次提交过大，未予接收；请分几次发送。'
    "用浏览器返回，所写内容可能还在。"
    '<p><a href="">Begin the form anew · 重新打开表单</a>'
)
"""What a browser shows of a form that is refused before it is read."""

PAGES = {413: TOO_LARGE, 503: A_MOMENT}


def head(status: str, headers: Headers, *, closes: bool, chunked: bool = False) -> bytes:
    """The head of a response. Raises ValueError for a header that would break out of its line."""
    lines = [f"HTTP/1.1 {status}"]
    lines += [
        f"{name}: {value}" for name, value in headers if name.lower() not in OF_THE_CONNECTION
    ]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header holds the end of a line")
    lines += [f"Date: {_date()}", "Server: annales"]
    if chunked:
        lines.append("Transfer-Encoding: chunked")
    lines.append("Connection: close\r\n\r\n" if closes else "Connection: keep-alive\r\n\r\n")
    return "\r\n".join(lines).encode("latin-1")


def chunk(data: bytes) -> bytes:
    """A chunk of a body whose length is not known before its end."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def refusal(status: int, *, to_browser: bool = False) -> bytes:
    """A whole response to what no application answers; the connection ends with it. A browser that
    finds the server overloaded gets a page that tries again by itself, and one that sent too much
    a page that says so."""
    slug, detail = REFUSALS[status]
    title = HTTPStatus(status).phrase
    text = f'{{"type":"/problems/{slug}","title":"{title}","status":{status},"detail":"{detail}"}}'
    media_type, more = "application/problem+json", []
    if status in PAGES and to_browser:
        text, media_type = PAGES[status], "text/html; charset=utf-8"
        more = [("Content-Security-Policy", "default-src 'none'")]
        more += [("Refresh", str(COME_BACK))] if status == 503 else []
    body = text.encode()
    headers = [
        ("Content-Type", media_type),
        *more,
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        *([("Retry-After", str(COME_BACK))] if status == 503 else []),
    ]
    return head(f"{status} {title}", headers, closes=True) + body


def _date() -> str:
    """Now as HTTP writes it; the text is made once a second."""
    global _made  # noqa: PLW0603 -- one text, replaced whole
    now = int(time.time())
    if _made[0] != now:
        _made = (now, formatdate(now, usegmt=True))
    return _made[1]


_made = (0, "")
