"""Where this service stands: the address that absolute links of its answers begin with.

It is a setting, never what a client called us: whoever names another host must not write the
links of an answer that others get from a cache, and that never changes.
"""

from __future__ import annotations

from typing import cast

from flask import current_app


def root() -> str:
    """The address without a slash at its end, such as `https://annales.example`."""
    return cast("str", current_app.config["ANNALES_URL"])
