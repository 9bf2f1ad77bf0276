"""Credits on their way into the database and out of it: Decimal outside, whole numbers inside."""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, TypeDecorator
from sqlalchemy.engine import Dialect

_TICKS = Decimal(10_000)


class Credits(TypeDecorator[Decimal]):
    """Credits as whole ten-thousandths: exact in sums on every database, Decimal outside."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else int((Decimal(value) * _TICKS).to_integral_value())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else Decimal(int(value)) / _TICKS

    def coerce_compared_value(self, op: Any, value: Any) -> Any:  # noqa: ARG002
        return self
