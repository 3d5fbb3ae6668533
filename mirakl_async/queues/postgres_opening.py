"""Creates the tables of a queue in PostgreSQL, and checks the server for settings that would lose orders."""

from __future__ import annotations

import logging
import re
from typing import Any

from ..errors import ConfigurationError, QueueError

__all__ = ["COLUMNS", "SETTINGS", "TABLE_INFO", "check_server", "expand_names", "table_names"]

log: logging.Logger = logging.getLogger("mirakl_async")
COLUMNS = {
    "@queue": {"id": "bigint", "body": "text", "leased_until": "timestamp with time zone", "deliveries": "integer"},
    "@cursors": {"name": "text", "position": "text"},
    "@rejected": {"place": "bigint", "id": "bytea", "line": "text"},
}
TABLES = {
    "@queue": """
        CREATE TABLE @queue (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            body text NOT NULL,
            leased_until timestamptz NOT NULL DEFAULT '-infinity',
            deliveries integer NOT NULL DEFAULT 0,
            put_at timestamptz NOT NULL DEFAULT now()
        ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
        ALTER TABLE @queue ALTER COLUMN body SET STORAGE EXTERNAL""",
    "@cursors": "CREATE TABLE @cursors (name text PRIMARY KEY, position text NOT NULL)",
    "@rejected": """
        CREATE TABLE @rejected (
            place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id bytea NOT NULL UNIQUE,
            line text NOT NULL
        )""",
}
SETTINGS = """
    SELECT current_setting('server_encoding') AS encoding, current_setting('server_version_num')::int AS version,
        current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit"""
TABLE_INFO = """
    SELECT relkind::text AS kind, relpersistence::text AS persistence, ARRAY(
        SELECT attname || ' ' || format_type(atttypid, NULL) FROM pg_attribute
        WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped) AS columns
    FROM pg_class WHERE oid = to_regclass($1)"""


def table_names(table: str) -> dict[str, str]:
    """Return the quoted names of a queue's three tables, by the placeholders that statements use for them."""
    parts = table.split(".")
    if len(parts) > 2 or not all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,49}", part) for part in parts):
        raise ConfigurationError(f"PostgresQueue: {table!r} is not a valid table name of at most 50 letters and digits")
    quoted = ".".join(f'"{part}"' for part in parts)
    return {"@queue": quoted, "@cursors": f'{quoted[:-1]}_cursors"', "@rejected": f'{quoted[:-1]}_rejected"'}


def expand_names(statement: str, names: dict[str, str]) -> str:
    """Replace the placeholders of a statement by the names of tables."""
    return re.sub("@[a-z]+", lambda mark: names[mark[0]], statement)


async def check_server(connection: Any, names: dict[str, str], queue: str) -> None:
    """Create missing tables, and log warnings for settings that may lose orders.

    Raises ConfigurationError if the server is not suitable, QueueError if a table belongs to something else.
    """
    settings = await connection.fetchrow(SETTINGS)
    if settings["encoding"] != "UTF8" or settings["version"] < 110_000:
        raise ConfigurationError(f"{queue}: needs PostgreSQL 11 or later, and a database whose encoding is UTF8")
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", names["@queue"])
        for mark, columns in COLUMNS.items():
            found = await connection.fetchrow(TABLE_INFO, names[mark])
            if found is None:
                await connection.execute(expand_names(TABLES[mark], names))
            elif found["kind"] not in {"r", "p"} or {*map(" ".join, columns.items())} - {*found["columns"]}:
                raise QueueError(f"{queue}: {names[mark]} is not a table of this queue; give the queue another name")
            elif found["persistence"] == "u":
                log.warning("%s: %s is unlogged: a crash empties it; ALTER TABLE ... SET LOGGED", queue, names[mark])
    if settings["fsync"] == "off":
        log.warning("%s: orders are lost when the server's machine crashes; set fsync = on", queue)
    if settings["commit"] == "off":
        log.warning("%s: the last orders are lost when the server crashes; set synchronous_commit = on", queue)
