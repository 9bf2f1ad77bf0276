"""A job and a spreadsheet in; what about the files themselves would spoil a run, out."""

from pathlib import Path

from apollo_batch.errors import InvalidError
from apollo_batch.job.wanted import Job
from apollo_batch.runner.checkup import Checked, broken, doubtful, well
from apollo_batch.runner.machine import can_write
from apollo_batch.runner.reading import read_job

_SYNCED = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "box sync", "nextcloud")


def job_file(path: Path) -> tuple[Checked, Job | None]:
    """Whether a job is sound."""
    try:
        job = read_job(path)
    except InvalidError as problem:
        said = problem.problems[0].message if problem.problems else problem.message
        return broken("job", f"{path}: {said}", f"apollo-batch check {path}"), None
    return well("job", f"{path} is sound. {job.steps[0].operation.does}"), job


def sheet(path: Path) -> Checked:
    """Whether a spreadsheet is where its result can be written beside it."""
    if not path.is_file():
        return broken("sheet", f"There is no file {path}.", "Name the spreadsheet's own path.")
    whole = path.resolve()
    if not can_write(whole.parent):
        fix = "Name another place for the result with --output."
        return doubtful("sheet", f"Nothing can be written beside {path}.", fix)
    if (whole.parent / f"~${whole.name}").exists():
        return doubtful("sheet", f"{path} is open in Excel.", "Save and close it before the run.")
    synced = next((part for part in whole.parts[:-1] if is_synced(part)), "")
    if synced:
        says = f"{path} is in {synced}, which may change it, or hold it, while a run works."
        return doubtful("sheet", says, "Copy it into a folder that is not synchronized.")
    return well("sheet", f"{path} is there, and its result can be written beside it.")


def is_synced(part: str) -> bool:
    """Whether a folder has the name of a service that keeps it the same on several machines."""
    return part.lower().startswith(_SYNCED)
