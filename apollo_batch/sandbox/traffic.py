"""A call comes in, and whether another one is under way at the same address goes out."""

import contextlib
from collections import Counter
from collections.abc import Hashable, Iterator


class Traffic:
    """The calls that have come and are not answered yet."""

    def __init__(self) -> None:
        self._under_way: Counter[Hashable] = Counter()

    @contextlib.contextmanager
    def enter(self, address: Hashable) -> Iterator[bool]:
        """Be under way as long as the block lasts; says whether nobody else is."""
        self._under_way[address] += 1
        try:
            yield self._under_way[address] == 1
        finally:
            self._under_way[address] -= 1
            if not self._under_way[address]:
                del self._under_way[address]
