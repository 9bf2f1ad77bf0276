"""Every reason a row can have: a stable code, a plain sentence, and what to do about it."""

from dataclasses import dataclass

from apollo_batch.model import Status


@dataclass(frozen=True)
class Reason:
    """Why a row ended as it did."""

    code: str
    """Stable; scripts may rely on it."""
    status: Status
    """The status it explains."""
    sentence: str
    """What happened, as the workbook says it."""
    remedy: str = ""
    """What a person can do about it; empty where there is nothing to do."""
    again: bool = False
    """Whether the same command takes the row up again."""


_S = Status.SKIPPED
_N = Status.NO_MATCH
_D = Status.IN_DOUBT
_F = Status.FAILED
_P = Status.PENDING
_R = Status.NOT_RUN

_ALL = (
    Reason("found", Status.SUCCEEDED, "Found."),
    Reason("found_before", Status.SUCCEEDED, "Answered from an earlier run, nothing was charged."),
    # Skipped: decided here, before anything was sent or paid.
    Reason(
        "missing_identity",
        _S,
        "Nothing to look up: the cells that would identify this row are empty.",
        "Fill in one of the mapped columns.",
    ),
    Reason(
        "weak_identity",
        _S,
        "Too little to find the right one; Apollo may charge for an empty answer.",
        "Add an e-mail, a LinkedIn address, or the full name with the company's website.",
    ),
    Reason("bad_email", _S, "Not an e-mail address.", "Correct the address."),
    Reason(
        "bad_hashed_email",
        _S,
        "Not the MD5 or SHA-256 hash of an e-mail address.",
        "Put in 32 or 64 hexadecimal characters.",
    ),
    Reason(
        "bad_domain", _S, "Not a website or domain.", "Write it like acme.example, without spaces."
    ),
    Reason(
        "freemail_domain",
        _S,
        "A mail provider's domain says nothing about the company.",
        "Put the company's own website in.",
    ),
    Reason(
        "bad_linkedin_url",
        _S,
        "Not the address of a public LinkedIn profile.",
        "Open the profile and copy its address: linkedin.com/in/… or linkedin.com/company/….",
    ),
    Reason("bad_url", _S, "Not a web address.", "Write it like https://acme.example."),
    Reason(
        "bad_id",
        _S,
        "Not an Apollo id: those have 24 characters, 0-9 and a-f.",
        "Copy the id again.",
    ),
    Reason("bad_name", _S, "Not a name.", "Correct the cell."),
    Reason("bad_value", _S, "Not a value this parameter takes.", "Correct the cell."),
    Reason(
        "error_cell",
        _S,
        "The spreadsheet shows an error in a cell this job needs.",
        "Mend the formula.",
    ),
    Reason(
        "formula_without_value",
        _S,
        "A formula whose result was never saved.",
        "Open the file in Excel or LibreOffice, save it once, run again.",
    ),
    Reason(
        "digits_lost",
        _S,
        "A long number that the spreadsheet rounded; its last digits are gone.",
        "Format the column as text and paste the original again.",
    ),
    Reason(
        "damaged_id",
        _S,
        "A number, cut or rounded by a spreadsheet program, where an id or a name was.",
        "Format the column as text, then paste or import the original again.",
    ),
    Reason(
        "damaged_date",
        _S,
        "A date, made by a spreadsheet program out of something else.",
        "Format the column as text, then type or import the original again.",
    ),
    Reason(
        "mojibake",
        _S,
        "Garbled letters, such as Ã¼ for ü: a file was once opened in the wrong encoding.",
        "Import the original again as UTF-8, or correct the cell.",
    ),
    Reason(
        "hidden_row",
        _S,
        "The row is hidden in the workbook, by hand or by a filter.",
        "Show it, or write include_hidden: true in the job file.",
    ),
    Reason("totals_row", _S, "A row that sums up the rows above it."),
    Reason("job_skip", _S, "Left out by a rule of the job file."),
    Reason(
        "refused",
        _S,
        "Apollo refused this row.",
        "See the note for Apollo's words.",
    ),
    # No match: asked, and nothing came back.
    Reason("no_match", _N, "Apollo knows nobody and nothing by these details."),
    Reason(
        "hollow_match",
        _N,
        "Apollo answered with an empty record; it may have been charged.",
        "Add an e-mail, a LinkedIn address, or the company's website.",
    ),
    # In doubt: sent, and nobody knows.
    Reason(
        "reply_lost",
        _D,
        "Sent, but no usable answer came back; it may have been charged.",
        "Run again with --resend-in-doubt to ask once more; it may be charged again.",
    ),
    Reason(
        "process_died",
        _D,
        "Sent, then this program was ended before the answer came; it may have been charged.",
        "Run again with --resend-in-doubt to ask once more; it may be charged again.",
    ),
    Reason(
        "unpaired",
        _D,
        "Apollo's answer could not be tied to this row without guessing.",
        "Run again with --resend-in-doubt to ask once more; it may be charged again.",
    ),
    # Failed.
    Reason("apollo_refused", _F, "Apollo refused the request.", "See the note for Apollo's words."),
    # Pending.
    Reason(
        "phone_pending",
        _P,
        "Found; Apollo looks for the phone number and reports later.",
    ),
    Reason(
        "waterfall_pending",
        _P,
        "Found; Apollo asks other sources and reports later.",
    ),
    # Not run: the same command takes these up.
    Reason(
        "budget",
        _R,
        "Not asked: the budget was used up.",
        "Run again with a higher --max-credits.",
        again=True,
    ),
    Reason(
        "credits_exhausted",
        _R,
        "Not asked: Apollo says the team's credits are used up.",
        "Buy credits or wait for the next billing cycle, then run again.",
        again=True,
    ),
    Reason("interrupted", _R, "Not asked: the run was stopped first.", "Run again.", again=True),
    Reason("not_selected", _R, "Not asked: outside --rows or --first.", again=True),
    Reason(
        "no_access",
        _R,
        "Not asked: the API key may not do this.",
        "See the message of the run, then run again.",
        again=True,
    ),
    Reason(
        "job_refused",
        _R,
        "Not asked: Apollo does not take the requests this job makes.",
        "See the message of the run, then mend the job file.",
        again=True,
    ),
    Reason("out_of_reach", _R, "Not asked: Apollo was out of reach.", "Run again.", again=True),
)

REASONS = {reason.code: reason for reason in _ALL}


def sentence(code: str) -> str:
    """Say a reason in plain words; a word of the job file's own `skip` is said as it is."""
    known = REASONS.get(code)
    if known is not None:
        return known.sentence
    return f"Left out by the job file: {code.replace('_', ' ')}."


def again(code: str) -> bool:
    """Whether the same command takes a row with this reason up again."""
    return code in REASONS and REASONS[code].again
