"""What only PostgreSQL has of a table or an index.

Said where a table is described (`postgresql_where`), it has SQLAlchemy import the dialect of PostgreSQL there and then:
3 MB of memory, also of those whose database is SQLite.
"""

from typing import TypeVar

from sqlalchemy import Connection, Index, Table, event

Item = TypeVar("Item", Table, Index)


def on_postgresql(item: Item, **options: object) -> Item:
    """Give a table or an index its options of PostgreSQL, as soon as it is made there.

    Args:
        options: As SQLAlchemy calls them, without `postgresql_` before each.
    """

    def give(_: Item, connection: Connection, **_how: object) -> None:
        if connection.dialect.name == "postgresql":
            item.dialect_options["postgresql"].update(options)

    event.listen(item, "before_create", give)
    return item
