"""The projections' database, for commands that work on the tables themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine


@contextmanager
def open_tables(database_url: str | None) -> "Iterator[Engine]":
    """The database: the one given, else the one set, else that in the data folder. Only the services create one.

    Raises:
        click.ClickException: there is no database, it is not set up for projections, or it refuses; the message says
            which.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from events.errors import first_of
    from projections.engine.database import UnusableDatabase, address_of, open_database, without_patient_text, writing
    from projections.engine.fitness import check_database
    from projections.engine.tables import declare_own
    from services.cli.configuration import load_settings

    address = load_settings(database_url=database_url).database_address
    url = address_of(address)
    _refuse_a_missing_file(url)
    engine = open_database(address)
    try:
        check_database(engine)
        with writing(engine) as connection:
            declare_own(connection)
        yield engine
    except* SQLAlchemyError as errors:
        reason = without_patient_text(first_of(errors))
        raise click.ClickException(f"The database {_shown(url)} cannot be used: {reason}") from None
    except* UnusableDatabase as refused:
        raise click.ClickException(str(first_of(refused))) from None
    finally:
        engine.dispose()


def _refuse_a_missing_file(url: "URL") -> None:
    from pathlib import Path

    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise click.ClickException(
            f"There is no database at {url.database}. Name the one that the services use: --database-url,"
            " CAIRN_DATABASE_URL, or CAIRN_DATA_DIR for the folder of `cairn up`."
        )


def _shown(url: "URL") -> str:
    return url.render_as_string(hide_password=True)
