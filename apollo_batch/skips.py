"""Every reason for which a row is left out: decided here, or by Apollo."""

from collections.abc import Iterator

from apollo_batch.model import Reason, Status

_S = Status.SKIPPED

ERASED = "Erased on request."
"""The note of a row about somebody who was erased: it names nobody."""

# Apollo's code, what it means, the option that lifts it ("Add Contacts to Sequence" page).
_ENROLLMENT = (
    ("contact_not_found", "Apollo has no contact with this id; a person's id is none.", ""),
    ("contacts_already_exists_in_current_campaign", "In this sequence already.", ""),
    (
        "contacts_active_in_other_campaigns",
        "Active or paused in another sequence.",
        "sequence_active_in_other_campaigns",
    ),
    (
        "contacts_finished_in_other_campaigns",
        "Finished another sequence.",
        "sequence_finished_in_other_campaigns",
    ),
    ("contacts_without_email", "The contact has no e-mail address.", "sequence_no_email"),
    (
        "contacts_unverified_email",
        "The contact's e-mail address is not verified.",
        "sequence_unverified_email",
    ),
    (
        "contacts_with_unverified_user_managed_email",
        "The contact's e-mail address was typed in by somebody and is not verified.",
        "sequence_unverified_email",
    ),
    ("contacts_with_job_change", "The contact has just changed jobs.", "sequence_job_change"),
    (
        "contacts_in_same_company",
        "Somebody of the same company is in this sequence.",
        "sequence_same_company_in_same_campaign",
    ),
    (
        "contacts_without_ownership_permission",
        "Somebody else owns the contact.",
        "contacts_without_ownership_permission",
    ),
    ("contacts_in_pending_state", "The contact waits in an account's queue.", "add_if_in_queue"),
)
ENROLLMENT_CODES = frozenset(code for code, _, _ in _ENROLLMENT)
LIFTED_BY = {code: frozenset({option}) for code, _, option in _ENROLLMENT if option} | {
    "contacts_with_unverified_user_managed_email": frozenset(
        {"sequence_unverified_email", "contact_verification_skipped"}
    )
}
"""The options each of which lets in whom a reason leaves out; nothing lifts one that is not here."""
_ENROLLMENT_REMEDIES = {
    "contact_not_found": "Save the person with contacts.create first and take the id it gives.",
    "contacts_without_ownership_permission": (
        "Ask the owner; options: {contacts_without_ownership_permission: true} helps at times."
    ),
}


def _enrollment() -> Iterator[Reason]:
    """Name what Apollo leaves out of a sequence, in Apollo's own codes."""
    for code, sentence, option in _ENROLLMENT:
        lifted = f"Write options: {{{option}: true}} in the job file to enroll it all the same."
        remedy = _ENROLLMENT_REMEDIES.get(code, lifted if option else "")
        yield Reason(code, _S, sentence, remedy)


SKIPS = (
    # Skipped: decided here, before anything was sent or paid.
    Reason(
        "missing_identity",
        _S,
        "Nothing to send: the cells that this job needs of the row are empty.",
        "Fill in one of the mapped columns.",
    ),
    Reason(
        "weak_identity",
        _S,
        "Too little to send: what the row fills in does not name one record, or lacks what is needed.",
        "Fill in the cells that the note names.",
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
        "bad_choice",
        _S,
        "None of the words this parameter takes.",
        "Write one of them; `apollo-batch operations` lists them.",
    ),
    Reason("bad_flag", _S, "Neither yes nor no.", "Write true or false."),
    Reason("bad_phone", _S, "Not a phone number.", "Write it like +1 202 555 0100."),
    Reason("bad_number", _S, "Not a number of digits only.", "Write it like 1200."),
    Reason(
        "bad_amount",
        _S,
        "Not an amount of digits only; Apollo leaves others blank.",
        "Take out currency signs and commas: 1200 or 1200.50.",
    ),
    Reason("bad_date", _S, "Not a date.", "Write it like 2026-12-31."),
    Reason(
        "date_as_number",
        _S,
        "A date that a spreadsheet program turned into its number, such as 46387.",
        "Format the column as a date, or write it like 2026-12-31.",
    ),
    Reason(
        "no_time",
        _S,
        "A date without a time of day.",
        "Write it like 2026-12-31 09:00, or add time: '09:00' to the job file.",
    ),
    Reason("bad_moment", _S, "Not a date and a time.", "Write it like 2026-12-31 09:00."),
    Reason("bad_range", _S, "Not a range of headcounts.", "Write it like 1,10."),
    Reason("too_many", _S, "More values in a cell than Apollo takes.", "Put fewer in."),
    Reason(
        "unknown_name",
        _S,
        "Nothing in your Apollo that can be used has this name or id.",
        "`apollo-batch list` shows what there is; write its id to be sure.",
    ),
    Reason(
        "ambiguous_name",
        _S,
        "Several things in your Apollo have this name.",
        "Write the id of the one you mean, or of deals' stages `pipeline / stage`, as "
        "`apollo-batch list` shows them.",
    ),
    Reason(
        "suppressed",
        _S,
        "On the do-not-contact list of your settings.",
        "Take it off that list, if it does not belong there.",
    ),
    Reason(
        "erased",
        _S,
        "This person was erased: nothing is asked, made or sent about them any more.",
        "Take the row out of your spreadsheet.",
    ),
    Reason(
        "answer_purged",
        _S,
        "Bought before; that answer was purged, and it is not bought again unasked.",
        "Ask anew with limits: {reuse_days: 0} and --fresh; it is charged again.",
    ),
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
        "not_available",
        _S,
        "The search that found this person says that Apollo has not what the job wants of them.",
        "Take `only_if_available` out of the job file to ask all the same.",
    ),
    Reason("when_not_met", _S, "The job's `when` passes this row by in this step."),
    Reason(
        "refused",
        _S,
        "Apollo refused this row.",
        "See the note for Apollo's words.",
    ),
    # Skipped: sent, and Apollo left it as it was.
    Reason(
        "already_exists",
        _S,
        "Apollo has this record already; it was left as it is.",
        "Of contacts and accounts, `mode: upsert` in the job file updates it.",
    ),
    *_enrollment(),
    # Apollo's papers do not name it; clients have met it.
    Reason("contacts_unsubscribed", _S, "The contact has unsubscribed from e-mails."),
)

LEFT = (
    # Skipped by `undo`: what it cannot take back, or must not.
    Reason("not_done", _S, "The run that is undone did nothing to this row."),
    Reason(
        "not_known",
        _S,
        "Nobody knows whether it was carried out, so it is left as it is.",
        "Say what became of it with `apollo-batch resolve`, then undo again.",
    ),
    Reason(
        "stays",
        _S,
        "It was created, and Apollo deletes nothing this way: the record stays.",
        "Delete it in Apollo, by the id in the note.",
    ),
    Reason(
        "old_not_kept",
        _S,
        "What was there before was not kept, so it cannot be put back.",
        "Next time write keep_old: true in the job file.",
    ),
    Reason("no_way_back", _S, "There is no way to take this back."),
    Reason(
        "mailed",
        _S,
        "An e-mail has left already, or may have; the contact stays in the sequence.",
        "To keep further e-mails from it, run sequences.remove with mode: stop.",
    ),
    Reason(
        "changed_since",
        _S,
        "It was changed since the run that is undone; it stays as it is now.",
        "See the note, and change it in Apollo if it should be otherwise.",
    ),
)


def listed_as(note: str) -> str:
    """Give the reason of a row that the do-not-contact list names, or who was erased, by its note."""
    return "erased" if note == ERASED else "suppressed"
