"""Every parameter of every operation can be written in a job, and arrives clean."""

import pytest
import yaml

from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.catalogue.param import Param, Target
from apollo_batch.job.bind import bind_to
from apollo_batch.job.load import loads
from apollo_batch.job.names import Directory, Entry
from apollo_batch.model import Item, Row, RowNumber

ID = "66e1a2b3c4d5e6f708192a3b"
# Kind to what somebody types and what Apollo gets.
TYPED = {
    Kind.TEXT: ("  Head of  Sales ", "Head of Sales"),
    Kind.NAME: (" Ada ", "Ada"),
    Kind.EMAIL: ("Ada <ADA@Acme.Example>", "ada@acme.example"),
    Kind.HASHED_EMAIL: ("D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
    Kind.DOMAIN: ("https://www.Acme.example/about", "acme.example"),
    Kind.URL: ("acme.example/a", "https://acme.example/a"),
    Kind.PERSON_URL: ("linkedin.com/in/Ada", "http://www.linkedin.com/in/ada"),
    Kind.COMPANY_URL: ("linkedin.com/company/Acme", "http://www.linkedin.com/company/acme"),
    Kind.ID: (ID.upper(), ID),
    Kind.PHONE: ("+1 202 555 0100", "+1 202 555 0100"),
    Kind.WHOLE: ("12", 12),
    Kind.AMOUNT: ("1200.50", "1200.50"),
    Kind.DATE: ("2026-12-31", "2026-12-31"),
    Kind.MOMENT: ("2026-12-31 09:00", "2026-12-31T09:00:00+01:00"),
    Kind.EMPLOYEES: ("11 - 50", "11,50"),
    Kind.TECHNOLOGY: ("Google Analytics", "google_analytics"),
    Kind.WEBHOOK: ("https://hooks.acme.example/a", "https://hooks.acme.example/a"),
}
EVERYTHING = Directory(
    {target: (Entry(ID, "Head of Sales", type="string"),) for target in Target if target.named}
)
ALL = [
    pytest.param(operation, param, id=f"{operation.name} {param.name}")
    for operation in OPERATIONS.values()
    for param in operation.params
]


def typed(param: Param):
    """What somebody types for a parameter, and what Apollo gets."""
    if param.choices:
        return param.choices[-1].replace("_", " ").upper(), param.choices[-1]
    return TYPED[param.kind]


def fillers(operation, param):
    """Other parameters, all from columns or options, without which no row could be sent."""
    sets = [s for s in operation.enough if param.name in s] or list(operation.enough)
    needed = sets[0] | (operation.exclusive.get(param.name, set()) if param.in_map else set())
    return [operation.param(name) for name in sorted(needed) if name != param.name]


def job_of(operation, param, *, under):
    """Write a job that names a parameter under map or options, and as little else as can be."""
    job = {"version": 1, "operation": operation.name, "map": {}, "options": {}}
    job["zone"] = "Europe/Berlin"
    cells = {}
    for each in [*fillers(operation, param), param]:
        column = each.name.upper()
        if each is param and under == "options":
            job["options"][each.name] = said(each)
        elif each.in_map:
            job["map"][each.name] = (
                {"Region": column} if each.kind is Kind.FIELDS else {"column": column}
            )
            cells[column] = "EMEA" if each.kind is Kind.FIELDS else typed(each)[0]
        else:
            job["options"][each.name] = said(each)
    return job, cells


def said(param):
    if param.kind is Kind.FLAG:
        return True
    if param.kind is Kind.FIELDS:
        return {"Region": "EMEA"}
    if param.span:
        return {"min": typed(param)[0], "max": typed(param)[0]}
    one = param.choices[-1] if param.choices else typed(param)[0]
    return [one] if param.many else one


def wanted(param):
    if param.kind is Kind.FLAG:
        return True
    if param.kind is Kind.FIELDS:
        return {"Region": "EMEA"}
    if param.span:
        return {"min": typed(param)[1], "max": typed(param)[1]}
    return [typed(param)[1]] if param.many else typed(param)[1]


@pytest.mark.parametrize(("operation", "param"), [p for p in ALL if p.values[1].in_map])
def test_a_column_fills_a_parameter(operation, param):
    job, cells = job_of(operation, param, under="map")

    item = bound(job, cells)

    assert isinstance(item, Item), item
    assert item.params[param.name] == wanted(param)


@pytest.mark.parametrize(("operation", "param"), [p for p in ALL if p.values[1].in_options])
def test_an_option_says_a_parameter_for_every_row(operation, param):
    job, cells = job_of(operation, param, under="options")
    if operation.paging is not None:
        job = {"version": 1, "zone": "Europe/Berlin"} | {
            "source": {
                "operation": operation.name,
                "options": everything_as_options(job, operation),
            }
        }
        step = loads(yaml.safe_dump(job), "a.yaml").steps[0]
        assert (dict(step.options) | dict(step.constants))[param.name] == wanted(param)
        return
    if param.name == "webhook_url":
        job["options"]["reveal_phone_number"] = True
    if param.name in operation.exclusive:
        job["options"] |= {"webhook_url": TYPED[Kind.WEBHOOK][0], "status": "paused"}
        job["options"] = {n: v for n, v in job["options"].items() if operation.param(n)}
    if param.name in operation.price.unbounded:
        job["limits"] = {"most_per_row": 20}
    if not cells:
        pytest.skip("nothing is left for a column to say")

    read = loads(yaml.safe_dump(job), "a.yaml")
    step = read.steps[0]
    item = bound(job, cells)

    assert (dict(step.options) if param.option else item.params)[param.name] == wanted(param)


def everything_as_options(job, operation):
    named = {name: said(operation.param(name)) for name in job["map"]}
    return named | job["options"]


def bound(job, cells):
    job = {name: value for name, value in job.items() if value != {}}
    read = loads(yaml.safe_dump(job), "a.yaml")
    return bind_to(read, list(cells), EVERYTHING).bind(Row(RowNumber(2), tuple(cells.values())))
