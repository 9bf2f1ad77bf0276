"""Apollo's answers change: what is new is counted and told, what is missing ends the run unguessed."""

import itertools
from contextlib import contextmanager
from pathlib import Path

import openpyxl
from enroll_maker import answering
from makers import JOBS, cells_of, leads, save_csv, story


@contextmanager
def changing(desk, apollo, change, where="/bulk_match"):
    """Stand before the sandbox and change the answers of one path."""
    with answering(apollo, where, change) as (address, _):
        desk.environ["APOLLO_BASE_URL"] = address
        yield
    desk.environ["APOLLO_BASE_URL"] = apollo.base_url


def renamed(key, *calls):
    """Call a key of the answer something else, in all calls or in those with these numbers."""
    numbers = itertools.count(1)

    def change(data):
        if next(numbers) in calls or not calls:
            data[f"new_{key}"] = data.pop(key)
        return data

    return change


def test_a_first_answer_without_its_list_ends_the_run_and_an_update_goes_on_with_it(desk, apollo):
    told = story(desk, apollo, 30)
    with changing(desk, apollo, renamed("matches")):
        stopped = told.run("--threads", 1)

    figures = told.judged(stopped)
    assert figures["rows"] == figures["rows"] | {"in_doubt": 10, "not_run": 20}
    assert figures["reasons"] == {"answers_changed": 20, "reply_lost": 10}
    assert stopped.code == 8
    assert "Apollo's answers have changed: no list under matches." in stopped.err
    assert "Update apollo-batch before you go on" in stopped.err
    assert apollo.paid_calls() == 1

    after = told.run()
    assert told.judged(after)["rows"] == figures["rows"] | {"succeeded": 20, "not_run": 0}


def test_answers_of_a_free_search_that_cannot_be_read_end_it_with_7(desk, apollo):
    job = JOBS / "search-people.yaml"
    with changing(desk, apollo, renamed("people"), "/api_search"):
        ended = desk.call("run", job, "--yes", "--json", "--output", desk.folder / "found.xlsx")

    assert ended.code == 7
    assert "Apollo's answers have changed: no list under people." in ended.err
    assert ended.following[:2] == ["run", str(job)]


def test_one_odd_answer_among_many_leaves_its_own_rows_in_doubt_alone(desk, apollo):
    told = story(desk, apollo, 60)
    with changing(desk, apollo, renamed("matches", 3)):
        ended = told.run("--threads", 1)

    rows = told.judged(ended)["rows"]
    assert (rows["in_doubt"], rows["succeeded"], rows["not_run"]) == (10, 50, 0)


def test_a_second_odd_answer_ends_the_run_whichever_run_had_the_first(desk, apollo):
    told = story(desk, apollo, 40)
    with changing(desk, apollo, renamed("matches", 2, 5)):
        first = told.run("--threads", 1)
        told.sheet.unlink()
        save_csv(told.sheet, leads(40, start=300))
        second = told.run("--threads", 1)

    assert first.document["rows"]["in_doubt"] == 10
    assert second.document["reasons"]["answers_changed"] == 30


def test_a_bill_that_is_no_number_ends_the_run_counts_in_full_and_keeps_its_rows(desk, apollo):
    def as_text(data):
        return data | {"credits_consumed": str(data["credits_consumed"])}

    told = story(desk, apollo, 30)
    with changing(desk, apollo, as_text):
        ended = told.run("--threads", 1)

    document = ended.document
    assert (ended.code, document["rows"]["succeeded"], document["rows"]["not_run"]) == (7, 10, 20)
    assert document["credits"]["unpriced_requests"] == 1
    assert "up to 10 more may have been" in desk.call("show", document["run"]).out
    rows = cells_of(Path(document["output"]))
    costs = {row["Apollo Status"]: row["Apollo Credits"] for row in rows}
    assert costs["Succeeded"] is None


def test_what_is_new_in_answers_is_counted_and_told_everywhere_without_its_values(desk, apollo):
    def newer(data):
        for record in filter(None, data["matches"]):
            record |= {"pager_number": "+1 555 0100", "email_status": "guessed_once"}
        return data | {"shard": 7, "ada@acme.example": 1}

    told = story(desk, apollo, 20)
    with changing(desk, apollo, newer):
        ended = told.run("--threads", 1)

    known = {
        "field matches.pager_number": 20,
        "value email_status guessed_once": 20,
        "field shard": 2,
        "field (no plain word)": 2,
    }
    assert ended.code == 0
    assert ended.document["unknown"] == known
    shown = desk.call("show", ended.document["run"]).out
    assert "things that this version does not know: 3 fields, 1 value; see" in ended.err
    for name, count in known.items():
        assert f"{count:>7}  {name}" in shown
    book = openpyxl.load_workbook(ended.document["output"])
    lines = [list(line[:2]) for line in book["Apollo Summary"].values]
    book.close()
    assert [*next([n, c] for n, c in known.items())] in lines
    assert "555 0100" not in ended.err + shown
    assert "ada@" not in ended.err + shown


def test_answers_as_they_are_known_are_not_spoken_of(desk, apollo):
    ended = story(desk, apollo, 5).run()

    assert ended.document["unknown"] == {}
    assert "does not know" not in ended.err


def test_the_sandboxes_own_jobs_have_nothing_new_in_their_answers(desk, apollo):
    samples = {"create-contacts": "contacts-to-create.csv", "enrich-companies": "companies.csv"}
    for job, sheet in samples.items():
        ended = desk.run(
            JOBS / f"{job}.yaml", JOBS.parent / "samples" / sheet, "--output", "x.xlsx"
        )
        assert ended.document["unknown"] == {}, job
