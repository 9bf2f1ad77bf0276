"""An error comes in; what a person reads of it, with its code, and where to read more, goes out."""

from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import BatchError, InvalidError


def words_of(problem: BatchError) -> str:
    """Say what is wrong and the one thing to do; of a job file every problem, in its place."""
    if isinstance(problem, InvalidError) and problem.job_file is not None and problem.problems:
        codes = [each.code for each in problem.problems]
        return f"{_drawn(problem, problem.job_file)}\n{_more(*codes)}"
    # The code stands behind the first line, out of the way of what is to be done.
    first, *rest = problem.message.split("\n")
    told = [f"{first} [{problem.code}]", *rest, f"  {problem.fix}", _more(problem.code)]
    return "\n".join(told)


def _drawn(problem: InvalidError, job: Path) -> str:
    from apollo_batch.job.load import explain, text_of

    return explain(problem, text_of(job), str(job))


def _more(code: Code, *others: Code) -> str:
    several = ", or another code in brackets" if {*others} - {code} else ""
    return f"  More: apollo-batch explain {code}{several}"
