"""A browser without scripts, for the desk: it opens pages, fills in their forms and sends them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

CONTROLS = frozenset({"input", "select", "textarea"})


@dataclass
class Form:
    """A form as it stands in a page: where it goes, and each name with its value, in order."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        """The first value of a name. Raises StopIteration where the form has none."""
        return next(value for each, value in self.fields if each == name)

    def filled(self, values: dict[str, str | list[str]]) -> list[tuple[str, str]]:
        """The fields with other values: a list fills rows of one name from the first on."""
        left = {
            name: list([text] if isinstance(text, str) else text) for name, text in values.items()
        }
        sent = []
        for name, value in self.fields:
            sent.append((name, left[name].pop(0) if left.get(name) else value))
        unchecked = [(name, text) for name, rest in left.items() for text in rest]
        names = {name for name, _ in self.fields}
        assert all(name not in names for name, _ in unchecked), unchecked
        return [*sent, *unchecked]


class Page(HTMLParser):
    """What a test asks of a page: its forms, its texts by element, what labels what. The head of
    the page, which every page has, is none of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.forms: list[Form] = []
        self._named: dict[str, Form] = defaultdict(lambda: Form("", ""))
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str]] = []
        self.lang = ""
        self.words: list[str] = []
        self._in_label = self._in_header = False
        self._area = self._select = ""
        self._buffer = self._chosen = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what the test may ask about."""
        told = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = told["lang"]
        elif tag == "header" or self._in_header:
            self._in_header = True
            return
        elif tag == "label":
            self._in_label = True
            self.labelled.add(told.get("for", ""))
        elif tag == "form":
            # What is sent with it may stand before it.
            form = self._named[told["id"]] if "id" in told else Form("", "")
            form.action, form.method = told["action"], told["method"]
            self.forms.append(form)
        elif tag in CONTROLS and told.get("type") != "hidden":
            self.inputs.append(told | ({"in-label": ""} if self._in_label else {}))
        if "id" in told:
            self.ids.append(told["id"])
        if self.forms or "form" in told:
            self._keep(tag, told)

    def _keep(self, tag: str, told: dict[str, str]) -> None:
        """What stands in a form, or names it from elsewhere, if it is sent with it."""
        form = self._named[told["form"]] if "form" in told else self.forms[-1]
        if tag in CONTROLS and "name" not in told:
            return
        if tag == "input" and (told.get("type") != "checkbox" or "checked" in told):
            form.fields.append((told["name"], told.get("value", "")))
        elif tag == "textarea":
            self._area, self._buffer = told["name"], ""
        elif tag == "select":
            self._select, self._chosen, self._of = told["name"], "", form
        elif tag == "option" and "selected" in told:
            self._chosen = told.get("value", "")
        elif tag == "button" and "name" in told:
            form.buttons.append((told["name"], told["value"]))

    def handle_data(self, data: str) -> None:
        """The words of the page, in their order."""
        if self._area:
            self._buffer += data
        if data.strip():
            self.words.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        """A text area and a select are told when they end; so is what a label holds."""
        if tag == "header":
            self._in_header = False
        elif tag == "label":
            self._in_label = False
        elif tag == "textarea":
            # A line break right after the tag is none of the text.
            self.forms[-1].fields.append((self._area, self._buffer.removeprefix("\n")))
            self._area = ""
        elif tag == "select":
            self._of.fields.append((self._select, self._chosen))
            self._select = ""

    def form(self, button: str) -> Form:
        """The form that has a button of this value."""
        return next(form for form in self.forms if ("do", button) in form.buttons)

    def says(self, words: str) -> bool:
        """Whether the page says some words, wherever its elements begin and end."""
        return words in " ".join(" ".join(self.words).split())


class Browser:
    """Somebody at the desk, signed in if they show a key."""

    def __init__(self, app: Flask, key: str | None = None, **headers: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Accept": "text/html", "Origin": "http://localhost"} | headers
        if key is not None:
            answer = self.sign_in(key)
            assert answer.status_code == 303, answer.status

    def sign_in(self, key: str, **values: str) -> TestResponse:
        """Open the form for a key, and send it."""
        form = self.page("/desk/sign-in").forms[0]
        return self.post(form.action, form.filled({"key": key, **values}))

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a path."""
        return self.client.get(path, headers=self.headers | headers)

    def page(self, path: str) -> Page:
        """The page at a path."""
        return Page(self.get(path).get_data(as_text=True))

    def post(self, path: str, fields: list[tuple[str, str]], **headers: str) -> TestResponse:
        """Send fields as a form does."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            path,
            data=urlencode(fields),
            content_type="application/x-www-form-urlencoded",
            headers=self.headers | named,
        )

    def look(self, path: str, **values: str | list[str]) -> TestResponse:
        """Fill in the form at a path and look at what it would change."""
        named = {name.replace("__", "."): value for name, value in values.items()}
        form = self.page(path).form("preview")
        return self.post(form.action, [*form.filled(named), ("do", "preview")])

    def record(self, looked_at: TestResponse) -> TestResponse:
        """Press the button of what was looked at."""
        form = Page(looked_at.get_data(as_text=True)).form("record")
        return self.post(form.action, [*form.fields, ("do", "record")])
