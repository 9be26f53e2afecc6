"""`annales cite`: keep what stands at a pinned address, as "Cite" on a page does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
import msgspec
from flask import Flask

from service.app import create_app
from service.archive import Archive
from service.citations.making import cited
from service.citations.routes import members_of
from service.cli.options import as_json, log_of, try_to_catch_up
from service.settings import Settings
from service.web.access import EVERYONE


@click.command()
@click.argument("path")
@click.option(
    "--media-type", metavar="TYPE", help="A type to ask for, where the address has several."
)
@as_json
@click.pass_obj
def cite(folder: Path, /, path: str, *, media_type: str | None, as_json: bool) -> None:
    """Keep what stands at PATH, byte for byte and for ever, at a short address.

    PATH is a pinned URL of this service, such as `pinned` in what `annales state --json` prints.
    Feeds hold the address of the service: set ANNALES_URL to have it in them, and in what is
    printed.
    """
    log_of(folder)
    with Archive(folder) as archive:
        try_to_catch_up(archive)
        app = app_of(archive, os.environ)
        citation, is_new = cited(
            app, archive.citations, path, chosen=media_type, by=EVERYONE.name, environ={}
        )
        with app.app_context():
            members = members_of(citation)
    if as_json:
        click.echo(msgspec.json.encode({**members, "new": is_new}))
    else:
        # Where it is reached only whoever serves it knows.
        click.echo(members["url"] if os.environ.get("ANNALES_URL") else f"/c/{citation.id}")


def app_of(archive: Archive, environment: Mapping[str, str]) -> Flask:
    """The service as whoever is at the machine asks it: all of it, without limits."""
    settings = Settings.of(environment)
    return create_app(
        archive,
        replace(
            settings,
            data=archive.folder,
            open_reads=True,
            questions_limit=None,
            citations_limit=None,
            suggestions_limit=None,
            kept=0,
        ),
    )
