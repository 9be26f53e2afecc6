"""The tables of the log in SQLite, and every statement that runs on them.

What was written never changes: triggers refuse an UPDATE and a DELETE on each
table. A column that says more than its name is explained beside it.
"""

SCHEMA_NUMBER = 3
"""That of a new log. The others are of earlier versions, and stay as they are until they are
brought to this one: `annales migrate`."""

WITHOUT_EPOCHS = 1
WITH_EPOCHS = 2
"""A log of the first schema has this number from its second epoch on, so that no version of the
program that knows of none gives an address twice."""


def append_only(table: str, why: str = "the log is append-only") -> tuple[str, str]:
    """The triggers by which what was written to a table never changes, and stays."""
    return (
        f"""
    CREATE TRIGGER {table}_stay_as_they_are BEFORE UPDATE ON {table}
    BEGIN SELECT RAISE(ABORT, '{why}'); END
""",
        f"""
    CREATE TRIGGER {table}_stay BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, '{why}'); END
""",
    )


# The column must be called rowid: the library reads `row["rowid"]`. AUTOINCREMENT
# keeps a position from being given again even if its row was removed.
CREATE_STORED_EVENTS = """
    CREATE TABLE stored_events (
        rowid INTEGER PRIMARY KEY AUTOINCREMENT,
        originator_id TEXT NOT NULL,
        originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        state BLOB NOT NULL,
        leaf BLOB NOT NULL,
        UNIQUE (originator_id, originator_version)
    ) STRICT
"""

CREATE_COMMITS = """
    CREATE TABLE commits (
        position INTEGER PRIMARY KEY,
        first INTEGER NOT NULL,
        recorded_at TEXT NOT NULL UNIQUE,
        actor TEXT NOT NULL,
        request TEXT NOT NULL,
        key TEXT,
        fingerprint TEXT,
        seal BLOB NOT NULL,
        UNIQUE (actor, key)
    ) STRICT
"""

CREATE_NAMES = """
    CREATE TABLE names (
        space TEXT NOT NULL,
        id TEXT NOT NULL,
        record TEXT NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (space, id)
    ) STRICT, WITHOUT ROWID
"""

SCHEMA_OF_LOG = (
    CREATE_STORED_EVENTS,
    CREATE_COMMITS,
    CREATE_NAMES,
    *append_only("stored_events"),
    *append_only("commits"),
    *append_only("names"),
)

CREATE_EPOCHS = """
    CREATE TABLE epochs (
        number INTEGER PRIMARY KEY,
        began INTEGER NOT NULL,
        recorded_at TEXT NOT NULL,
        seal BLOB NOT NULL
    ) STRICT
"""

SCHEMA_OF_EPOCHS = (CREATE_EPOCHS, *append_only("epochs"))
"""The first epoch has no row."""

# A row for each whole tree of 256 ** level leaves, `number` from 0 in the order of the log;
# `position` is that of its last leaf. The leaves are those of stored_events.
CREATE_TREE = """
    CREATE TABLE tree (
        level INTEGER NOT NULL,
        number INTEGER NOT NULL,
        position INTEGER NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (level, number),
        UNIQUE (level, position)
    ) STRICT, WITHOUT ROWID
"""

SCHEMA_OF_TREE = (CREATE_TREE, *append_only("tree"))

SCHEMAS = {
    WITHOUT_EPOCHS: SCHEMA_OF_LOG,
    WITH_EPOCHS: (*SCHEMA_OF_LOG, *SCHEMA_OF_EPOCHS),
    SCHEMA_NUMBER: (*SCHEMA_OF_LOG, *SCHEMA_OF_EPOCHS, *SCHEMA_OF_TREE),
}
"""The statements that make a log of each number."""

PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # on macOS a plain fsync leaves the data in the drive's cache
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA recursive_triggers = ON",  # else INSERT OR REPLACE deletes past the triggers
    "PRAGMA cell_size_check = ON",
    "PRAGMA trusted_schema = OFF",
)

