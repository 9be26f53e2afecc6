"""The tables of a log in PostgreSQL, and every statement that runs on them.

A log has a schema of its own, which `{log}` stands for. What was written to it never changes:
triggers refuse an UPDATE, a DELETE and a TRUNCATE on each table, even by its owner, and whoever
keeps a node has no right to any of them. Nodes read it beyond what they have copied and nothing
else, so there is no index but for that and for what must be unique.

Positions are given by whoever has the turn, not by a sequence: the column has no default, so that
an INSERT that does not know of turns fails.
"""

from __future__ import annotations

from functools import cache

from psycopg.sql import SQL, Composed, Identifier

SCHEMA_NUMBER = 1
"""It stands in the comment of the schema."""

COMMENT = "a log of Annales, schema {number}"

# The names of the columns of events are those of the library, which reads them too.
CREATE = """
    CREATE TABLE {log}.stored_events (
        originator_id text COLLATE "C" NOT NULL,
        originator_version bigint NOT NULL,
        topic text NOT NULL,
        state bytea NOT NULL,
        notification_id bigint NOT NULL UNIQUE,
        leaf bytea NOT NULL,
        PRIMARY KEY (originator_id, originator_version)
    );

    CREATE TABLE {log}.commits (
        position bigint PRIMARY KEY,
        first bigint NOT NULL,
        recorded_at text COLLATE "C" NOT NULL UNIQUE,
        actor text NOT NULL,
        request text NOT NULL,
        key text,
        fingerprint text,
        seal bytea NOT NULL,
        UNIQUE (actor, key)
    );

    CREATE TABLE {log}.names (
        space text NOT NULL,
        id text COLLATE "C" NOT NULL,
        record text NOT NULL,
        position bigint NOT NULL,
        PRIMARY KEY (space, id)
    );
    CREATE INDEX ON {log}.names (position);

    CREATE TABLE {log}.epochs (
        number bigint PRIMARY KEY,
        began bigint NOT NULL,
        recorded_at text NOT NULL,
        seal bytea NOT NULL
    );

    -- What an event tells of and is too large to hold, compressed.
    CREATE TABLE {log}.bodies (
        id text COLLATE "C" PRIMARY KEY,
        body bytea NOT NULL
    );

    -- What lies beside the log under a name: of each the row with the highest number holds.
    CREATE TABLE {log}.beside (
        number bigint PRIMARY KEY,
        name text NOT NULL,
        text text NOT NULL
    );
    CREATE INDEX ON {log}.beside (name, number);

    -- The one table that is no history: who is signed in at the desk.
    CREATE TABLE {log}.sessions (
        digest bytea PRIMARY KEY,
        value bytea NOT NULL
    );

    -- Whoever has the turn is the only one that writes. To lock a table wants a right to change
    -- what is in it, which nobody has: so its owner locks it for whoever may take the turn.
    CREATE FUNCTION {log}.take_turn() RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        LOCK TABLE {log}.stored_events IN EXCLUSIVE MODE;
    END $$;
    REVOKE ALL ON FUNCTION {log}.take_turn() FROM PUBLIC;

    CREATE FUNCTION {log}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the log is append-only';
    END $$;
"""

APPEND_ONLY = ("stored_events", "commits", "names", "epochs", "bodies", "beside")

CREATE_TRIGGER = """
    CREATE TRIGGER stay_as_they_are BEFORE UPDATE OR DELETE OR TRUNCATE ON {log}.{table}
    FOR EACH STATEMENT EXECUTE FUNCTION {log}.refuse()
"""

GRANTS = """
    GRANT USAGE ON SCHEMA {log} TO {role};
    GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {log} TO {role};
    GRANT UPDATE, DELETE ON {log}.sessions TO {role};
    GRANT EXECUTE ON FUNCTION {log}.take_turn() TO {role};
"""
"""All that whoever keeps a node may do."""

SCHEMA_SAYS = """
    SELECT to_regnamespace(%(log)s) IS NOT NULL,
           obj_description(to_regnamespace(%(log)s), 'pg_namespace')
"""

LACKING = """
    SELECT wanted.privilege, wanted.table_name
    FROM (VALUES
        ('SELECT', 'stored_events'), ('INSERT', 'stored_events'), ('INSERT', 'commits'),
        ('SELECT', 'commits'), ('SELECT', 'names'), ('INSERT', 'names'), ('SELECT', 'epochs'),
        ('INSERT', 'epochs'), ('SELECT', 'bodies'), ('INSERT', 'bodies'), ('SELECT', 'beside'),
        ('INSERT', 'beside'), ('SELECT', 'sessions'), ('INSERT', 'sessions'),
        ('UPDATE', 'sessions'), ('DELETE', 'sessions')
    ) AS wanted (privilege, table_name)
    WHERE NOT has_schema_privilege(%(log)s, 'USAGE')
       OR NOT has_table_privilege(%(log)s || '.' || wanted.table_name, wanted.privilege)
    UNION ALL
    SELECT 'EXECUTE', 'take_turn()'
    WHERE NOT has_schema_privilege(%(log)s, 'USAGE')
       OR NOT has_function_privilege(%(log)s || '.take_turn()', 'EXECUTE')
"""

LIBRARYS_FUNCTIONS = """
    SELECT proname
    FROM pg_proc
    WHERE pronamespace = to_regnamespace(%(log)s) AND proname LIKE 'es\\_%%'
"""

SERVER = """
    SELECT current_setting('server_version_num')::integer, current_setting('server_encoding'),
           pg_is_in_recovery()
"""

