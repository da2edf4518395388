"""A season: every scenario of every type and every way of an invoice, in a tenant of its own.

Files are played beside each other, the scenarios of a file one after the other as they stand
there. What changes the rules for others (roles, versions, periods, calendars, the clock) comes
when those are done, one file after the other.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError
from temporalio.client import Client

from domain.identifiers import TASK, written
from sandbox.tenant import Tenant
from tests.chaos.customer import Customer
from tests.chaos.errand import Errand, Refused
from tests.chaos.outcomes import LOCKING, OUTCOMES, all_of
from tests.chaos.player import OPEN_TASK, Player
from tests.chaos.prepared import Preparing, WorldDatabase
from tests.chaos.world import SKIPPABLE, World
from tests.scenarios.scenario import Scenario, files, load

LOADED = [load(file) for file in files()]
SCENARIOS = {known.process: known.scenarios for known in LOADED}
# What they change, others would meet.
DISTURBING = (
    "role_change", "user_account", "api_key", "approval_limit", "delegation", "delegation_end",
    "account_limit", "budget", "holidays", "opening_hours", "revaluation", "period_state",
    "year_state", "company", "definition_change", "definition_rollback", "process_migration",
    "clock_advance", "sandbox_tenant",
)  # fmt: skip
# It signs out whoever asks, who then cannot ask again what became of it: see test_sandboxes.
SIGNS_OUT = "sandbox_reset"
# One's code or account is another's reason to be refused, so their order is that of their names.
IN_ORDER = ("petty_cash_expense", "branch", "customer", "employee", "product", "vendor")
# These need a month that nobody else closes for good: types whose scenarios do it are played too.
LEFT_OUT = ("period_locked", "skipped")
INVOICES = tuple(name for name in OUTCOMES if name not in (*LOCKING, "refused_at_receipt"))
LOCKING_INVOICES = tuple(name for name in LOCKING if name not in LEFT_OUT)
BULK = "bulk_action"
# A scenario that finds one of these finds a process, or several.
AGREED = ("{delegated}", "{version}", "{released}", "{payment}", "certificate}")
Act = tuple[str, Callable[[], Awaitable[None]]]


def processes_of_a_season(invoices: int) -> int:
    """About how many processes a season comes to."""
    played = [known for known in LOADED if known.process != SIGNS_OUT]
    begun = [s for known in played for s in known.scenarios if not s.steps[0].refused]
    first = [s for known in LOADED for s in known.scenarios if s.first]
    asked = [name for s in begun for name in AGREED if name in str(s.given)]
    children = [child for s in begun for child in {step.of for step in s.steps if step.of}]
    made = len(begun) + len(first) + len(asked) + len(children)
    return made + invoices + len(LOCKING_INVOICES) + 4


class Season:
    """All of it for one tenant; `played` counts what was played to its end, by type."""

    def __init__(self, made: World, temporal: Client, *, patience: float) -> None:
        self.whole, self.temporal, self.patience = made, temporal, patience
        self.played: Counter[str] = Counter()

    async def open(self, tenant: UUID) -> None:
        """Make the tenant, as soon as the database answers."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                self.made = await asyncio.to_thread(self.whole.opened, Tenant(tenant))
                break
            except DBAPIError:
                assert time.monotonic() < deadline, "the tenant cannot be made"
                await asyncio.sleep(0.5)
        self.database = WorldDatabase(self.made)
        self.preparing = Preparing(self.made, self.temporal, self.database, self.patience)

    async def play(self, source: random.Random, *, invoices: int, actors: int) -> None:
        """Everything: first beside each other in an order of chance, then one by one."""
        own_way = {*DISTURBING, *IN_ORDER, SIGNS_OUT}
        acts = [self.files(known.process) for known in LOADED if known.process not in own_way]
        acts.append(self.files(*IN_ORDER))
        acts += [self.invoice(name) for name in source.choices(INVOICES, k=invoices)]
        acts += [(BULK, self.bulk), ("refused input", self.bad_input)]
        source.shuffle(acts)
        try:
            await all_of(*(self.acting(acts) for _ in range(actors)))
            alone = [self.invoice(name) for name in LOCKING_INVOICES]
            alone += [self.files(known) for known in DISTURBING]
            await self.acting(alone[::-1])
        finally:
            for engine in self.database.engines.values():
                engine.dispose()

    async def acting(self, acts: list[Act]) -> None:
        """One actor: an act after the other until none is left."""
        while acts:
            type, act = acts.pop()
            try:
                await act()
            except BaseException as wrong:
                wrong.add_note(f"while playing {type} in {self.made.tenant.id}")
                raise

    def files(self, *types: str) -> Act:
        """The scenarios of types, in the order of their files."""

        async def played() -> None:
            for type in types:
                for scenario in SCENARIOS[type]:
                    try:
                        await self.scenario(type, scenario)
                    except Exception as wrong:
                        raise AssertionError(f"{type}: {scenario.name}: {wrong}") from wrong

        return types[0], played

    async def scenario(self, process_type: str, scenario: Scenario) -> None:
        """One scenario, and what must have come of it."""
        given = await self.preparing.prepared(scenario.given)
        if scenario.first:
            before = self.player(process_type)
            await before.walk(given | dict(scenario.first[0].with_), scenario.first)
            before.settles(scenario.first[-1].at, None)
            self.played[process_type] += 1
        player = self.player(process_type)
        if await player.walk(given, scenario.steps):
            await player.stands_at(scenario.ends)
            player.settles(scenario.ends, scenario.book)
            self.played[process_type] += 1
        else:
            assert scenario.ends == "refused", f"{scenario.name} ends {scenario.ends}"
            self.played["refused before it began"] += 1

    def player(self, process_type: str) -> Player:
        """Somebody who plays a process of a type."""
        return Player(self.made, self.temporal, process_type, patience=self.patience)

    def customer(self, **about: object) -> Customer:
        """An invoice of the season's tenant."""
        return Customer(self.made, self.temporal, "kontor", **about, patience=self.patience)

    def invoice(self, name: str) -> Act:
        """One way that an invoice goes."""
        script, about = OUTCOMES[name]

        async def played() -> None:
            customer = self.customer(**about)
            await script(customer)
            self.played[customer.type] += 1

        return name, played

    async def bad_input(self) -> None:
        """Refused before there is a process; the auditor looks for one nevertheless."""
        with pytest.raises(Refused, match="arithmetic_must_agree"):
            await self.customer().open(total={"amount": 1, "currency": "INR"})
        self.played["refused before it began"] += 1

    async def bulk(self) -> None:
        """Three invoices that wait are selected and approved in bulk."""
        invoices: Sequence[Errand] = [self.customer() for _ in range(3)]
        tasks = []
        for invoice in invoices:
            await invoice.open()
            tasks.append((await invoice.waits_for(OPEN_TASK))["id"])
        player = self.player(BULK)
        body = {"resource": "tasks", "ids": [written(TASK, task) for task in tasks]}
        selection = await player.post("bina", "/selections", body, step=None)
        order = {"action": "approve", "selection": selection["id"], "params": {}}
        await player.begin("bina", "/bulk", order)
        await player.stands_at("done")
        player.settles("done", "")
        for invoice in invoices:
            await invoice.ends("paid")
        self.played += Counter({BULK: 1, "invoice_approval": 3})


def missing(played: Counter[str], types: Sequence[str]) -> set[str]:
    """Types of which nothing was played; the variants of tests and a reset are none of them."""
    return {*types} - {*played} - {SKIPPABLE, SIGNS_OUT}
