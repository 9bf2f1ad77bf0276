"""The journal's tables: one source for SQLite and PostgreSQL, every key begins with the account."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from apollo_batch.journal.credits import Credits

SCHEMA_VERSION = 1

metadata = MetaData()


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
    Column("delivered", Boolean, nullable=False, default=False),  # since it was last set out
    Column("selection", Text, nullable=False, default="[]"),
    Column("planned", Text, nullable=False, default="{}"),
    Column("entered", Boolean, nullable=False, default=False),
    Column("stop", String, nullable=False, default=""),
    Column("stop_note", Text, nullable=False, default=""),
    Column("news", Integer, nullable=False, default=0),  # rows that late results have changed
    Column("news_written", Integer, nullable=False, default=0),  # those that the output shows
    Column("created", Float, nullable=False),
    Column("updated", Float, nullable=False),
    Column("purged", Float),  # when it was decided that its cells and answers go
    Column("emptied", Boolean, nullable=False, default=False),  # whether all of them are gone
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
    Column("root", Integer, nullable=False, default=0),  # the input's row that it stems from
    Column("onward", String, nullable=False, default=""),  # what of it the next step takes up
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
    Column("untold", Integer, nullable=False, default=0),  # answers that show nothing of it
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
    Column("undoes", BigInteger),  # the item of another run that this one takes back
    Column("expects", Text),  # what has to stand there still, so that it may be taken back
    Column("credits", Credits),
    Index("items_row", "run", "sheet", "row"),
    Index("items_chunk", "chunk"),
)


def _partly(name: str, rows: ColumnElement[bool], *columns: Column[Any]) -> None:
    """Keep an index of some rows alone: settling the others moves nothing about in it."""
    Index(name, *columns, sqlite_where=rows, postgresql_where=rows)


_WAITS = items.c.state == "ready"
_STEP = (items.c.run, items.c.step)

_partly("items_ready", _WAITS, *_STEP, items.c.leg, items.c.id)
_partly("items_lot", _WAITS & (items.c.lot != ""), *_STEP, items.c.lot, items.c.id)
_partly("items_subject", items.c.subject != "", *_STEP, items.c.subject)
_partly("items_pending", items.c.status == "pending", items.c.run, items.c.source)
# What waits to be handed to the next step: nothing, in a job of one.
_partly("items_onward", items.c.onward.in_(["row", "both"]), *_STEP, items.c.id)

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
    Column("missing", Text),  # what its answer lacks of the least that is needed to read it
    Column("unknown", Text),  # what of its answer is not known here, and how often
    Column("headers", Text),
    Column("body", LargeBinary),
    Column("request_id", String),
    Column("held", Credits, nullable=False),
    Column("spent", Credits, nullable=False),
    Column("reported", Credits),
    Column("derived", Credits),
    Column("ask_from", Float),  # when its result may be asked for; null: none is to come
    Column("late", String),  # how waiting for its result ended: came, or a reason
    Column("late_in", BigInteger),  # the attempt whose answer holds that result
    Column("expected", Credits),  # what its rows should have cost, one by one
    Index("attempts_outcome", "outcome", "lane"),
    Index("attempts_run", "run", "outcome"),
    Index("attempts_done", "lane", "done_at"),
)

_partly(
    "attempts_later",
    attempts.c.ask_from.is_not(None),
    attempts.c.account,
    attempts.c.ask_from,
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
    # claimed; sought: it may have been made, and its item looks for it; made; doubt
    Column("state", String, nullable=False),
    Column("owner", String, nullable=False, default=""),  # who looks; nobody: whoever comes may
    Column("found", String),  # Apollo's id of what was made
    Column("at", Float, nullable=False),
    Index("effects_item", "item"),
)
_partly("effects_sought", effects.c.state == "sought", effects.c.owner, effects.c.at)
Index("effects_found", effects.c.account, effects.c.found)

lanes = Table(
    "lanes",
    metadata,
    Column("lane", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("paused_until", Float, nullable=False, default=0.0),
    Column("probe_until", Float, nullable=False, default=0.0),
    Column("scale", Float, nullable=False, default=1.0),
    Column("others_at", Float, nullable=False, default=0.0),  # somebody else was seen to use it
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
    Column("used", BigInteger, nullable=False),  # at the most, calls in flight included
    Column("ours", BigInteger, nullable=False),  # what may be ours of that, since we look on
    Column("closes", Float, nullable=False),
    Column("seen", BigInteger, nullable=False),  # the highest usage Apollo told us of this window
    Column("seen_at", Float, nullable=False),
    Column("witnessed", Boolean, nullable=False),  # we saw it open, so `closes` is exact
)

# Runs that wait for a lane, longest first.
waiters = Table(
    "waiters",
    metadata,
    Column("lane", String, primary_key=True),
    Column("run", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("since", Float, nullable=False),
    Column("looks", Float, nullable=False),  # when it will look again
)

budgets = Table(
    "budgets",
    metadata,
    Column("scope", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("cap", Credits),  # null: no budget
    Column("told_at", Float),  # when Apollo told it, of a balance
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

# Whom nothing is asked, made or sent any more, as hashes that are keyed with the salt.
_MARK = (Column("mark", String, primary_key=True), Column("at", Float, nullable=False))
erased = Table("erased", metadata, *_MARK)
