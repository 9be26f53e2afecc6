"""`annales confirm-clock`: somebody has looked, and the clock of the machine is right."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from events.store.clock import system_clock
from events.store.timekeeping import Timekeeper, system_uptime
from service.cli.options import as_json, log_of


@click.command("confirm-clock")
@as_json
@click.pass_obj
def confirm_clock(folder: Path, /, *, as_json: bool) -> None:
    """Believe the clock of this machine as it is.

    Orders are refused where the clock went another way than time does, since what it dates is dated
    for good. A server that runs takes orders again at once. Look at `date -u` first.
    """
    keeper = Timekeeper(log_of(folder), clock=system_clock, steady=system_uptime)
    now = keeper.confirm()
    click.echo(msgspec.json.encode({"now": now}) if as_json else f"The clock is believed: {now}.")