UNSAFE = """
    SELECT name, setting, source, quote_ident(current_user), quote_ident(current_database())
    FROM pg_settings
    WHERE name = 'fsync' AND setting <> 'on'
       OR name = 'synchronous_commit' AND setting NOT IN ('on', 'remote_apply')
    ORDER BY name
"""

TAKE_TURN = "SELECT {log}.take_turn()"

END = """
    SELECT coalesce((SELECT max(notification_id) FROM {log}.stored_events), 0),
           coalesce((SELECT max(position) FROM {log}.commits), 0),
           (SELECT max(recorded_at) FROM {log}.commits),
           (SELECT seal FROM {log}.commits ORDER BY position DESC LIMIT 1),
           coalesce((SELECT max(number) FROM {log}.epochs), 1)
"""
"""The last two: by them whoever has copied it all knows it without asking again."""

SEAL_AT = """
    SELECT seal
    FROM {log}.commits
    WHERE position = %(position)s
"""

LEAVES = """
    SELECT leaf
    FROM {log}.stored_events
    WHERE %(first)s <= notification_id AND notification_id <= %(position)s
    ORDER BY notification_id
"""

HEAD = "SELECT coalesce(max(position), 0) FROM {log}.commits"

COMMITS_AFTER = """
    SELECT position, first, recorded_at, actor, request, key, fingerprint, seal
    FROM {log}.commits
    WHERE position > %(after)s
    ORDER BY position
    LIMIT %(limit)s
"""

EVENTS_BETWEEN = """
    SELECT notification_id, originator_id, originator_version, topic, state, leaf
    FROM {log}.stored_events
    WHERE %(after)s < notification_id AND notification_id <= %(up_to)s
    ORDER BY notification_id
"""

CLAIMS_BETWEEN = """
    SELECT position, space, id, record
    FROM {log}.names
    WHERE %(after)s < position AND position <= %(up_to)s
    ORDER BY position, space COLLATE "C", id COLLATE "C", record COLLATE "C"
"""

BODIES = """
    SELECT id, body
    FROM {log}.bodies
    WHERE id = ANY(%(ids)s)
"""

EPOCHS_AFTER = """
    SELECT number, began, recorded_at, seal
    FROM {log}.epochs
    WHERE number > %(number)s
    ORDER BY number
"""

BESIDE_AFTER = """
    WITH RECURSIVE known (name) AS (
        SELECT min(name) FROM {log}.beside
        UNION ALL
        SELECT (SELECT min(name) FROM {log}.beside WHERE name > known.name)
        FROM known
        WHERE known.name IS NOT NULL
    )
    SELECT known.name, last.number, last.text
    FROM known, LATERAL (
        SELECT number, text
        FROM {log}.beside
        WHERE name = known.name
        ORDER BY number DESC
        LIMIT 1
    ) AS last
    WHERE last.number > %(number)s
    ORDER BY last.number
"""
"""By the index, from name to name: each signature is a row, and there are millions of them."""

SEALS_UP_TO = """
    SELECT position, seal
    FROM {log}.commits
    WHERE position <= %(up_to)s
    ORDER BY position
"""

LEAVES_UP_TO = """
    SELECT leaf
    FROM {log}.stored_events
    WHERE notification_id <= %(up_to)s
    ORDER BY notification_id
"""

BESIDE_NOW = """
    SELECT text
    FROM {log}.beside
    WHERE name = %(name)s
    ORDER BY number DESC
    LIMIT 1
"""

INSERT_EVENTS = """
    INSERT INTO {log}.stored_events
        (notification_id, originator_id, originator_version, topic, state, leaf)
    SELECT *
    FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::bytea[])
"""

INSERT_COMMITS = """
    INSERT INTO {log}.commits
        (position, first, recorded_at, actor, request, key, fingerprint, seal)
    SELECT *
    FROM unnest(%b::bigint[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[],
                %b::text[], %b::bytea[])
"""

INSERT_CLAIMS = """
    INSERT INTO {log}.names (position, space, id, record)
    SELECT *
    FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::text[])
"""

INSERT_BODIES = """
    INSERT INTO {log}.bodies (id, body)
    SELECT *
    FROM unnest(%b::text[], %b::bytea[])
    ON CONFLICT DO NOTHING
"""

INSERT_BODY = "INSERT INTO {log}.bodies (id, body) VALUES (%b, %b)"

INSERT_EPOCH = "INSERT INTO {log}.epochs (number, began, recorded_at, seal) VALUES (%s, %s, %s, %s)"

INSERT_BESIDE = """
    INSERT INTO {log}.beside (number, name, text)
    SELECT coalesce(max(number), 0) + 1, %(name)s, %(text)s
    FROM {log}.beside
"""

HALF = "half"
"""The name beside a log into which another is copied: the text says which, and is empty once all of
it is there."""

NOTIFY = "NOTIFY {log}"
"""A channel has the name of its log."""

LISTEN = "LISTEN {log}"

SETTINGS = """
    SELECT set_config('lock_timeout', %(lock)s, true),
           set_config('idle_in_transaction_session_timeout', %(idle)s, true),
           set_config('client_min_messages', 'warning', true)
"""
"""The last, since a commit that no longer waits for a standby says so by a warning alone."""

WRITE_NOTHING = "SELECT pg_logical_emit_message(true, 'annales', '')"
"""A commit of it waits for the standbys as any other does, and nobody sees anything of it."""


@cache
def of(log: str, statement: str, **names: str) -> Composed:
    """A statement on a log; other names stand in it for what they are called."""
    called = {name: Identifier(value) for name, value in names.items()}
    return SQL(statement).format(log=Identifier(log), **called)
