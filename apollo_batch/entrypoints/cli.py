"""The words a person types, and the one place where an error becomes a message and a code."""

import os
import signal
import sys
from typing import NoReturn

import click

from apollo_batch import __version__
from apollo_batch.entrypoints import (
    afterwards,
    arranging,
    asking,
    beforehand,
    folder,
    keeping,
    learning,
    starting,
    streams,
)
from apollo_batch.entrypoints.grouping import Suggesting
from apollo_batch.errors import BatchError, EndedError, Exit

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


_MORE = "More: `apollo-batch help` lists topics, `apollo-batch explain CODE` explains an error."


@click.group(cls=Suggesting, context_settings=_CONTEXT, epilog=_MORE)
@click.version_option(__version__, prog_name="apollo-batch")
def cli() -> None:
    """Spreadsheets in, Apollo.io asked, the same spreadsheets back with the answers.

    \b
    Try it without a key, without cost:
      apollo-batch run jobs/enrich-people.yaml samples/leads.xlsx --sandbox --yes
    """


_FAMILIES = (starting, asking, beforehand, afterwards, keeping, arranging, folder, learning)
for _command in (command for family in _FAMILIES for command in family.COMMANDS):
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command line; whatever goes wrong becomes a sentence and an exit code."""
    streams.ready()
    signal.signal(signal.SIGTERM, _ended)
    try:
        cli.main(prog_name="apollo-batch", standalone_mode=False)
        code: int = Exit.OK
    except SystemExit as end:
        # Where nobody reads a help page to its end, click wraps the stream and says 1: our bug.
        told = isinstance(end.code, int) and not hasattr(sys.stdout, "wrapped")
        code = int(end.code or 0) if told else Exit.OK
    except click.exceptions.Exit as end:
        code = end.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = _told(
            "Interrupted; nothing more was sent. The same command goes on.", Exit.INTERRUPTED
        )
    except EndedError as end:
        code = _told(
            "Ended before all was written; what was paid for is in the journal. The same command "
            "goes on.",
            end.exit_code,
        )
    except click.UsageError as problem:
        code = _misread(problem)
    except BatchError as problem:
        code = _told(_words(problem), problem.exit_code)
        _annotated(problem)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = Exit.OK
    except Exception as problem:  # noqa: BLE001 - the last door: a bug becomes a report
        code = _told(_reported(problem), Exit.BUG)
    signal.setitimer(signal.ITIMER_REAL, 0)  # nothing is left to be hurried
    sys.exit(int(code))


def _ended(_number: int, _frame: object) -> NoReturn:
    """Unwind at a request to end, so that the journal is closed as one whole file."""
    raise EndedError(Exit.TERMINATED)


def _misread(problem: click.UsageError) -> int:
    from apollo_batch.entrypoints.misread import in_our_words, wants_help

    if isinstance(problem, click.exceptions.NoArgsIsHelpError):
        return _told(problem.format_message(), Exit.USAGE)
    asked = wants_help(problem, sys.argv[1:])
    if asked is not None:
        streams.put(asked + "\n", sys.stdout)
        return Exit.OK
    return _told(_words(in_our_words(problem)), Exit.USAGE)


def _told(text: str, code: int) -> int:
    from apollo_batch.entrypoints.console import say

    say(text.rstrip())
    return code


def _annotated(problem: BatchError) -> None:
    from apollo_batch.entrypoints.annotating import of_error
    from apollo_batch.entrypoints.console import annotate

    annotate(of_error(problem, os.environ))


def _words(problem: BatchError) -> str:
    from apollo_batch.entrypoints.trouble import words_of

    return words_of(problem)


def _reported(problem: Exception) -> str:
    from apollo_batch.entrypoints.crash import report_crash

    return report_crash(problem)
