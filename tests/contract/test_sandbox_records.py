"""Reading Apollo's own data by id: a person, a company, its open jobs, and what that costs."""

import pytest
from sandbox_caller import ORGANIZATION, calling

from apollo_batch.sandbox.postings import postings
from apollo_batch.sandbox.world import World

WORLD = World(42)
ACME = WORLD.company(3)
SAVED = next(p for p in WORLD.people() if p.contact_id and p.email)
VERIFIED = next(p for p in WORLD.people() if not p.contact_id and p.email_status == "verified")
SILENT = next(p for p in WORLD.people() if not p.contact_id and p.email is None)
NOBODY = "0" * 24
HIDDEN = "email_not_unlocked@domain.com"


@pytest.fixture(scope="module")
def running_sandbox():
    with calling() as caller:
        yield caller


@pytest.fixture
def apollo(running_sandbox):
    running_sandbox.sandbox.reset()
    return running_sandbox


def person(apollo, someone):
    return apollo.get(f"/people/{someone.id}").json()["person"]


def jobs(apollo, company_id, **page):
    return apollo.get(f"/organizations/{company_id}/job_postings", **page)


def test_a_person_is_shown_in_full_for_a_credit(apollo):
    record = person(apollo, VERIFIED)

    assert (record["id"], record["name"]) == (VERIFIED.id, VERIFIED.name)
    assert record["organization"]["name"] == VERIFIED.company.name
    assert record["street_address"] in record["formatted_address"]
    assert record["postal_code"]
    assert record["time_zone"]
    assert apollo.charged() == 1


def test_no_address_is_unlocked_though_its_status_says_verified(apollo):
    record = person(apollo, VERIFIED)

    assert (record["email"], record["email_status"]) == (HIDDEN, "verified")
    assert not record.keys() & {"contact_id", "revealed_for_current_team"}


def test_a_person_without_an_address_has_none_here_either(apollo):
    record = person(apollo, SILENT)

    assert (record["email"], record["email_status"]) == (None, "unavailable")


def test_a_person_who_is_saved_shows_the_address_that_the_team_has(apollo):
    record = person(apollo, SAVED)

    assert record["email"] == SAVED.email
    assert record["contact_id"]
    assert record["revealed_for_current_team"]


def test_a_company_is_shown_as_the_enrichment_shows_it(apollo):
    by_id = apollo.get(f"/organizations/{ACME.id}").json()

    assert by_id == apollo.get(ORGANIZATION, domain=ACME.domain).json()
    assert apollo.charged() == 2


@pytest.mark.parametrize(
    ("path", "error"),
    [
        (f"/people/{NOBODY}", "Person does not exist."),
        (f"/people/{WORLD.id_of('former person', 7)}", "This is obsolete data."),
        (f"/people/{ACME.id}", "Person does not exist."),
        ("/people/abc", "Parameters misconfigured. id is not a valid ID"),
        (f"/people/{VERIFIED.id.upper()}x", "Parameters misconfigured. id is not a valid ID"),
        ("/organizations/abc", "Parameters misconfigured. id is not a valid ID"),
        (f"/organizations/{NOBODY}", "Parameters misconfigured. id is not a valid ID"),
        (
            "/organizations/abc/job_postings",
            "Parameters misconfigured. organization_id is not a valid ID",
        ),
    ],
)
def test_an_id_that_leads_nowhere_is_refused_and_free(apollo, path, error):
    reply = apollo.get(path)

    assert (reply.status_code, reply.json()) == (422, {"error": error})
    assert apollo.charged() == 0


def test_open_jobs_are_shown_newest_first_for_a_credit_a_page(apollo):
    everything = jobs(apollo, ACME.id, per_page=10_000).json()["organization_job_postings"]

    dates = [job["posted_at"] for job in everything]
    assert len(everything) == len(postings(WORLD, ACME)) > 100
    assert dates == sorted(dates, reverse=True)
    assert apollo.charged() == 1


def test_open_jobs_come_in_pages(apollo):
    pages = [jobs(apollo, ACME.id, per_page=50, page=page).json() for page in (1, 2, 3, 4)]

    shown = [len(page["organization_job_postings"]) for page in pages]
    ids = {job["id"] for page in pages for job in page["organization_job_postings"]}
    assert shown == [50, 50, 20, 0]
    assert len(ids) == 120
    assert apollo.charged() == 3


def test_a_company_that_nobody_knows_has_no_open_jobs(apollo):
    reply = jobs(apollo, NOBODY)

    assert (reply.status_code, reply.json()) == (200, {"organization_job_postings": []})
    assert apollo.charged() == 0


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ({"per_page": 10_001}, "Per page not supported"),
        ({"per_page": 0}, "An error occurred. Per page cannot be 0."),
        (
            {"per_page": 10_000, "page": 6},
            "Invalid parameter passed in. Page * per page number is over threshold.",
        ),
    ],
)
def test_longer_and_deeper_pages_of_jobs_are_refused(apollo, page, error):
    reply = jobs(apollo, ACME.id, **page)

    assert (reply.status_code, reply.json()) == (422, {"error": error})


def test_without_credits_nothing_is_shown_by_id(apollo):
    apollo.sandbox.reset(credits=0)

    for path in (f"/people/{VERIFIED.id}", f"/organizations/{ACME.id}"):
        refused = apollo.get(path)
        assert refused.status_code == 422
        assert refused.json()["error_details"]["code"] == "BILLING.LIMIT.CREDITS_EXHAUSTED"
