"""A request comes in; who asks, what with, whether there is room, and then the rule answers."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from apollo_batch.errors import UsageError
from apollo_batch.sandbox import faults, params, seeds, seeds_sequences
from apollo_batch.sandbox.answer import Answer, bad_request, exhausted, invalid, limited, not_found
from apollo_batch.sandbox.books import CREDITS, Books
from apollo_batch.sandbox.courier import Courier
from apollo_batch.sandbox.crm import Crm
from apollo_batch.sandbox.diary import Diary
from apollo_batch.sandbox.distort import distort, instead
from apollo_batch.sandbox.faults import FOREIGN, PREVENTS, Fault, Script, Trouble
from apollo_batch.sandbox.keys import Key, Keyring
from apollo_batch.sandbox.limits import PROFILES, Limiter
from apollo_batch.sandbox.mailing import wake
from apollo_batch.sandbox.payloads import payload
from apollo_batch.sandbox.records import Records
from apollo_batch.sandbox.rule import Call, Rule, State
from apollo_batch.sandbox.rules import Door, Doors, rate_classes
from apollo_batch.sandbox.setup import Setup
from apollo_batch.sandbox.traffic import Traffic
from apollo_batch.sandbox.wire import Wire
from apollo_batch.sandbox.world import World

_PREFIXES = ("/api/v1", "/v1")


class Apollo:
    """Apollo's address space, with the state behind it."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._doors = Doors()
        self._routes = {door.rule.scope: door.route for door in reversed(list(self._doors))}
        self._diary = Diary(setup.persist)
        self._keyring = Keyring(setup.key, legacy=setup.legacy_auth)
        self._script = Script(setup.seed, faults.load(setup.faults) if setup.faults else [])
        self._world = World(setup.seed)
        self._traffic = Traffic()
        self.wire = Wire(setup.latency_ms / 1000)
        self.state = self._fresh(setup.credits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        raw = await request.body()
        path = _below_prefix(scope["path"])
        found = self._doors.find(scope["method"], path)
        wake(self.state.crm)
        fault = None
        answer = not_found()
        with self._traffic.enter((scope["method"], path)) as alone:
            if found is not None:
                door, words = found
                query = params.from_query(scope["query_string"].decode("latin-1"))
                sent = params.from_body(raw)
                given = query | (sent or {})
                call = Call(self.state, scope["method"], given, query, words, alone)
                answer, fault = self._serve(door, call, request.headers, readable=sent is not None)
            self.state.courier.set_out(lambda result: payload(self.state, result))
            await self.wire.carry(self._stamp(answer), fault, scope, receive, send)

    def books(self) -> dict[str, Any]:
        """Everything there is to know."""
        setup = self._setup
        known = {"profile": setup.profile, "seed": setup.seed, "time_scale": setup.time_scale}
        told_of = self.state.books.read(self.state.limiter.opened)
        for window in told_of["windows"]:
            window["route"] = self._routes[window["route"]]
        crm = self.state.crm
        wake(crm)
        told_of |= {"crm": crm.read(), "effects": crm.effects.read(), "mails": [*crm.mails]}
        return known | told_of

    def reset(self, credits_: int | None) -> None:
        """Begin a new world: another team, nothing used, nothing paid, no faults."""
        self.state.courier.give_up()
        self._diary.clear()
        self._script.faults = []
        self.state = self._fresh(self._setup.credits if credits_ is None else credits_)

    def plot(self, lines: object) -> int:
        """Replace the script of faults."""
        self._script.faults = faults.parse(lines)
        return len(self._script.faults)

    def close(self) -> None:
        self.state.courier.give_up()
        self._diary.close()

    def _fresh(self, credits_: int | None) -> State:
        now = _clock(self._setup.time_scale)
        limit = CREDITS[self._setup.profile] if credits_ is None else credits_
        books = Books(limit, now, self._diary)
        crm = Crm(self._world, self._diary, now, lag=self._setup.index_lag)
        seeds.fill(crm, books.team_id)
        seeds_sequences.fill(crm, books.team_id)
        crm.restore(self._diary.read())
        courier = Courier(crm, books, self._setup.time_scale, self._setup.deliveries)
        for result in crm.results:
            courier.accept(result)
        return State(
            world=self._world,
            records=Records(self._world, crm),
            crm=crm,
            books=books,
            courier=courier,
            limiter=Limiter(PROFILES[self._setup.profile], now),
            price=self._setup.price,
            rate_classes=rate_classes(),
            results_after=self._setup.results_after,
        )

    def _serve(
        self, door: Door, call: Call, headers: Headers, *, readable: bool
    ) -> tuple[Answer, Fault | None]:
        """Let a request in, or say why not; note how it ended."""
        number = self.state.books.arrive()
        secret, key = self._keyring.identify(headers, call.params)
        free_plan = self._setup.profile == "free"
        refusal = _refusal(door.rule, key, free_plan=free_plan) or (
            None if readable else bad_request()
        )
        if refusal is not None:
            self.state.books.answer(number, door.route, refusal.status, None)
            return refusal, None
        answer, fault = self._admit(door, call, number)
        if fault:
            answer = distort(answer, fault.trouble, secret)
        return self._note(door, number, answer, fault), fault

    def _admit(self, door: Door, call: Call, number: int) -> tuple[Answer, Fault | None]:
        """Ask the limits, then the faults, then the rule."""
        rule, limiter = door.rule, self.state.limiter
        denial = limiter.ask(rule.scope)
        if denial:
            window = denial.window
            times, wait = window.cap or 0, denial.retry_after
            return limited(rule.scope, times=times, per=window.span, retry_after=wait), None
        fault = self._script.next(door.route)
        trouble = fault.trouble if fault else None
        if fault and trouble is Trouble.LIMITED:
            wait = round(fault.seconds or 1)
            return limited(rule.scope, times=600, per="hour", retry_after=wait), fault
        limiter.count(rule.scope, rule.rate_class)
        replaced = instead(trouble, rule.failure) if trouble else None
        if trouble in PREVENTS:
            return replaced or Answer(200, b""), fault
        return self._carry_out(door, call, number, replaced), fault

    def _carry_out(self, door: Door, call: Call, number: int, replaced: Answer | None) -> Answer:
        books = self.state.books
        if self._setup.strict and _strange(door.rule, call.params):
            return invalid("Invalid parameters")
        if door.rule.paid and books.left <= 0:
            return exhausted()
        self.state.crm.effects.begin(number, door.route)
        answer = door.rule.answer(call)
        if sum(bill.credits for bill in answer.bills) > books.left:
            return exhausted()
        books.charge(door.route, number, answer.bills)
        books.expect(door.route, number, answer.later)
        if answer.result is not None:
            self.state.courier.accept(self.state.crm.results.put(dict(answer.result)))
        return replaced or answer

    def _note(self, door: Door, number: int, answer: Answer, fault: Fault | None) -> Answer:
        silent = fault is not None and fault.trouble.value.startswith(("reset", "hang"))
        status = None if silent else answer.status
        trouble = fault.trouble.value if fault else None
        self.state.books.answer(number, door.route, status, trouble)
        if fault and fault.trouble in FOREIGN:
            return answer
        told_of = self.state.limiter.headers(door.rule.scope, door.rule.rate_class)
        return replace(answer, headers={**answer.headers, **told_of})

    def _stamp(self, answer: Answer) -> Answer:
        scale = self._setup.time_scale
        if scale == 1:
            return answer
        return replace(answer, headers={**answer.headers, "x-sandbox-time-scale": f"{scale:g}"})


def build(apollo: Apollo) -> Starlette:
    """Put Apollo at its addresses, and the sandbox's own beside it."""

    async def books(_request: Request) -> Response:
        return JSONResponse(apollo.books())

    async def reset(request: Request) -> Response:
        wishes = await _json(request, {})
        credits_ = wishes.get("credits") if isinstance(wishes, Mapping) else None
        apollo.reset(credits_ if isinstance(credits_, int) else None)
        return JSONResponse({"team": apollo.state.books.team_id})

    async def plot(request: Request) -> Response:
        try:
            return JSONResponse({"faults": apollo.plot(await _json(request, []))})
        except (UsageError, ValueError) as error:
            return JSONResponse({"error": str(error)}, status_code=422)

    return Starlette(
        routes=[
            Route("/sandbox/books", books),
            Route("/sandbox/reset", reset, methods=["POST"]),
            Route("/sandbox/faults", plot, methods=["POST"]),
            Mount("/", apollo),
        ]
    )


async def _json(request: Request, default: object) -> Any:
    return await request.json() if await request.body() else default


def _refusal(rule: Rule, key: Key | Answer, *, free_plan: bool) -> Answer | None:
    if isinstance(key, Answer):
        return rule.stranger or key
    return None if rule.stranger else key.refusal(rule, free_plan=free_plan)


def _strange(rule: Rule, given: Mapping[str, Any]) -> bool:
    if not given.keys() <= rule.takes:
        return True
    for name, takes in rule.lists.items():
        listed = given.get(name)
        records = [r for r in listed if isinstance(r, dict)] if isinstance(listed, list) else []
        if any(not record.keys() <= takes for record in records):
            return True
    return False


def _below_prefix(path: str) -> str:
    for prefix in _PREFIXES:
        if path.startswith(f"{prefix}/"):
            return path.removeprefix(prefix)
    return ""


def _clock(scale: float) -> Callable[[], float]:
    begun = time.monotonic()
    return lambda: (time.monotonic() - begun) * scale
