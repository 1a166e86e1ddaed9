"""Whether projections can be kept in a PostgreSQL as it is set up: looked at once, before anything is made there."""

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from projections.engine.database import UnusableDatabase, reading

_ASKED = text(
    "SELECT current_setting('server_encoding') AS encoding, current_schema() AS schema, current_user AS role,"
    " current_setting('search_path') AS path, current_database() AS database,"
    " has_schema_privilege(current_schema(), 'CREATE') AS may_create"
)


def check_database(engine: Engine) -> None:
    """Make sure that tables can be made in a database, and that every word that patients say can be kept in them.

    A database that does not answer now is not looked at: it is waited for later.

    Raises:
        UnusableDatabase: it cannot be used as it is; the sentence says what to do.
    """
    if engine.dialect.name != "postgresql":
        return
    try:
        with reading(engine) as connection:
            found = connection.execute(_ASKED).one()
    except SQLAlchemyError:
        return
    if found.encoding != "UTF8":
        raise UnusableDatabase(
            f"The database {found.database} keeps texts in {found.encoding}, which has no letters for much of what"
            " patients write. Make it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
        )
    if found.schema is None:
        raise UnusableDatabase(
            f"There is no schema for the tables of {found.role}: none of its search path ({found.path}) exists, or is"
            f" open to it. Make one, and name it: ALTER ROLE {found.role} SET search_path."
        )
    if not found.may_create:
        raise UnusableDatabase(
            f"{found.role} may make no tables in the schema {found.schema} of the database {found.database}."
            f" Let it: GRANT CREATE ON SCHEMA {found.schema} TO {found.role}."
        )
