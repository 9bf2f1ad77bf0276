"""An error comes in; what a person reads of it, with its code, goes out."""

from pathlib import Path

from apollo_batch.errors import BatchError, InvalidError


def words_of(problem: BatchError) -> str:
    """Say what is wrong and the one thing to do; of a job file every problem, in its place."""
    if isinstance(problem, InvalidError) and problem.job_file is not None and problem.problems:
        return _drawn(problem, problem.job_file)
    # The code stands behind the first line, out of the way of what is to be done.
    first, *rest = problem.message.split("\n")
    fix = [f"  {problem.fix}"] if problem.fix else []
    return "\n".join([f"{first} [{problem.code}]", *rest, *fix])


def _drawn(problem: InvalidError, job: Path) -> str:
    from apollo_batch.job.load import explain, text_of

    return explain(problem, text_of(job), str(job))
