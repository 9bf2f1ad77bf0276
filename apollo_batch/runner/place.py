"""Where a run happens: its journal, its line to Apollo, its clock, and whose account it is."""

from dataclasses import dataclass, field

from apollo_batch.apollo.wire import Wire
from apollo_batch.clock import Clock
from apollo_batch.journal.store import Store
from apollo_batch.runner.suppression import Suppression
from apollo_batch.settings import Policy


@dataclass(frozen=True)
class Place:
    """Where a run happens."""

    store: Store
    wire: Wire
    clock: Clock
    account: str
    policy: Policy = field(default_factory=Policy)
    """The user's own limits."""
    suppression: Suppression | None = None
    """Whom nothing may be asked, made or sent; None: there is no such list."""
