"""What the app that handles a request serves, and where: its archive, and the address that
absolute links of its answers begin with.

The address is a setting, never what a client called us: whoever names another host must not write
the links of an answer that others get from a cache, and that never changes.
"""

from __future__ import annotations

from typing import cast

from flask import current_app

from service.archive import Archive


def archive() -> Archive:
    """The archive of the app that handles the request."""
    return cast("Archive", current_app.extensions["annales"])


def root() -> str:
    """The address without a slash at its end, such as `https://annales.example`."""
    return cast("str", current_app.config["ANNALES_URL"])
