"""A document of a shipped type, checked on the reader and carried out as the application does."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from domain.access import company as companies
from domain.database import transaction
from domain.definitions.input import accept
from domain.operations.catalog import OPERATIONS
from domain.operations.operation import Order, People
from domain.processes.record import Facts
from tests.scenarios.scenario import document

Carry = Callable[..., Any]


def content_of(definitions, process, given):
    definition = definitions.get(process)
    (operation,) = [OPERATIONS[s.does] for s in definition.stages.values() if s.does]
    return operation, accept(definition, document(definition, given), currency="INR")


@pytest.fixture
def check(database, tenant, definitions) -> Carry:
    """What the API does before a process starts: it may only read."""

    def checked(process, **given):
        operation, content = content_of(definitions, process, given)
        with transaction(database.reader, tenant.id) as connection:
            operation.check(connection, companies.company(connection), content)

    return checked


@pytest.fixture
def perform(database, tenant, definitions) -> Carry:
    """What its activity does: asked for by asha, agreed to by bina."""

    def performed(process, **given):
        operation, content = content_of(definitions, process, given)
        with transaction(database.app, tenant.id) as connection:
            facts = Facts(
                uuid4(), "REF", "", "", "", None, tenant.person("asha"), frozenset(), uuid4(),
                content, "", 1, companies.company(connection), None,
            )  # fmt: skip
            people = People(tenant.person("asha"), tenant.person("bina"))
            today = companies.today(connection)
            order = Order(facts, people, str(uuid4()), today, definitions)
            return operation.perform(connection, order)

    return performed
