"""What the team has by name, as Apollo told it within the last hour: a run asks for it once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from apollo_batch.journal.schema import meta
from apollo_batch.journal.store import Store

KEPT_SECONDS = 3_600.0


@dataclass(frozen=True)
class Names:
    """One account's things that have names, by what they were asked for."""

    store: Store
    account: str
    now: float

    def told(self, kind: str) -> list[dict[str, Any]] | None:
        """Read what was told of a kind; None where that is too long ago, or was never asked."""
        with self.store.read() as c:
            text = c.scalar(select(meta.c.value).where(meta.c.key == self._key(kind)))
        known: dict[str, Any] = json.loads(text) if text else {"at": 0.0}
        # A clock that was set back makes nothing keep for longer.
        fresh = 0 <= self.now - float(known["at"]) < KEPT_SECONDS
        return list(known["things"]) if fresh else None

    def tell(self, kind: str, things: Sequence[dict[str, Any]]) -> None:
        """Keep what was told of a kind, in the place of what was kept before."""
        key, text = self._key(kind), json.dumps({"at": self.now, "things": list(things)})
        with self.store.write() as c:
            c.execute(delete(meta).where(meta.c.key == key))
            c.execute(insert(meta).values(key=key, value=text))

    def _key(self, kind: str) -> str:
        return f"names {self.account} {kind}"
