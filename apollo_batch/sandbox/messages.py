"""The rules of e-mails written one by one: a draft is answered for, and none is kept or sent."""

import re
from typing import Any

from apollo_batch.sandbox.answer import Answer, invalid, told
from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.filters import words_of
from apollo_batch.sandbox.pages import page_of
from apollo_batch.sandbox.rule import Call, Rule, State

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SHOWN_OF_CONTACT = (
    "id first_name last_name name email title organization_name account_id owner_id email_status"
).split()


def draft(call: Call) -> Answer:
    """Write an e-mail to a contact."""
    contact = call.state.crm.contacts.find(str(call.params.get("contact_id")))
    if contact is None:
        return invalid("Contact does not exist")
    recipients = _recipients(call.params.get("recipients"), contact)
    bad = [r["email"] for r in recipients if not _ADDRESS.fullmatch(str(r["email"]))]
    if bad:
        listed = ", ".join(f'"{address}"' for address in bad)
        return invalid(f"ERROR! Email is NOT SAVED. Invalid recipient emails: [{listed}]")
    return told(200, {"emailer_message": _message(call, contact, recipients)})


def send_now(_call: Call) -> Answer:
    """Send a draft; there is none."""
    return invalid("This email has already been deleted. Please refresh the page.")


def contents(call: Call) -> Answer:
    """Tell what was sent."""
    if not words_of(call.params.get("ids")):
        return invalid("Missing required parameter: ids")
    return told(200, {"emailer_messages": []})


def send_status(call: Call) -> Answer:
    """Tell whether an e-mail has left."""
    if not call.params.get("id"):
        return invalid("Missing required parameter: id")
    return told(404, {"error": "Email message not found"})


def activities(_call: Call) -> Answer:
    """Tell what became of an e-mail."""
    return invalid("Could not find message.")


def search(call: Call) -> Answer:
    """Find e-mails of sequences."""
    page = page_of(call.params)
    if isinstance(page, Answer):
        return page
    body: Record = {"breadcrumbs": [], "emailer_messages": [], "emailer_steps": []}
    return told(200, {**body, "num_fetch_result": None, "pagination": page.block(0)})


def _recipients(value: object, contact: Record) -> list[dict[str, Any]]:
    sent = value if isinstance(value, list) else []
    named = [one for one in sent if isinstance(one, dict) and one.get("email")]
    to_contact = {"email": contact.get("email"), "contact_id": contact["id"]}
    return [
        {
            "email": one["email"],
            "raw_name": contact.get("name"),
            "recipient_type_cd": str(one.get("recipient_type_cd") or "to"),
            "contact_id": one.get("contact_id"),
            "user_id": None,
        }
        for one in named or [to_contact]
    ]


def _message(call: Call, contact: Record, recipients: list[dict[str, Any]]) -> dict[str, Any]:
    state = call.state
    mailbox = _mailbox(state)
    html = str(call.params.get("body_html") or "")
    return {
        "id": state.crm.new_id("emailer message"),
        "user_id": state.crm.me,
        "status": "drafted",
        "to_name": contact.get("name"),
        "due_at": None,
        "completed_at": None,
        "emailer_campaign_id": None,
        "attachment_ids": list(words_of(call.params.get("attachment_ids"))),
        "enable_tracking": True,
        "type": "outreach_manual_email",
        "contact_id": contact["id"],
        "email_account_id": mailbox.get("id"),
        "created_at": state.crm.moment(),
        "account_id": contact.get("account_id"),
        "click_tracking_enabled": True,
        "open_tracking_enabled": True,
        "recipients": recipients,
        "send_from": {"email": mailbox.get("email"), "user_id": state.crm.me},
        "from_email": mailbox.get("email"),
        "to_email": recipients[0]["email"],
        "bcc_emails": [],
        "cc_emails": [],
        "send_from_info": f"{mailbox.get('id')}***{mailbox.get('email')}",
        "body_text": re.sub(r"<[^>]*>", "", html),
        "body_html": html,
        "body_html_loaded": True,
        "subject": str(call.params.get("subject") or ""),
        "contact": {name: contact.get(name) for name in _SHOWN_OF_CONTACT},
    }


def _mailbox(state: State) -> Record:
    return next((box for box in state.crm.mailboxes if box.get("active")), {})


RULES = {
    "emails.activities": Rule(
        activities, scope="api/v1/emailer_messages/activities", takes=frozenset(), master_only=True
    ),
}
