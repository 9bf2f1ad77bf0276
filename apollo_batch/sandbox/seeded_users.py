"""A world comes in; the members of its team go out, the one that keys act as first."""

from collections.abc import Iterator

from apollo_batch.sandbox.crm import Record
from apollo_batch.sandbox.world import World

# First name, last name, title, local part of the address, whether they have left.
_MEMBERS: tuple[tuple[str | None, str | None, str | None, str, bool], ...] = (
    ("Robin", "Sample", "Operations", "robin.sample", False),
    ("Alex", "Carver", "Account Executive", "alex.carver", False),
    ("Jamie", "Stone", "Sales Development", "jamie.stone", False),
    ("Lee", "Former", "Account Executive", "lee.former", True),
    # Invited, and never been there.
    (None, None, None, "casey.invited", False),
)
_OFF = (
    "password_needs_reset bridge_calls bridge_incoming_calls default_use_local_numbers "
    "email_oauth_signin_only has_invited_user has_used_enrichment has_uploaded_csv "
    "enable_click_tracking should_include_unsubscribe_link linked_hubspot linked_salesloft"
).split()
_ON = (
    "current_email_verified record_calls daily_task_email territory_is_active fields_fully_loaded "
    "enable_open_tracking"
).split()
_EMPTY = (
    "salesforce_account salesforce_id bridge_phone_number sync_crm_id crm_email linked_crm_name "
    "typed_custom_fields"
).split()


def users(world: World, team_id: str) -> Iterator[Record]:
    """Everyone who is or was on the team; limits that nobody has set are null."""
    for number, (first, last, title, local, left) in enumerate(_MEMBERS, start=1):
        yield (
            {
                "id": world.id_of("user", number),
                "team_id": team_id,
                "first_name": first,
                "last_name": last,
                "title": title,
                "email": f"{local}@example.com",
                "created_at": f"2025-0{number}-03T08:00:00.000Z",
                "credit_limit": 500 if number == 3 else None,
                "direct_dial_credit_limit": None,
                "export_credit_limit": None,
                "ai_credit_limit": None,
                "deleted": left,
                "name": f"{first or ''} {last or ''}".strip(),
                "permission_set_id": world.id_of("permission set", 1 if number == 1 else 2),
                "subteam_ids": [],
            }
            | dict.fromkeys(_OFF, False)
            | dict.fromkeys(_ON, True)
            | dict.fromkeys(_EMPTY)
        )
