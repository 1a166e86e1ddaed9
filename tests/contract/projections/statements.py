"""What SQLAlchemy makes of queries, kept from one database to the next."""

from sqlalchemy import Engine
from sqlalchemy.engine import Dialect

_KEPT: dict[str, tuple[Dialect, dict[object, object]]] = {}


def keep_statements(engine: Engine) -> None:
    """Have an engine use what the engines before it, for databases of the same kind, have made of queries.

    An engine of its own makes each of them anew, and what it comes to is the same for each database of a kind.
    """
    kind = engine.dialect.name
    if kind not in _KEPT:
        engine.connect().close()  # from here on the dialect knows what the database can do
        _KEPT[kind] = engine.dialect, {}
    engine.dialect, made = _KEPT[kind]
    engine.update_execution_options(compiled_cache=made)
