"""The forms of values as JSON Schema has them: what a program can know before it asks.

A form says what a text must look like, and no more: whether the calendar has a
day, the log a position, or ISO 3166-1 a country, only the answer says. The
patterns are read by ECMA-262, as JSON Schema has it, and by Python alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from events.dates import LONGEST
from events.fact import Slug
from projections import VIEW

Form = dict[str, Any]

# --- ids, words and numbers

ID: Form = msgspec.json.schema(Slug)
"""An id of a record, a statement or a source."""

COUNTRIES: Form = {"type": "string", "pattern": "^[A-Z]{2}(?:,[A-Z]{2})*$"}
"""Codes of ISO 3166-1, joined by commas."""

REVISION: Form = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}

POSITION: Form = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}

EPOCH: Form = {"type": "integer", "minimum": 1}
VIEW_VERSION: Form = {"type": "integer", "minimum": 0, "maximum": VIEW}


def list_of(names: Iterable[str]) -> Form:
    """Some of the names, joined by commas."""
    name = f"(?:{'|'.join(names)})"
    return {"type": "string", "pattern": f"^{name}(?:,{name})*$"}


WORDS = "[^\\s\\x00-\\x20\\x85]"
"""What a query must have: something that is no blank."""

_FRACTION = "(?:\\.[0-9]{1,9})?"
_LATITUDE = f"-?(?:90(?:\\.0{{1,9}})?|[0-8]?[0-9]{_FRACTION})"
_LONGITUDE = f"-?(?:180(?:\\.0{{1,9}})?|(?:1[0-7][0-9]|0?[0-9]{{1,2}}){_FRACTION})"

PLACE: Form = {"type": "string", "pattern": f"^{_LATITUDE}, ?{_LONGITUDE}$"}
"""Latitude and longitude in degrees."""

CURSOR: Form = {"type": "string", "pattern": "^[A-Za-z0-9_-]*$"}
"""Where a page of a list of records begins."""

PAGE_OF_EVENTS: Form = {"type": "string", "pattern": "^[0-9]{0,18}$"}
"""Where a page of events begins: a position."""

# --- dates and moments

_YEAR = "(?!-0000)-?[0-9]{4}"
_FAR_YEAR = "Y-?(?:[1-9][0-9]{4,14}|10{15})"
_MONTH = "(?:0[1-9]|1[0-2])"
_DAY = "(?:0[1-9]|[12][0-9]|3[01])"
_PERIOD = f"{_YEAR}(?:-{_MONTH}(?:-{_DAY})?)?|{_FAR_YEAR}"
_FAR_ISO_YEAR = "(?:\\+(?:0[1-9]|[1-9][0-9])[0-9]{4}|-(?!000000)[0-9]{6}|[+-][1-9][0-9]{6,15})"

PERIOD: Form = {"type": "string", "pattern": f"^(?:{_PERIOD})$"}
"""A year, a month or a day of EDTF, unqualified."""

DAY: Form = {"type": "string", "pattern": f"^(?:{_PERIOD}|{_FAR_ISO_YEAR}-{_MONTH}-{_DAY})$"}
"""A period that means its last day, or a day as a pinned URL writes it."""

_STEM = f"(?:{_PERIOD}|{_YEAR}-2[1-4]|[0-9]{{2}}[0-9X]X)"
_END = f"{_STEM}[~?%]?"

DATE: Form = {
    "type": "string",
    "maxLength": LONGEST,
    "pattern": f"^(?:{_END}|(?:{_END}|\\.\\.)/{_END}|{_END}/\\.\\.)$",
}
"""A date of a line, in one of the forms of `events.dates`."""

_HOUR = "(?:[01][0-9]|2[0-3])"
_INSTANT = (
    f"[0-9]{{4}}-{_MONTH}-{_DAY}[Tt]{_HOUR}:[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?"
    f"(?:[Zz]|[+-]{_HOUR}:[0-5][0-9])"
)

MOMENT: Form = {"type": "string", "pattern": f"^(?:@(?:0|[1-9][0-9]*)|{_INSTANT})$"}
"""A position of the log, or an instant of RFC 3339."""

DURATION: Form = {
    "type": "string",
    "pattern": "^P(?:(?=[0-9])(?:[0-9]{1,4}Y)?(?:[0-9]{1,4}M)?(?:[0-9]{1,6}D)?|[0-9]{1,5}W)$",
}
"""A period of ISO 8601 in years, months and days, or in weeks."""

HTTP_DATE: Form = {
    "type": "string",
    "pattern": "^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?:0[1-9]|[12][0-9]|3[01])"
    " (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    f" [0-9]{{4}} {_HOUR}:[0-5][0-9]:[0-5][0-9] GMT$",
}
"""A date of HTTP (RFC 9110, section 5.6.7), in the one form that is sent."""

# --- headers

TAG: Form = {"type": "string", "pattern": '^(?:W/)?"[^"]+"$'}
"""An ETag."""

DIGEST: Form = {"type": "string", "pattern": "^sha-256=:[A-Za-z0-9+/]{43}=:$"}
"""A digest as `Repr-Digest` has it (RFC 9530)."""

_REVISION_TAG = '(?:W/)?"r[0-9]{1,18}(?:[.:][^",]*)?"'

IF_MATCH: Form = {
    "type": "string",
    "pattern": f"^(?:\\*|{_REVISION_TAG}(?:, ?{_REVISION_TAG})*)$",
}
"""`*`, or tags that begin with a revision."""

IDEMPOTENCY_KEY: Form = {
    "type": "string",
    "pattern": '^(?:"[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,255}"|[A-Za-z0-9_.:~-]{1,255})$',
}
"""A string of RFC 8941 without blanks, or a bare word."""
