"""The base that all tables share. Read by Alembic alone: the service itself runs statements, not models."""

from typing import Any, ClassVar

from sqlalchemy import MetaData, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import UserDefinedType


class Base(DeclarativeBase):
    """All tables, with one naming convention for constraints; text is `text`, never a length."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text}
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Ltree(UserDefinedType[str]):
    """A path of labels, ancestors first."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The SQL type."""
        return "ltree"


class Xid8(UserDefinedType[int]):
    """A transaction id that does not wrap."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The SQL type."""
        return "xid8"
