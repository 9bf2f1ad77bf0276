"""Work that is said to go on in the background comes in, the job that stands for it goes out."""

from collections.abc import Sequence
from typing import Any

from apollo_batch.sandbox.crm import Crm


def progress(
    crm: Crm, kind: str, entity_ids: Sequence[str], *, params: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Answer with a job instead of the records; Apollo has no route to ask how it went."""
    told: dict[str, Any] = {
        "id": crm.new_id("entity_progress_job"),
        "job_type": kind,
        "entity_ids": list(entity_ids),
    }
    if params is None:
        moment = crm.moment()
        told |= {"status": "pending", "created_at": moment, "updated_at": moment}
    else:
        told |= {"user_id": crm.me, "params": params, "progress": -1, "batch_size": None}
    return {"entity_progress_job": told}
