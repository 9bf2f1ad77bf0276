"""The rules of what sequences send from and when: mailboxes and schedules, every one there is."""

from apollo_batch.sandbox.answer import Answer, told
from apollo_batch.sandbox.rule import Call, Rule


def mailboxes(call: Call) -> Answer:
    """Active ones and revoked ones."""
    return told(200, {"email_accounts": list(call.state.crm.mailboxes)})


def schedules(call: Call) -> Answer:
    return told(200, {"emailer_schedules": list(call.state.crm.schedules)})


RULES = {
    "email_accounts.list": Rule(mailboxes, scope="api/v1/email_accounts/index"),
    "schedules.list": Rule(schedules, scope="api/v1/emailer_schedules/index"),
}
