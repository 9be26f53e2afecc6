"""About: what the chronicle covers, how it is made, how to cite it, and how to take part."""

from __future__ import annotations

from projections.views.reading import Reading
from service.asking.query import Query
from service.coverage.members import coverage_members
from service.coverage.reading import covered
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.pages.shell.like import whole_classes
from service.sentences.coverage import Part
from service.words.places import WORLD
from service.words.speech import Speech


def about_title(_: Reading, query: Query, say: Speech) -> str:  # noqa: ARG001 - it is one for all
    """That it is about the chronicle itself."""
    return say("About this chronicle")


def about_page(visit: Visit) -> Members:
    """What the template shows."""
    here, as_of = visit.here, visit.query.as_of
    part = Part(WORLD, None, None)
    held = coverage_members(covered(visit.reading, as_of.known, part))

    def of_class(code: str) -> str:
        of = {"measure": "status", "status": "operating", "by": "country", "class": code}
        return here.to("/trends", **of)

    return {
        "page": visit.page(
            "about",
            description=visit.say(
                "What this chronicle covers, how it is made, how to cite it, and how to take part."
            ),
        ),
        "coverage": held["sentence"][visit.lang],
        "whole_classes": whole_classes(visit.reading.at(as_of), [], visit.say, of_class),
    }