DATA_VERSION = "PRAGMA data_version"
"""It changes where another connection has written."""

COUNT_TABLES = """
    SELECT count(*)
    FROM sqlite_schema
    WHERE type = 'table'
"""

LAST_GIVEN = """
    SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'stored_events'), 0) AS given,
           coalesce((SELECT max(position) FROM commits), 0) AS position,
           (SELECT max(recorded_at) FROM commits) AS recorded_at
"""

INSERT_COMMIT = """
    INSERT INTO commits (position, first, recorded_at, actor, request, key, fingerprint, seal)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

INSERT_EPOCH = """
    INSERT INTO epochs (number, began, recorded_at, seal)
    VALUES (?, ?, ?, ?)
"""

EPOCHS = """
    SELECT number, began, recorded_at, seal
    FROM epochs
    ORDER BY number
"""

SEAL_AT = """
    SELECT seal
    FROM commits
    WHERE position = :position
"""

ENDS = """
    SELECT last.position, last.recorded_at, last.seal, first.seal
    FROM (SELECT * FROM commits ORDER BY position DESC LIMIT 1) AS last,
         (SELECT * FROM commits ORDER BY position LIMIT 1) AS first
"""

INSERT_CLAIM = """
    INSERT INTO names (space, id, record, position)
    VALUES (?, ?, ?, ?)
"""

INSERT_EVENT = """
    INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state, leaf)
    VALUES (?, ?, ?, ?, ?, ?)
"""

INSERT_TREE = """
    INSERT INTO tree (level, number, position, hash)
    VALUES (?, ?, ?, ?)
"""

LAST_OF_TREE = """
    SELECT number, position
    FROM tree
    WHERE level = :level
    ORDER BY number DESC
    LIMIT 1
"""

TREE_AT = """
    SELECT position
    FROM tree
    WHERE level = :level AND number = :number
"""

TREE_BEFORE = """
    SELECT number, position
    FROM tree
    WHERE level = 1 AND position < :position
    ORDER BY position DESC
    LIMIT 1
"""

TREE_FROM = """
    SELECT position, hash
    FROM tree
    WHERE level = :level AND number >= :number
    ORDER BY number
    LIMIT :limit
"""

LEAVES_AFTER = """
    SELECT rowid, leaf
    FROM stored_events
    WHERE rowid > :after
    ORDER BY rowid
    LIMIT :limit OFFSET :skipped
"""

LEAVES_BETWEEN = """
    SELECT rowid, leaf
    FROM stored_events
    WHERE :after < rowid AND rowid <= :up_to
    ORDER BY rowid
    LIMIT 257
"""

TREE_BETWEEN = """
    SELECT position, hash
    FROM tree
    WHERE level = :level AND :after < position AND position <= :up_to
    ORDER BY position
    LIMIT 257
"""
"""One more than there should be."""

COUNT_LEAVES = """
    SELECT count(*), max(rowid)
    FROM stored_events
    WHERE :after < rowid AND rowid <= :up_to
"""

HEAD = """
    SELECT position, first, recorded_at, actor, request, key, fingerprint
    FROM commits
    ORDER BY position DESC
    LIMIT 1
"""

COMMIT_AT = """
    SELECT position, first, recorded_at, actor, request, key, fingerprint
    FROM commits
    WHERE position <= :position
    ORDER BY position DESC
    LIMIT 1
"""

COMMIT_BY = """
    SELECT position, first, recorded_at, actor, request, key, fingerprint
    FROM commits
    WHERE recorded_at <= :recorded_at
    ORDER BY recorded_at DESC
    LIMIT 1
"""

COMMIT_BY_KEY = """
    SELECT position, first, recorded_at, actor, request, key, fingerprint
    FROM commits
    WHERE actor = :actor AND key = :key
