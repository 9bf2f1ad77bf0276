"""Broken job files: each is refused in its place, in words a person can act on."""

import re

import pytest

from apollo_batch.errors import InvalidError
from apollo_batch.job.load import explain, loads

UNPLAIN = r"NoneType|\w+Error\b|[Tt]raceback|\bstack\b|\bNaN\b|\bnull\b|pydantic|yaml\.\w"
"""What no message to a person may hold."""
TOP = "version: 1\noperation: people.enrich\n"
JOB = TOP + "map: {email: Work Email}\n"
PEOPLE = "version: 1\nkeep: {Id: id}\nsource: {operation: people.search, options: {%s}}\n"
CREATE = "version: 1\noperation: contacts.create\nmap: {email: E}\n"
TASK = "version: 1\noperation: tasks.create\nmap: {contact_id: Id}\n"
STEPS = (
    "version: 1\nsteps:\n  - {id: person, operation: people.enrich, map: {email: E}, "
    "keep: {City: city}}\n"
)
COMPANIES = "version: 1\noperation: organizations.enrich\nmap: {domain: Website}\n"

# § marks where the caret must stand; the words must all be in the message or its fix.
BROKEN = {
    # Not YAML, or more of YAML than a job may use.
    "nothing": ("§", "empty"),
    "only a comment": ("§# a job\n", "empty version: 1"),
    "one word": ("§hello\n", "key: value"),
    "a list": ("§- version: 1\n", "key: value"),
    "a tab": (TOP + "map:\n§\temail: Work Email\n", "tab spaces"),
    "a colon too many": (TOP + "map:\n  email: Work§: Email\n", "quotes"),
    "no colon": (TOP + "§map\n", "colon missing"),
    "an open brace": (TOP + "map: §{email: Work Email\n", "bracket closed"),
    "an open quote": (TOP + 'map: {email: §"Work Email}\n', "quote closed"),
    "a backslash": (TOP + 'map: {email: "C:\\§Work"}\n', "single quotes"),
    "an @ in front": (TOP + "map: {email: §@mail}\n", "quotes"),
    "a backtick in front": (TOP + "map: {email: §`mail`}\n", "quotes"),
    "a line too far left": (TOP + "map:\n    email: A\n  §id: B\n", "column indent"),
    "a control character": (TOP + "name: a§\x07b\n", "cannot stand"),
    "no such character": (TOP + 'name: "a\\U§FFFFFFFF"\n', "no such character"),
    "half a character": (TOP + 'name: §"a\\ud800"\n', "no such character"),
    "an anchor": (TOP + "map: §&m {email: Work Email}\n", "Anchors &name"),
    "an alias": ("version: 1\nname: &n A\noperation: §*n\n".replace("&n", "§&n"), "Anchors"),
    "a tag": (TOP + "map: {email: §!!python/object:os.system x}\n", "Tags"),
    "a tag of one's own": (TOP + "name: §!secret x\n", "Tags"),
    "a merge key": (TOP + "map: {§<<: {email: A}}\n", "Merging"),
    "two documents": (JOB + "§---\nversion: 1\n", "second document"),
    "a list as key": (TOP + "map: {§[a, b]: Email}\n", "key"),
    "a key twice": (JOB + "§operation: people.enrich\n", "second time line 2 column 1"),
    "a parameter twice": (
        TOP + "map:\n  email: A\n  §email: B\n",
        "second time line 4 column 3",
    ),
    "too deep": (TOP + "map: " + "[" * 20 + "§[\n", "20 levels"),
    # Keys that are missing, unknown, or in the wrong place.
    "no version": ("§operation: people.enrich\nmap: {email: E}\n", "version missing"),
    "no operation": ("§version: 1\nmap: {email: E}\n", "operation missing people.enrich"),
    "no map": ("§" + TOP, "map missing"),
    "a key misspelt": (JOB + "§limit: {max_credits: 5}\n", "Did you mean limits"),
    "letters swapped": (JOB + "§ipnut: {sheet: A}\n", "Did you mean input"),
    "a key of nowhere": (JOB + "§colour: red\n", "no key version, name, input"),
    "a key a level too high": (JOB + "§max_credits: 5\n", "wrong place below limits"),
    "a limit misspelt": (JOB + "limits: {§max_credit: 5}\n", "Did you mean max_credits"),
    "a source misspelt": (
        TOP + "map: {email: {column: E, §deflaut: x}}\n",
        "Did you mean default",
    ),
    "a source without column": (TOP + "map: {email: §{clean: trim}}\n", "no column"),
    "several steps": (JOB + "§steps: []\n", "no step"),
    # Steps that do not fit together.
    "a step twice": (STEPS + "  - {id: §person, operation: people.enrich, map: {id: E}}\n", "own"),
    "a step of nowhere": (
        STEPS + "  - {id: b, operation: people.enrich, map: {id: {from: §persn.id}}}\n",
        "Did you mean person",
    ),
    "a step that comes later": (
        "version: 1\nsteps:\n  - {id: a, operation: people.enrich, map: {id: {from: §b.id}}}\n"
        "  - {id: b, operation: people.enrich, map: {id: E}}\n",
        "No step before first step",
    ),
    "a field that no answer has": (
        STEPS + "  - {id: b, operation: people.enrich, map: {email: {from: §person.emial}}}\n",
        "people.enrich Did you mean email",
    ),
    "a field that says the same in some records only": (
        "version: 1\nsource: {operation: organizations.search, options: {q_organization_name: A}}\n"
        "steps:\n  - id: b\n    operation: people.search\n"
        "    map: {organization_ids: {from: §source.id}}\n    keep: {Title: title}\n",
        "saved another id source.organization_id",
    ),
    "a column that another step fills": (
        STEPS + "  - {id: b, operation: people.enrich, map: {id: E}, keep: {§City: state}}\n",
        "person fills City another name",
    ),
    "a column that says what became of a row": (
        STEPS + "  - {id: b, operation: people.enrich, map: {id: E}, keep: {§Apollo Step b: id}}\n",
        "became another name",
    ),
    "a column where there is no sheet": (
        PEOPLE % "q_keywords: A" + "steps:\n  - {id: b, operation: people.enrich, map: {id: §E}}\n",
        "no sheet from",
    ),
    "a value from two searches": (
        "version: 1\nsteps:\n"
        "  - {id: a, operation: people.search, map: {q_organization_domains_list: E}}\n"
        "  - {id: b, operation: news.search, map: {organization_ids: F}}\n"
        "  - id: §c\n    operation: contacts.create\n"
        "    map: {first_name: {from: a.first_name}, last_name: L, email: E, title: {from: b.title}}\n",
        "beside one of them",
    ),
    # Values of the wrong kind.
    "a newer version": ("version: §2\noperation: people.enrich\nmap: {email: E}\n", "newer"),
    "a version in words": (
        "version: §one\noperation: people.enrich\nmap: {email: E}\n",
        "no version",
    ),
    "a version with a point": (
        "version: §1.0\noperation: people.enrich\nmap: {email: E}\n",
        "version: 1",
    ),
    "an empty operation": ("version: 1\n§operation:\nmap: {email: E}\n", "value missing"),
    "an empty map": (TOP + "§map:\n", "parameter: Column"),
    "a map of one word": (TOP + "map: §Email\n", "map parameter: Column"),
    "a parameter without column": (TOP + "map: {id: A, §email: }\n", "value missing"),
    "a parameter from a list": (TOP + "map: {email: §[A, B]}\n", "one column"),
    "a parameter from blanks": (TOP + "map: {email: §' '}\n", "empty"),
    "a name as a list": (JOB + "name: §[a, b]\n", "one text not a list"),
    "keep as a list": (JOB + "keep:\n  §- email\n", "New Column: field"),
    "skip without a dash": (JOB + "skip: §{column: A, is: x}\n", "- "),
    "a budget left blank": (JOB + "limits: {§max_credits: }\n", "value is missing"),
    "no budget, said as nothing": (JOB + "limits: {max_credits: §~}\n", "not a number"),
    "a threshold left blank": (JOB + "stop_if: {§match_rate_below: }\n", "value is missing"),
    "credits in words": (JOB + "limits: {max_credits: §lots}\n", "not a number"),
    "credits in quotes": (JOB + "limits: {max_credits: §'500'}\n", "without quotes"),
    "credits with an exponent": (JOB + "limits: {max_credits: §1e3}\n", "not a number"),
    "credits with underscores": (JOB + "limits: {max_credits: §1_000}\n", "not a number"),
    "credits with a thousands comma": (JOB + "limits: {max_credits: §'1,000'}\n", "not a number"),
    "no credits at all": (JOB + "limits: {max_credits: §0}\n", "more than 0"),
    "credits below nothing": (JOB + "limits: {max_credits: §-5}\n", "more than 0"),
    "infinite credits": (JOB + "limits: {max_credits: §.inf}\n", "not a number"),
    "all of a window left to others": (JOB + "limits: {headroom: §1}\n", "less than 1"),
    "a share below nothing": (JOB + "limits: {headroom: §-0.1}\n", "0 or more"),
    "a share in percent": (JOB + "limits: {headroom: §40%}\n", "not a number"),
    "half a day": (JOB + "limits: {reuse_days: §1.5}\n", "whole number"),
    "a header in row 0": (JOB + "input: {header_row: §0}\n", "more than 0"),
    "a header in row A": (JOB + "input: {header_row: §A}\n", "not a number"),
    # What the catalogue does not know.
    "an operation misspelt": (
        "version: 1\noperation: §people.enrch\nmap: {email: E}\n",
        "Did you mean people.enrich",
    ),
    "an operation of nowhere": (
        "version: 1\noperation: §send\nmap: {email: E}\n",
        "Use one of people.enrich",
    ),
    "a parameter misspelt": (
        TOP + "map: {§emial: Work Email}\n",
        "no parameter Did you mean email",
    ),
    "a parameter with a hyphen": (TOP + "map: {§e-mail: Work Email}\n", "Did you mean email"),
    "a parameter of nowhere": (TOP + "map: {§shoe_size: Shoes}\n", "It takes id, email"),
    "two spellings of one": (TOP + "map: {email: A, §'email[]': B}\n", "again"),
    "an option under map": (TOP + "map: {email: E, §webhook_url: Hook}\n", "below options"),
    "a parameter under options": (JOB + "options: {§domain: acme.example}\n", "below map"),
    "an option misspelt": (
        JOB + "options: {§reveal_personal_email: true}\n",
        "Did you mean reveal_personal_emails",
    ),
    "an option of nowhere": (COMPANIES + "options: {§fast: true}\n", "no option Take it out"),
    "yes for true": (JOB + "options: {reveal_personal_emails: §yes}\n", "true or false"),
    "capital true": (JOB + "options: {reveal_personal_emails: §True}\n", "true or false"),
    "true in quotes": (JOB + "options: {reveal_personal_emails: §'true'}\n", "no quotes"),
    "a list as option": (JOB + "options: {reveal_personal_emails: §[true]}\n", "not a list"),
    "phones without an address": (
        JOB + "options: {§reveal_phone_number: true}\n",
        "webhook_url public https address of your own fetched later Nothing needs to listen",
    ),
    "an http address": (
        JOB + "options: {reveal_phone_number: true, webhook_url: §http://hooks.acme.example/}\n",
        "https",
    ),
    "an address without scheme": (JOB + "options: {webhook_url: §hooks.acme.example/a}\n", "https"),
    "an address at home": (JOB + "options: {webhook_url: §https://localhost/a}\n", "public"),
    "an address of a machine": (JOB + "options: {webhook_url: §https://192.0.2.7/a}\n", "public"),
    "a public bin": (
        JOB + "options: {webhook_url: §https://abc.webhook.site/x}\n",
        "personal data of your own",
    ),
    "another public bin": (
        JOB + "options: {webhook_url: §https://e1.m.pipedream.net}\n",
        "personal data",
    ),
    "a waterfall without a most": (
        JOB + "options: {§run_waterfall_email: true, webhook_url: https://hooks.acme.example/}\n",
        "no price most_per_row",
    ),
    "too little to identify anybody": (
        TOP + "§map: {first_name: A, organization_name: B}\n",
        "never be enough first_name + last_name + domain",
    ),
    "an unknown cleaner": (TOP + "map: {email: {column: E, clean: §trimm}}\n", "Did you mean trim"),
    "an unknown cleaner in a list": (
        TOP + "map: {email: {column: E, clean: [trim, §slugify]}}\n",
        "Use one of trim, lower",
    ),
    "a default that does not fit": (
        TOP + "map: {email: {column: E, default: §nobody}}\n",
        "default Not an e-mail address",
    ),
    "a default that says nothing": (
        TOP + "map: {email: {column: E, default: §n/a}}\n",
        "says nothing",
    ),
    # Parameters of the other operations.
    "a word that is no choice": (PEOPLE % "person_seniorities: [vp, §boss]", "Use one of owner"),
    "a choice misspelt": (PEOPLE % "contact_email_status: §verifyed", "Did you mean verified"),
    "a range as a list": (PEOPLE % "revenue_range: §[1, 9]", "range {min: 1, max: 9}"),
    "an end that is none": (PEOPLE % "revenue_range: {§least: 1}", "no least min: 1"),
    "a range the wrong way": (PEOPLE % "revenue_range: §{min: 9, max: 1}", "Swap"),
    "a range of days the wrong way": (
        PEOPLE % "organization_job_posted_at_range: §{min: 2026-02-01, max: 2026-01-01}",
        "Swap",
    ),
    "money with a comma": (PEOPLE % "revenue_range: {min: §'1,000'}", "digits only 1200"),
    "a range twice": (
        PEOPLE % "'revenue_range[min]': 1, §revenue_range: {max: 9}",
        "again",
    ),
    "an alias beside the name": (
        "version: 1\noperation: contacts.create\nmap: {email: E}\n"
        "options: {owner_id: a@acme.example, §owner: a@acme.example}\n",
        "again",
    ),
    "headcounts as two numbers": (
        PEOPLE % "organization_num_employees_ranges: §[1, 10]",
        'not a list Write "1,10", in quotes',
    ),
    "headcounts in words": (
        PEOPLE % "organization_num_employees_ranges: §small",
        "range of headcounts 1,10",
    ),
    "a date of another order": (
        PEOPLE % "organization_job_posted_at_range: {min: §31.12.2026}",
        "Not a date 2026-12-31",
    ),
    "a list in a list": (PEOPLE % "person_titles: §[[cto]]", "one value"),
    "an empty list": (PEOPLE % "person_titles: §[]", "Nothing is written"),
    "a group for a text": (PEOPLE % "q_keywords: §{a: b}", "one value not a group"),
    "a page of a search": (PEOPLE % "person_titles: cto, §per_page: 50", "max_records source"),
    "a page of a search for rows": (
        "version: 1\nkeep: {Id: id}\noperation: people.search\nmap: {q_keywords: K}\noptions: {§page: 2}\n",
        "per_row",
    ),
    "an id that is none": (
        "version: 1\noperation: tasks.create\nmap: {note: N}\n"
        "options: {contact_id: §ada, user: a@b.example, type: call, status: scheduled, "
        "due_at: 2026-12-31 09:00}\n",
        "Not an Apollo id",
    ),
    "a day without a time": (
        TASK + "options: {user: a@b.example, type: call, status: scheduled, due_at: §2026-12-31}\n",
        "without a time time: '09:00'",
    ),
    "what a task cannot be without": (
        "version: 1\noperation: tasks.create\n§map: {contact_id: Id}\noptions: {type: call}\n",
        "never be enough Add user_id, status, due_at",
    ),
    "a pause without an end": (
        "version: 1\noperation: sequences.enroll\nmap: {contact_id: Id}\n"
        "options: {sequence: A, mailbox: B, §auto_unpause_at: 2026-12-31 09:00}\n",
        "means nothing without status",
    ),
    "a list to enroll": (
        "version: 1\noperation: sequences.enroll\nmap: {contact_id: Id}\n"
        "options: {sequence: A, mailbox: B, §'label_names[]': Fair}\n",
        "nobody has counted contacts.search",
    ),
    "custom fields in one word": (
        "version: 1\noperation: contacts.create\nmap: {email: E}\n"
        "options: {typed_custom_fields: §EMEA}\n",
        "group of keys Label: value",
    ),
    "custom fields from one column": (
        "version: 1\noperation: contacts.create\nmap: {email: E, typed_custom_fields: §Region}\n",
        "takes a group of keys",
    ),
    "custom fields of somebody found": (
        TOP + "map: {email: E, §typed_custom_fields: {Region: R}}\n",
        "no parameter",
    ),
    "a split of one value": (
        TOP + "map: {email: {column: E, §split: ';'}}\n",
        "one value Take split out",
    ),
    "a very long split": (
        TOP + "map: {email: {column: E, split: §' and then '}}\n",
        "cannot tell values apart",
    ),
    "a map of nothing": (TOP + "§map: {}\n", "No column"),
    # Keys that only some jobs have.
    "a mode misspelt": (CREATE + "mode: §upsrt\n", "no mode Did you mean upsert"),
    "a mode of nowhere": (CREATE + "mode: §merge\n", "no mode create_or_skip"),
    "a mode where there is none": (JOB + "§mode: create\n", "knows no modes Take"),
    "a mode that is an option": (
        "version: 1\noperation: sequences.remove\nmap: {contact_id: C}\n"
        "options: {sequence: A, mode: stop}\n§mode: stop\n",
        "Put it below options",
    ),
    "two ways to say the mode": (
        CREATE + "mode: create\noptions: {§run_dedupe: true}\n",
        "same Keep mode",
    ),
    "dedupe in words": (CREATE + "options: {run_dedupe: §yes}\n", "true or false"),
    "old values of what is new": (CREATE + "§keep_old: true\n", "read beforehand"),
    "a record per row where nothing is searched": (CREATE + "§per_row: 5\n", "no search"),
    "a zone misspelt": (JOB + "zone: §Europe/Berlinn\n", "no time zone Did you mean Europe/Berlin"),
    "a zone of nowhere": (JOB + "zone: §CEST+2\n", "no time zone"),
    "a time in words": (JOB + "time: §noon\n", "no time of day '09:00'"),
    "nobody to enroll": (JOB + "limits: {max_enroll: §0}\n", "more than 0"),
    # Jobs that start from a search.
    "a search and a sheet": (
        PEOPLE % "person_titles: cto" + "§map: {email: E}\n",
        "starts from a search no sheet",
    ),
    "two operations": (
        PEOPLE % "person_titles: cto" + "§operation: people.enrich\n",
        "Put it below source",
    ),
    "options beside a search": (
        PEOPLE % "person_titles: cto" + "§options: {person_titles: cto}\n",
        "Put it below source",
    ),
    "a search that is none": (
        "version: 1\nkeep: {Id: id}\nsource: {operation: §people.enrich, options: {reveal_phone_number: false}}\n",
        "no search",
    ),
    "a search for everybody": (
        "version: 1\nkeep: {Id: id}\n§source: {operation: people.search}\n",
        "never be enough Name one of these",
    ),
    "a search of nothing": (
        "version: 1\nkeep: {Id: id}\n§source: {max_records: 5}\n",
        "operation missing",
    ),
    "a limit a level too high": (
        PEOPLE % "person_titles: cto" + "§max_records: 5\n",
        "wrong place below source",
    ),
    "a search that keeps nothing": (
        "version: 1\n§source: {operation: people.search, options: {person_titles: cto}}\n",
        "keeps nothing keep: {Id: id, Title: title}",
    ),
    "a search for rows that keeps nothing": (
        "version: 1\n§operation: people.search\nmap: {q_keywords: K}\nkeep: {}\n",
        "keeps nothing keep:",
    ),
    "a search that takes no row": (
        "version: 1\nkeep: {Id: id}\noperation: §tasks.search\nmap: {§title: T}\n",
        "nothing from a row source: {operation: tasks.search}",
    ),
    # What to keep.
    "a path with a blank": (JOB + "keep: {Mail: §work email}\n", "path organization.name"),
    "a path with an open bracket": (JOB + "keep: {Job: 'x'}\n".replace("'x'", "§'a[0'"), "path"),
    "two equal columns": (JOB + "keep: {Mail: email, §MAIL: email}\n", "would stand beside Mail"),
    "a column of ours": (JOB + "keep: {§apollo status: email}\n", "Apollo Status"),
    "a column without a name": (JOB + "keep: {§'': email}\n", "no name"),
    "what no route answers": (
        COMPANIES + "keep: {A: annual_revenue, B: §subsidiary_rollups}\n",
        "annual_revenue subsidiary_rollups second job",
    ),
    # Whom to leave out.
    "a rule without condition": (JOB + "skip:\n  - §column: A\n", "no condition is_not"),
    "a rule with two": (JOB + "skip: [§{column: A, is: x, blank: true}]\n", "several one rule"),
    "a rule without column": (JOB + "skip: [§{is: x}]\n", "column missing"),
    "a condition misspelt": (
        JOB + "skip: [{column: A, is: x, §reasn: y}]\n",
        "Did you mean reason",
    ),
    "several after is": (JOB + "skip: [{column: A, is: §[x, y]}]\n", "one text"),
    "one after in": (JOB + "skip: [{column: A, in: §x}]\n", "takes a list"),
    "a bound in words": (JOB + "skip: [{column: A, at_least: §many}]\n", "not a number"),
    "a reason in words": (
        JOB + "skip: [{column: A, is: x, reason: §Is Customer}]\n",
        "is_customer",
    ),
    "a reason that is taken": (JOB + "skip: [{column: A, is: x, reason: §found}]\n", "another"),
    "a broken pattern": (JOB + "skip: [{column: A, matches: §'(a'}]\n", "no pattern"),
    "a pattern for years": (JOB + "skip: [{column: A, matches: §'(a+)+$'}]\n", "very long"),
    "alternatives for years": (JOB + "skip: [{column: A, matches: §'(a|aa)+$'}]\n", "very long"),
    "a pattern of open ends": (JOB + "skip: [{column: A, matches: §'.*.*.*.*x'}]\n", "very long"),
    "a pattern that looks back": (
        JOB + "skip: [{column: A, matches: §'(a)\\1'}]\n",
        "not supported",
    ),
    "a pattern without end": (
        JOB + "skip: [{column: A, matches: §" + "a" * 201 + "}]\n",
        "200 characters",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_job_is_refused_where_it_is_broken(name):
    marked, words = BROKEN[name]
    text, wanted = without_marks(marked)

    with pytest.raises(InvalidError) as refusal:
        loads(text, "leads.yaml")

    problems = refusal.value.problems
    assert [(p.line, p.column) for p in problems] == wanted
    assert re.findall(r"\[(AB1\d{3})\]\n", explain(refusal.value, text, "leads.yaml")) == [
        p.code for p in problems
    ]
    said = " ".join(f"{p.message} {p.fix}" for p in problems)
    assert [word for word in words.split() if word.lower() not in said.lower()] == []
    assert all(p.message.endswith(".") and p.fix for p in problems)
    assert re.search(UNPLAIN, said) is None


def without_marks(marked: str) -> tuple[str, list[tuple[int, int]]]:
    before = marked.split("§")[:-1]
    so_far = ["".join(before[: count + 1]) for count in range(len(before))]
    places = [(text.count("\n") + 1, len(text) - text.rfind("\n")) for text in so_far]
    return marked.replace("§", ""), places


def test_all_problems_of_a_file_are_told_at_once_in_the_files_order():
    text, wanted = without_marks(
        "version: §2\n"
        "operation: people.enrich\n"
        "map:\n"
        "  §emial: Work Email\n"
        "  domain: {column: Website, clean: §domian}\n"
        "options: {reveal_personal_emails: §maybe}\n"
        "keep: {Mail: §a b}\n"
        "limits: {max_credits: §none}\n"
        "§colour: red\n"
    )

    with pytest.raises(InvalidError) as refusal:
        loads(text, "leads.yaml")

    assert [(p.line, p.column) for p in refusal.value.problems] == wanted
    assert "7 problems" in refusal.value.message


def test_no_more_than_twenty_problems_are_told():
    text = JOB + "".join(f"key{number}: x\n" for number in range(30))

    with pytest.raises(InvalidError) as refusal:
        loads(text, "leads.yaml")

    assert len(refusal.value.problems) == 20
    assert "30 problems; the first 20" in refusal.value.message


@pytest.mark.parametrize(
    "line",
    [
        "api_key: s3cr3t-value",
        "API-Key: s3cr3t-value",
        "my api key: s3cr3t-value",
        "name: {secret: s3cr3t-value}",
        "x-api-key: 's3cr3t-value'",
        "token: s3cr3t-value",
        "options: {api_key: s3cr3t-value}",
        "headers: {X-Api-Key: s3cr3t-value}",
        "limits: {access_token: s3cr3t-value, max_credits: lots}",
        "apollo_api_key: s3cr3t-value: broken",
        'password: "s3cr3t-value',
    ],
)
def test_a_key_in_a_job_is_refused_and_shown_to_nobody(line):
    text = f"{JOB}{line}\n"

    with pytest.raises(InvalidError) as refusal:
        loads(text, "leads.yaml")

    told = explain(refusal.value, text, "leads.yaml") + repr(refusal.value)
    assert "s3cr3t" not in told
    assert refusal.value.__cause__ is None


def test_a_key_in_a_job_is_answered_with_where_keys_live():
    with pytest.raises(InvalidError, match="problem") as refusal:
        loads(JOB + "api_key: s3cr3t-value\n", "leads.yaml")

    (problem,) = refusal.value.problems
    assert "never live in job files" in problem.message
    assert "APOLLO_API_KEY" in (problem.fix or "")


def test_a_problem_is_shown_with_its_line_a_caret_and_the_fix():
    text = TOP + "map:\n  emial: Work Email\n"

    with pytest.raises(InvalidError) as refusal:
        loads(text, "leads.yaml")

    assert explain(refusal.value, text, "leads.yaml").splitlines() == [
        "leads.yaml:4:3: people.enrich takes no parameter `emial`. [AB1204]",
        "      emial: Work Email",
        "      ^^^^^",
        "  Did you mean `email`?",
    ]


@pytest.mark.parametrize(
    ("line", "caret"),
    [
        ('keep: {"会社": a b}', " " * 15 + "^^^"),
        ('keep: {"e\u0301t\u00e9": a b}', " " * 14 + "^^^"),
        ('keep: {"\U0001f600": a b}', " " * 13 + "^^^"),
        ('input: {sheet: "a\tb", header_row: x}', " " * 17 + "\t" + " " * 16 + "^"),
        ('keep: {"a": "会社"}', " " * 12 + "^^^^^^"),
    ],
)
def test_the_caret_stands_under_the_word_whatever_is_before_it(line, caret):
    text = JOB + line

    with pytest.raises(InvalidError) as refusal:
        loads(text, "leads.yaml")

    assert explain(refusal.value, text, "leads.yaml").splitlines()[2] == "    " + caret


def test_the_caret_of_a_very_long_line_is_shown_with_what_is_around_it():
    text = TOP + "map: {" + ", ".join(f"p{number}: A" for number in range(300)) + "}\n"

    with pytest.raises(InvalidError) as refusal:
        loads(text, "leads.yaml")

    for block in explain(refusal.value, text, "leads.yaml").split("\n\n"):
        _, line, caret, _ = block.splitlines()
        word = line[caret.index("^") : caret.rindex("^") + 1]
        assert re.fullmatch(r"p\d+", word)
        assert len(line) < 110


def test_what_is_shown_of_a_file_cannot_steer_a_terminal():
    text = JOB + "name: a\x1b[2Jb\n" + 'keep: {"a": "\\x1b[2J"}\n'

    with pytest.raises(InvalidError) as refusal:
        loads(text, "leads.yaml")
    with pytest.raises(InvalidError) as another:
        loads(JOB + 'keep: {"a": "\\x1b[2J"}\n', "leads.yaml")

    assert "\x1b" not in explain(refusal.value, text, "leads.yaml")
    assert "\x1b" not in str(another.value.problems)
