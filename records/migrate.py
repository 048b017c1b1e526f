"""Bringing a database to the present tables: Alembic's revisions, forward only, on both engines."""

import functools
from importlib import resources
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from records.database import Database
from records.errors import Unreachable
from records.language import mark

if TYPE_CHECKING:  # Alembic takes a tenth of a second; only a database that is behind needs it
    from alembic.config import Config

# The newest revision of this program; a test holds it to the scripts.
HEAD = "0001"
_TABLE = "alembic_version"

# Any number will do, as long as every console takes the same one.
_UPGRADE_LOCK = 7_203_117


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    # Alembic reads % in an option as a reference to another one.
    folder = str(resources.files("records").joinpath("migrations")).replace("%", "%%")
    config.set_main_option("script_location", folder)
    return config


@functools.cache
def _known_revisions() -> tuple[str, ...]:
    """Return all revisions of this program, the newest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    scripts = ScriptDirectory.from_config(_config())
    return tuple(script.revision for script in scripts.walk_revisions())


def head_revision() -> str:
    """Return the revision that this program's tables are at."""
    return HEAD


def revision(database: Database) -> str | None:
    """Return the revision that the database is at; None if it is empty."""
    with database.read() as session:
        return _revision_of(session.connection())


def _revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar()  # noqa: S608
    return found


def upgrade(database: Database) -> None:
    """Bring the database to the head in one transaction; on an empty one everything is created.

    Two consoles that do it at once wait for each other.

    Raises:
        Unreachable: The database was made by a newer program than this one.
    """
    if revision(database) == HEAD:
        return  # the usual case takes no lock
    with database.write() as session:
        connection = session.connection()
        if not database.is_sqlite:
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:number)"), {"number": _UPGRADE_LOCK}
            )
        found = _revision_of(connection)
        if found == head_revision():
            return
        if found is not None and found not in _known_revisions():
            raise Unreachable(
                mark("数据库的版本是{found},比本程序的{known}新。请先更新程序。"),
                found=found,
                known=head_revision(),
            )
        from alembic import command  # noqa: PLC0415

        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