"""

COMMIT_BY_REQUEST = """
    SELECT position, first, recorded_at, actor, request, key, fingerprint
    FROM commits
    WHERE recorded_at > :since AND request = :request
    ORDER BY recorded_at
    LIMIT 1
"""

CLAIMED = """
    SELECT id, record
    FROM names
    WHERE space = :space
      AND id IN (SELECT value FROM json_each(:ids))
"""

CLAIMS = """
    SELECT names.id, names.record, commits.first, commits.position
    FROM names
    JOIN commits ON commits.position = names.position
    WHERE names.space = :space
      AND names.id IN (SELECT value FROM json_each(:ids))
"""

FIRST_POSITIONS = """
    SELECT originator_id, rowid
    FROM stored_events
    WHERE originator_id IN (SELECT value FROM json_each(:streams))
      AND originator_version = 1
"""

EVENTS_AFTER = """
    SELECT rowid, originator_id, originator_version, topic, state, leaf
    FROM stored_events
    WHERE rowid > :after
    ORDER BY rowid
    LIMIT :limit
"""

EVENTS_BETWEEN = """
    SELECT rowid, originator_id, originator_version, topic, state, leaf
    FROM stored_events
    WHERE :after < rowid AND rowid <= :end
    ORDER BY rowid
"""

VERSIONS_AFTER = """
    SELECT rowid, originator_id, originator_version
    FROM stored_events
    WHERE rowid > :after
    ORDER BY rowid
    LIMIT :limit
"""

COMMITS_OVER = """
    SELECT position, first, recorded_at, actor, request, key, fingerprint
    FROM commits
    WHERE :first <= position
      AND position <= (SELECT min(position) FROM commits WHERE position >= :last)
    ORDER BY position
"""

EVENTS_OF_STREAM = """
    SELECT e.rowid, e.originator_id, e.originator_version, e.topic, e.state, e.leaf,
           c.position, c.first, c.recorded_at, c.actor, c.request, c.key, c.fingerprint
    FROM stored_events AS e
    JOIN commits AS c
      ON c.position = (SELECT min(position) FROM commits WHERE position >= e.rowid)
    WHERE e.originator_id = :stream
      AND :after < e.rowid AND e.rowid <= :up_to
    ORDER BY e.originator_version
    LIMIT :limit
"""

EVENTS_IN_COMMITS = """
    SELECT e.rowid, e.originator_id, e.originator_version, e.topic, e.state, e.leaf,
           c.position, c.first, c.recorded_at, c.actor, c.request, c.key, c.fingerprint
    FROM stored_events AS e
    JOIN commits AS c
      ON c.position = (SELECT min(position) FROM commits WHERE position >= e.rowid)
    WHERE e.rowid > :after AND e.rowid <= :up_to
    ORDER BY e.rowid
    LIMIT :limit
"""

EVENTS_AT = """
    SELECT e.rowid, e.originator_id, e.originator_version, e.topic, e.state, e.leaf,
           c.position, c.first, c.recorded_at, c.actor, c.request, c.key, c.fingerprint
    FROM stored_events AS e
    JOIN commits AS c
      ON c.position = (SELECT min(position) FROM commits WHERE position >= e.rowid)
    WHERE e.rowid IN (SELECT value FROM json_each(:positions))
    ORDER BY e.rowid
"""

PARTS = """
    WITH
        begun AS (
            SELECT min(rowid) AS number, count(*) AS events
            FROM stored_events
            WHERE rowid <= :up_to
            GROUP BY originator_id
        ),
        counted AS (
            SELECT number, events, sum(events) OVER (ORDER BY number) AS so_far
            FROM begun
        )
    SELECT min(number), max(number), sum(events)
    FROM counted
    GROUP BY (so_far - 1) / :events
    ORDER BY 1
