"""Every reason a row can have: a stable code, a plain sentence, and what to do about it."""

from apollo_batch.model import Reason, Status
from apollo_batch.skips import LEFT, SKIPS

_OK = Status.SUCCEEDED
_N = Status.NO_MATCH
_D = Status.IN_DOUBT
_F = Status.FAILED
_P = Status.PENDING
_R = Status.NOT_RUN

_ALL = (
    Reason("found", _OK, "Found."),
    Reason("found_before", _OK, "Answered from an earlier run, nothing was charged."),
    Reason("created", _OK, "Created."),
    Reason("updated", _OK, "Updated."),
    Reason("enrolled", _OK, "Enrolled in the sequence."),
    Reason("removed", _OK, "Taken out of the sequence, stopped or finished, as the job says."),
    Reason(
        "asked_for",
        _OK,
        "Apollo took the request; it does not say which of the ids it knew.",
    ),
    Reason("made_before", _OK, "Done by an earlier run; nothing was sent again."),
    Reason("resolved", _OK, "You said that it was carried out."),
    Reason("already_there", _OK, "It was so already; nothing had to be done."),
    Reason("taken_back", _OK, "Taken back: it is as it was before the run that is undone."),
    Reason("search_ended", _OK, "Searched; what was found is on its own sheet."),
    Reason("phone_none", _OK, "Found; Apollo has no phone number of this person."),
    Reason(
        "phone_skipped",
        _OK,
        "Found; Apollo was looking for this phone number already, for an earlier request.",
        "Fetch that one's results with `apollo-batch collect`.",
    ),
    Reason("waterfall_none", _OK, "Found; the other sources had nothing."),
    *SKIPS,
    *LEFT,
    # No match: asked, and nothing came back.
    Reason(
        "nothing_found",
        _N,
        "Searched; nothing was found.",
        "Ask with fewer filters, or wider ones.",
    ),
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
    Reason(
        "effect_unknown",
        _D,
        "Sent, but no usable answer came back; it may have been carried out.",
        "Look in Apollo whether it was, then say so with `apollo-batch resolve`.",
    ),
    Reason(
        "effect_died",
        _D,
        "Sent, then this program was ended before the answer came; it may have been carried out.",
        "Look in Apollo whether it was, then say so with `apollo-batch resolve`.",
    ),
    Reason(
        "unconfirmed",
        _D,
        "Apollo's answer says nothing of this row; it may have been carried out.",
        "Look in Apollo whether it was, then say so with `apollo-batch resolve`.",
    ),
    # Failed.
    Reason(
        "search_misread",
        _F,
        "Apollo answered something else than was asked; what it found was not taken.",
        "See the message of the run, then mend the filters in the job file.",
    ),
    Reason("no_record", _F, "Apollo has no such record.", "Copy its id from Apollo again."),
    Reason(
        "not_put_back",
        _F,
        "Apollo did not put back what was there before.",
        "See the note, and put it back in Apollo.",
    ),
    Reason("apollo_refused", _F, "Apollo refused the request.", "See the note for Apollo's words."),
    Reason(
        "waterfall_refused",
        _F,
        "Found; Apollo did not ask the other sources.",
        "See the note for Apollo's words.",
    ),
    Reason(
        "result_failed",
        _F,
        "Found; what was to come later ended without a result; it may have been charged.",
        "See the note for Apollo's words.",
    ),
    Reason(
        "result_unknown",
        _F,
        "Found; Apollo no longer knows of what was to come later; it may have been charged.",
        "Ask Apollo's support, with the time that `apollo-batch why` shows.",
    ),
    Reason(
        "result_expired",
        _F,
        "Found; what came later was not fetched within 30 days; it may have been charged.",
        "Ask anew with limits: {reuse_days: 0} and --fresh; it is charged again.",
    ),
    Reason(
        "result_misnumbered",
        _F,
        "Found; Apollo's number for what comes later is none; it may have been charged.",
        "Ask Apollo's support, with the time that `apollo-batch why` shows.",
    ),
    # Pending.
    Reason(
        "phone_pending",
        _P,
        "Found; Apollo looks for the phone number and reports later.",
        "Fetch it with `apollo-batch collect`.",
    ),
    Reason(
        "waterfall_pending",
        _P,
        "Found; Apollo asks other sources and reports later.",
        "Fetch it with `apollo-batch collect`.",
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
        "budget_day",
        _R,
        "Not asked: the budget of the day was used up.",
        "Run again tomorrow, or raise max_credits_day in your settings.",
        again=True,
    ),
    Reason(
        "budget_month",
        _R,
        "Not asked: the budget of the month was used up.",
        "Run again next month, or raise max_credits_month in your settings.",
        again=True,
    ),
    Reason(
        "balance_kept",
        _R,
        "Not asked: what is left of the account's credits is kept.",
        "Buy credits, or lower keep_credits in your settings or the job, then run again.",
        again=True,
    ),
    Reason(
        "enroll_budget",
        _R,
        "Not enrolled: the number that was agreed to was reached.",
        "Run again with a higher --max-enroll.",
        again=True,
    ),
    Reason(
        "pilot",
        _R,
        "Not asked: the run ended after its pilot.",
        "See the message of the run; take `pilot` out of the job file to go on all the same.",
        again=True,
    ),
    Reason(
        "stop_if",
        _R,
        "Not asked: what `stop_if` in the job file names had come about.",
        "See the message of the run; change `stop_if` in the job file to go on all the same.",
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
    Reason(
        "stopped",
        _R,
        "Not asked: a file named STOP in the state folder ended the run.",
        "Take the file away, then run again.",
        again=True,
    ),
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
    Reason(
        "limited",
        _R,
        "Not asked: Apollo's limit was used up for longer than --patience allows.",
        "Run again once the limit is free; the message of the run says when.",
        again=True,
    ),
    Reason(
        "answers_changed",
        _R,
        "Not asked: Apollo's answers have changed, and this version cannot read them.",
        "Update apollo-batch, see `apollo-batch doctor --drift`, then run again.",
        again=True,
    ),
)

APOLLOS = "apollo:"
"""What a code begins with that is Apollo's own and unknown here."""

REASONS = {reason.code: reason for reason in _ALL}


def sentence(code: str) -> str:
    """Say a reason in plain words; a word of Apollo's or of the job file's own is said as it is."""
    known = REASONS.get(code)
    if known is not None:
        return known.sentence
    if code.startswith(APOLLOS):
        return f"Apollo says: {code.removeprefix(APOLLOS).replace('_', ' ')}."
    return f"Left out by the job file: {code.replace('_', ' ')}."


def again(code: str) -> bool:
    """Whether the same command takes a row with this reason up again."""
    return code in REASONS and REASONS[code].again
