"""A job, or a flag, lowers what the user's settings allow; nothing that is typed raises it."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollo_batch.errors import InvalidError
from apollo_batch.job.load import load
from apollo_batch.job.wanted import Limits
from apollo_batch.runner.allowed import allowed
from apollo_batch.settings import Policy

CREDITS = st.none() | st.decimals(0, 10_000, places=2)
SHARES = st.decimals(0, "0.99", places=2)
POLICIES = st.builds(
    Policy,
    max_credits=CREDITS,
    max_credits_day=CREDITS,
    max_credits_month=CREDITS,
    keep_credits=CREDITS,
    headroom=SHARES,
)
LIMITS = st.builds(Limits, max_credits=CREDITS, keep_credits=CREDITS, headroom=SHARES)
ENDLESS = Decimal("Infinity")
JOB = """
version: 1
operation: people.enrich
map: {email: Email}
"""


def fields_of_limits():
    return {field.name for field in fields(Limits)}


def spends_no_more(strict, loose):
    """Whether one may spend nothing that the other may not."""
    caps = ((getattr(strict, n), getattr(loose, n)) for n in ("credits", "day", "month"))
    lower = all(
        (a if a is not None else ENDLESS) <= (b if b is not None else ENDLESS) for a, b in caps
    )
    leaves_more = (strict.keep or 0) >= (loose.keep or 0) and strict.headroom >= loose.headroom
    return lower and leaves_more


@given(POLICIES, LIMITS, CREDITS)
def test_whatever_a_job_and_a_flag_say_no_more_is_allowed_than_the_settings_allow(
    policy, limits, flag
):
    assert spends_no_more(allowed(policy, limits, flag), allowed(policy, Limits(), None))


@given(POLICIES, LIMITS, CREDITS)
def test_whatever_the_settings_and_a_flag_say_no_more_is_allowed_than_the_job_allows(
    policy, limits, flag
):
    assert spends_no_more(allowed(policy, limits, flag), allowed(Policy(), limits, None))


@given(POLICIES, LIMITS, CREDITS, st.data())
def test_whoever_lowers_a_limit_is_heard(policy, limits, flag, data):
    name = data.draw(st.sampled_from(["max_credits", "max_credits_day", "max_credits_month"]))
    lower = data.draw(st.decimals(0, 10_000, places=2))
    before = getattr(policy, name)
    stricter = replace(policy, **{name: lower if before is None else min(before, lower)})

    assert spends_no_more(allowed(stricter, limits, flag), allowed(policy, limits, flag))


def test_a_limit_of_nought_is_a_limit():
    none = allowed(Policy(max_credits=Decimal(0)), Limits(), Decimal(9))

    assert none.credits == 0


@pytest.mark.parametrize(
    "name",
    sorted({f.name for f in fields(Policy)} - fields_of_limits()),
)
@pytest.mark.parametrize("where", ["limits: {%s: 5}", "%s: 5", "options: {%s: 5}"])
def test_what_only_the_settings_say_no_job_can_say(tmp_path, name, where):
    path = tmp_path / "job.yaml"
    path.write_text(JOB + where % name)

    with pytest.raises(InvalidError):
        load(path)


def test_a_job_may_keep_more_of_the_balance_than_the_settings_do(tmp_path):
    path = tmp_path / "job.yaml"
    path.write_text(JOB + "limits: {keep_credits: 500}")

    limits = load(path).limits

    assert allowed(Policy(keep_credits=Decimal(200)), limits, None).keep == 500
    assert allowed(Policy(keep_credits=Decimal(900)), limits, None).keep == 900