"""

EVENTS_OF_LIVES = """
    SELECT e.rowid, e.originator_id, e.originator_version, e.topic, e.state, e.leaf,
           c.position, c.first, c.recorded_at, c.actor, c.request, c.key, c.fingerprint
    FROM stored_events AS begun
    CROSS JOIN stored_events AS e ON e.originator_id = begun.originator_id
    JOIN commits AS c
      ON c.position = (SELECT min(position) FROM commits WHERE position >= e.rowid)
    WHERE :first <= begun.rowid AND begun.rowid <= :last
      AND begun.originator_version = 1
      AND e.rowid <= :up_to
    ORDER BY e.rowid
"""

EVENTS_OF_TOPICS = """
    SELECT e.rowid, e.originator_id, e.originator_version, e.topic, e.state, e.leaf,
           c.position, c.first, c.recorded_at, c.actor, c.request, c.key, c.fingerprint
    FROM stored_events AS e
    JOIN commits AS c
      ON c.position = (SELECT min(position) FROM commits WHERE position >= e.rowid)
    WHERE e.originator_id IN (SELECT value FROM json_each(:streams))
      AND e.topic IN (SELECT value FROM json_each(:topics))
      AND e.rowid <= :up_to
    ORDER BY e.rowid
"""

POSITIONS_OF_STREAM = """
    SELECT rowid
    FROM stored_events
    WHERE originator_id = :stream
      AND :after < rowid AND rowid <= :up_to
"""

REVISION = """
    SELECT originator_version
    FROM stored_events
    WHERE originator_id = :stream
      AND rowid <= :up_to
    ORDER BY originator_version DESC
    LIMIT 1
"""

COMMITS = """
    SELECT position, first, recorded_at, actor, request, key, fingerprint
    FROM commits
    WHERE :after < position AND position <= :up_to
    ORDER BY position {direction}
    LIMIT :limit
"""

COMMITS_OF_STREAM = """
    SELECT c.position, c.first, c.recorded_at, c.actor, c.request, c.key, c.fingerprint
    FROM stored_events AS e
    JOIN commits AS c
      ON c.position = (SELECT min(position) FROM commits WHERE position >= e.rowid)
    LEFT JOIN stored_events AS next
      ON next.originator_id = e.originator_id
     AND next.originator_version = e.originator_version + 1
     AND next.rowid <= min(c.position, :up_to)
    WHERE e.originator_id = :stream
      AND :after < e.rowid AND e.rowid <= :up_to
      AND next.rowid IS NULL
    ORDER BY e.originator_version {direction}
    LIMIT :limit
"""
"""Each is found at the last event that the stream has in it."""

EVERY_COMMIT = """
    SELECT position, first, recorded_at, actor, request, key, fingerprint, seal
    FROM commits
    ORDER BY position
"""

EVERY_EVENT = """
    SELECT rowid, originator_id, originator_version, topic, state, leaf
    FROM stored_events
    ORDER BY rowid
"""

EVERY_OF_TREE = """
    SELECT number, position, hash
    FROM tree
    WHERE level = :level
    ORDER BY number
"""

EVERY_CLAIM = """
    SELECT position, space, id, record
    FROM names
    ORDER BY position, space, id
"""

COMMITS_BEYOND = """
    SELECT position, first, recorded_at, actor, request, key, fingerprint, seal
    FROM commits
    WHERE position > :after
    ORDER BY position
"""

EVENTS_BEYOND = """
    SELECT rowid, originator_id, originator_version, topic, state, leaf
    FROM stored_events
    WHERE rowid > :after
    ORDER BY rowid
"""

CLAIMS_BEYOND = """
    SELECT position, space, id, record
    FROM names
    WHERE position > :after
    ORDER BY position, space, id
"""

SEALS_UP_TO = """
    SELECT position, seal
    FROM commits
    WHERE position <= :up_to
    ORDER BY position
"""

LEAVES_UP_TO = """
    SELECT leaf
    FROM stored_events
    WHERE rowid <= :up_to
    ORDER BY rowid
"""

FARTHEST = 2**63 - 1
"""The last position that SQLite could give."""
