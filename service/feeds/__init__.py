"""The feeds: one file a format, and the one list of them all."""

from service.feeds.atom import ATOM
from service.feeds.columns import COLUMNS
from service.feeds.facilities import FACILITIES
from service.feeds.feed import Feed
from service.feeds.geojson import GEOJSON
from service.feeds.icalendar import ICALENDAR
from service.feeds.jsonfeed import JSONFEED
from service.feeds.linked_places import LINKED_PLACES
from service.feeds.parquet import PARQUET
from service.feeds.png import PNG
from service.feeds.svg import SVG
from service.feeds.tabular import CSV, CSV_METADATA
from service.feeds.timelinejs import TIMELINEJS
from service.feeds.vega_lite import VEGA_LITE
from service.feeds.vis_timeline import VIS_TIMELINE

FEEDS: tuple[Feed, ...] = (
    TIMELINEJS,
    VIS_TIMELINE,
    VEGA_LITE,
    SVG,
    PNG,
    CSV,
    CSV_METADATA,
    GEOJSON,
    FACILITIES,
    LINKED_PLACES,
    ICALENDAR,
    ATOM,
    JSONFEED,
    COLUMNS,
    PARQUET,
)
"""Every feed, in the order in which they are shown. A new one is a file and a line here."""
