"""Views: what the log adds up to. All of it can be thrown away and rebuilt.

`PROJECTIONS` is the one list of how records become spans: one projection for
each kind of record. A new one is a file with a pure function and a line here.
"""

from projections.engine.spans import Projection
from projections.kinds.facility import FACILITY
from projections.kinds.happenings import DISCOVERY, OBSERVATION
from projections.kinds.indicator import INDICATOR
from projections.kinds.policy import POLICY

PROJECTIONS: dict[str, Projection] = {
    projection.kind: projection
    for projection in (FACILITY, POLICY, INDICATOR, DISCOVERY, OBSERVATION)
}

VIEW = 4
"""The version of all views. Any change of code that changes the bytes of an answer is a new one."""
