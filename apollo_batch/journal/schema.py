"""The journal's tables: one source for SQLite and PostgreSQL, every key begins with the account."""

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect

SCHEMA_VERSION = 1

metadata = MetaData()

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


def _key(autoincrement: bool = True) -> Column[int]:
    whole = BigInteger().with_variant(Integer, "sqlite")
    return Column("id", whole, primary_key=True, autoincrement=autoincrement)


meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Text))

runs = Table(
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("identity", String, nullable=False),
    Column("period", String, nullable=False, default=""),
    Column("job_name", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("job_path", Text, nullable=False, default=""),
    Column("input_path", Text, nullable=False),
    Column("input_hash", String, nullable=False),
    Column("reading", Text, nullable=False),
    Column("output_path", Text, nullable=False, default=""),
    Column("output_hash", String, nullable=False, default=""),
    Column("selection", Text, nullable=False, default="[]"),
    Column("planned", Text, nullable=False, default="{}"),
    Column("entered", Boolean, nullable=False, default=False),
    Column("stop", String, nullable=False, default=""),
    Column("stop_note", Text, nullable=False, default=""),
    Column("created", Float, nullable=False),
    Column("updated", Float, nullable=False),
    Index("runs_identity", "account", "identity", "created"),
)

rows = Table(
    "rows",
    metadata,
    Column("account", String, nullable=False),
    Column("run", String, primary_key=True),
    Column("sheet", String, primary_key=True, default=""),
    Column("number", Integer, primary_key=True),
    Column("parent", Integer),
    Column("cells", Text, nullable=False),
    Column("hash", String, nullable=False),
)

items = Table(
    "items",
    metadata,
    _key(),
    Column("account", String, nullable=False),
    Column("run", String, nullable=False),
    Column("step", String, nullable=False),
    Column("sheet", String, nullable=False, default=""),
    Column("row", Integer, nullable=False),
    Column("question", String, nullable=False, default=""),
    Column("params", Text, nullable=False, default="{}"),
    Column("state", String, nullable=False),  # ready, sent, done, recall, twin
    Column("twin", Integer),  # the row this one repeats, which is asked for both
    Column("subject", String, nullable=False, default=""),  # what its effect is made to
    Column("route", String, nullable=False, default=""),  # of its next request
    Column("course", Text, nullable=False, default="[]"),  # its next request, and all after it
    Column("lot", String, nullable=False, default=""),  # who may share that request
    Column("gate", String, nullable=False, default=""),  # whose requests go one at a time
    Column("page", Integer, nullable=False, default=1),
    Column("since", Float),  # when the request left whose effect is being looked for
    Column("looks", Integer, nullable=False, default=0),
    Column("not_before", Float),
    Column("leg", Integer, nullable=False, default=0),  # how many requests it has behind it
    Column("company", Integer),  # the most that may share its request, after a refusal
    Column("chunk", BigInteger),
    Column("source", BigInteger),  # the attempt whose answer holds this item's record
    Column("position", Integer),  # where in that answer
    Column("status", String),
    Column("reason", String),
    Column("note", Text),
    Column("kept", Text),
    Column("found", String),  # Apollo's id of what was found or made
    Column("old", Text),  # what it was before it was changed
    Column("credits", Credits),
    Index("items_row", "run", "sheet", "row"),
    Index("items_chunk", "chunk"),
)

# Only what waits is in it, so that settling a row does not move it about in the index.
Index(
    "items_ready",
    items.c.run,
    items.c.step,
    items.c.leg,
    items.c.id,
    sqlite_where=items.c.state == "ready",
    postgresql_where=items.c.state == "ready",
)
Index(
    "items_lot",
    items.c.run,
    items.c.step,
    items.c.lot,
    items.c.id,
    sqlite_where=(items.c.state == "ready") & (items.c.lot != ""),
    postgresql_where=(items.c.state == "ready") & (items.c.lot != ""),
)
Index(
    "items_subject",
    items.c.run,
    items.c.step,
    items.c.subject,
    sqlite_where=items.c.subject != "",
    postgresql_where=items.c.subject != "",
)

chunks = Table(
    "chunks",
    metadata,
    _key(),
    Column("account", String, nullable=False),
    Column("run", String, nullable=False),
    Column("step", String, nullable=False),
    Column("kind", String, nullable=False, default="call"),
    Column("operation", String, nullable=False),
    Column("route", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("gate", String, nullable=False, default=""),
    Column("items", Text, nullable=False, default="[]"),  # what it carried, in order
    Column("ready_at", Float),
    Index("chunks_run", "run"),
)

attempts = Table(
    "attempts",
    metadata,
    _key(),
    Column("account", String, nullable=False),
    Column("run", String, nullable=False),
    Column("step", String, nullable=False),
    Column("chunk", BigInteger, nullable=False),
    Column("lane", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("probe", Boolean, nullable=False, default=False),
    Column("sent_at", Float, nullable=False),
    Column("done_at", Float),
    Column("outcome", String, nullable=False),  # sent, lost, or an Arrival
    Column("http", Integer),
    Column("message", Text),
    Column("headers", Text),
    Column("body", LargeBinary),
    Column("request_id", String),
    Column("held", Credits, nullable=False),
    Column("spent", Credits, nullable=False),
    Column("reported", Credits),
    Column("derived", Credits),
    Index("attempts_outcome", "outcome", "lane"),
    Index("attempts_run", "run", "outcome"),
    Index("attempts_done", "lane", "done_at"),
)

questions = Table(
    "questions",
    metadata,
    Column("account", String, primary_key=True),
    Column("question", String, primary_key=True),
    Column("variant", String, primary_key=True),
    Column("operation", String, nullable=False),
    Column("run", String, nullable=False),
    Column("item", BigInteger, nullable=False),
    Column("state", String, nullable=False),  # claimed, answered, doubt
    Column("attempt", BigInteger),
    Column("position", Integer),
    Column("at", Float, nullable=False),
    Index("questions_item", "item"),
)

effects = Table(
    "effects",
    metadata,
    Column("account", String, primary_key=True),
    Column("operation", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("step", String, nullable=False),
    Column("run", String, nullable=False),
    Column("item", BigInteger, nullable=False),
    Column("state", String, nullable=False),  # claimed, made, doubt
    Column("found", String),  # Apollo's id of what was made
    Column("at", Float, nullable=False),
    Index("effects_item", "item"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("account", String, primary_key=True),
    Column("event", String, primary_key=True),
    Column("received", Float, nullable=False),
    Column("body", LargeBinary),
    Column("attempt", BigInteger),
)

lanes = Table(
    "lanes",
    metadata,
    Column("lane", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("paused_until", Float, nullable=False, default=0.0),
    Column("probe_until", Float, nullable=False, default=0.0),
    Column("scale", Float, nullable=False, default=1.0),
    Column("failures", Integer, nullable=False, default=0),  # calls in a row without an answer
    Column("failed_at", Float, nullable=False, default=0.0),
    Column("counts_from", Float, nullable=False, default=0.0),  # what ended before is forgiven
    Column("storm_since", Float, nullable=False, default=0.0),  # 0: Apollo is in reach
    Column("trouble", Text, nullable=False, default=""),
    Column("knock_at", Float, nullable=False, default=0.0),  # when the next free call may leave
    Column("let_one", Boolean, nullable=False, default=False),  # that was answered: one may leave
    Column("trials", Integer, nullable=False, default=0),  # let through in this storm, in vain
)

windows = Table(
    "windows",
    metadata,
    Column("lane", String, primary_key=True),
    Column("span", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("cap", BigInteger),  # null: not limited
    Column("used", BigInteger, nullable=False),
    Column("closes", Float, nullable=False),
    Column("seen", BigInteger, nullable=False),  # the highest usage Apollo told us of this window
    Column("seen_at", Float, nullable=False),
    Column("witnessed", Boolean, nullable=False),  # we saw it open, so `closes` is exact
)

budgets = Table(
    "budgets",
    metadata,
    Column("scope", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("cap", Credits),  # null: no budget
    Column("held", Credits, nullable=False),
    Column("spent", Credits, nullable=False),
)

balances = Table(
    "balances",
    metadata,
    _key(),
    Column("account", String, nullable=False),
    Column("run", String, nullable=False),
    Column("moment", String, nullable=False),  # before, after
    Column("kinds", Text, nullable=False),
    Column("at", Float, nullable=False),
    Index("balances_run", "run"),
)
