"""Who may leave the tenant out when she signs in: whoever is where there is only one."""

from uuid import UUID, uuid4

from domain.access import sign_in
from domain.database import transaction
from sandbox.tenant import Tenant, open_tenant
from tests import database as databases
from tests.book import Book
from tests.domain.refused import refused


def test_the_only_tenant_need_not_be_named_and_one_of_several_must():
    with databases.database() as made:
        only = open_tenant(made.admin, Tenant(uuid4()), today=Book.TODAY)
        with transaction(made.edge, UUID(int=0)) as connection:
            assert sign_in.only_tenant(connection) == only.id
        open_tenant(made.admin, Tenant(uuid4()), today=Book.TODAY)
        with (
            transaction(made.edge, UUID(int=0)) as connection,
            refused("tenant_must_be_named"),
        ):
            sign_in.only_tenant(connection)
