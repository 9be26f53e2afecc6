"""The list of commands that ask a question, as `service/cli/listed.py` has it.

It is written out so that the help of `annales` need not import what answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from textwrap import wrap

from service.asking.question import Question
from service.cli.questions import listed
from service.questions import QUESTIONS

HEAD = '''"""The commands that ask a question, and what the help says of each.

`scripts/docs` writes this file from the declarations, so that the help imports none of them.
"""

from __future__ import annotations

from collections.abc import Mapping

QUESTIONS: Mapping[str, str] = {
'''

WIDEST = 100
"""Characters of a line."""


def commands(questions: Sequence[Question] = QUESTIONS) -> str:
    """The text of the module: the commands in the order of the list, each once."""
    about: dict[str, str] = {}
    for question in questions:
        # Of two that share a command, the one about all is told of.
        if question.command is not None and (
            question.space is None or question.command not in about
        ):
            about[question.command] = listed(question)
    return HEAD + "".join(line for each in about.items() for line in _lines(*each)) + "}\n"


def _lines(name: str, about: str) -> Iterator[str]:
    line = f'    "{name}": {_quoted(about)},\n'
    if len(line) <= WIDEST:
        yield line
        return
    yield f'    "{name}": (\n'
    parts = wrap(about, WIDEST - 12)
    for part in parts[:-1]:
        yield f"        {_quoted(part + ' ')}\n"
    yield f"        {_quoted(parts[-1])}\n    ),\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
