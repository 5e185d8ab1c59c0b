"""The database's clock in SQL. All processes share it, so leases are counted by it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Double
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler


class Now(FunctionElement[float]):
    """Seconds since 1970, with fractions."""

    name = "now"
    type = Double()
    inherit_cache = True


@compiles(Now, "sqlite")
def _sqlite(element: Now, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ARG001 - SQLAlchemy's
    # `unixepoch` knows fractions only since 3.42. 2440587.5 is 1970 in Julian days.
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(Now, "postgresql")
def _postgresql(element: Now, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ARG001
    # Not `now()`, which stands still within a transaction, however long that has waited for a lock.
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)"
