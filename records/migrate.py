"""Bringing a database to the present tables: Alembic's revisions, forward only, on both engines."""

import functools
from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from records.database import Database
from records.errors import Unreachable
from records.language import mark

# Any number will do, as long as every console takes the same one.
_UPGRADE_LOCK = 7_203_117


def _config() -> Config:
    config = Config()
    # Alembic reads % in an option as a reference to another one.
    folder = str(resources.files("records").joinpath("migrations")).replace("%", "%%")
    config.set_main_option("script_location", folder)
    return config


@functools.cache
def _known_revisions() -> tuple[str, ...]:
    """Return all revisions of this program, the newest first."""
    scripts = ScriptDirectory.from_config(_config())
    return tuple(script.revision for script in scripts.walk_revisions())


def head_revision() -> str:
    """Return the revision that this program's tables are at."""
    return _known_revisions()[0]


def revision(database: Database) -> str | None:
    """Return the revision that the database is at; None if it is empty."""
    with database.read() as session:
        return _revision_of(session.connection())


def _revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database) -> None:
    """Bring the database to the head in one transaction; on an empty one everything is created.

    Two consoles that do it at once wait for each other.

    Raises:
        Unreachable: The database was made by a newer program than this one.
    """
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
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
