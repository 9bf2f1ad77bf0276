"""The keys of a job that only enrolling knows come in; where they mean nothing goes out as problems."""

from collections.abc import Iterator

from apollo_batch.catalogue.entry import Act
from apollo_batch.codes import Code
from apollo_batch.errors import Problem
from apollo_batch.job.asked import Asked

_KEYS = ("rehearse", "cooling_off")
_SAY_IT = ("status", "auto_unpause_at")


def problems(asked: Asked) -> Iterator[Problem]:
    """Refuse the keys where nobody is enrolled, and a wait that is said twice."""
    operation, places = asked.operation, asked.places
    for key in _KEYS:
        if places.says(key) and operation.act is not Act.ENROLL:
            message = f"{operation.name} enrolls nobody, so `{key}` means nothing here."
            yield places.key((key,)).problem(Code.KEY_WITHOUT_EFFECT, message, f"Take `{key}` out.")
    if operation.act is not Act.ENROLL or not asked.shape.cooling_off:
        return
    for name in _SAY_IT:
        if name in asked.given():
            message = f"`cooling_off` and `{name}` both say how the e-mails begin."
            yield places.key(("cooling_off",)).problem(
                Code.SAID_TWICE, message, f"Take `{name}` out, or this."
            )
