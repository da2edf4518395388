"""`kontor tenant`: the first owners of a tenant, at the machine, and what comes of them."""

import json

import pytest
from sqlalchemy import text

from domain.database import transaction
from domain.identifiers import TENANT, read
from tests.api.invoices import decide, keyed, open_task
from tests.api.people import PASSWORD
from tests.command_line import run

COMPANY = ("--company", "MYS", "--bank-account", "50100200300900", "--pan", "AAKCM1234B")
OWNERS = ("--owner", "asha=Asha Rao", "--owner", "bina=Bina Iyer")


@pytest.fixture
def kontor(database, monkeypatch):
    """The command line with the login that migrates."""
    monkeypatch.setenv("KONTOR_DATABASE_URL", database.admin_url)

    def call(*arguments: str):
        return run("tenant", *arguments)

    return call


def made(kontor, name: str, *more: str) -> dict:
    result = kontor("create", name, *(more or (*COMPANY, *OWNERS)), "-o", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def invitations(body: dict) -> dict[str, str]:
    return {each["login"]: each["invitation"] for each in body["invitations"]}


def rows(database, tenant: str, statement: str):
    with transaction(database.reader, read(TENANT, tenant)) as connection:
        return connection.execute(text(statement)).all()


def test_a_tenant_begins_with_a_company_its_book_and_two_owners(kontor, database):
    tenant = made(kontor, "Mysuru Mills")["tenant"]
    (company,) = rows(database, tenant, "SELECT code, name, pan, base_currency FROM companies")
    assert company == ("MYS", "Mysuru Mills", "AAKCM1234B", "INR")
    months = rows(database, tenant, "SELECT FROM periods WHERE NOT is_adjustment")
    assert len(months) == 12
    assert rows(database, tenant, "SELECT FROM accounts WHERE code = 'bank'")
    granted = rows(
        database, tenant,
        "SELECT u.login, g.role FROM role_grants g JOIN users u ON u.person_id = g.person_id",
    )  # fmt: skip
    assert {tuple(each) for each in granted} == {
        (login, role) for login in ("asha", "bina") for role in ("owner", "admin")
    }
    kinds = [row.kind for row in rows(database, tenant, "SELECT kind FROM audit_log ORDER BY id")]
    assert kinds == ["tenant.founded", "user.changed", "user.changed"]
    assert "Mysuru Mills" in kontor("list").output


def test_again_changes_nothing_and_the_last_invitation_counts(kontor, database):
    first = made(kontor, "Hassan Coffee")
    again = made(kontor, "Hassan Coffee")
    assert first["tenant"] == again["tenant"]
    assert invitations(first).keys() == invitations(again).keys() == {"asha", "bina"}
    assert len(rows(database, first["tenant"], "SELECT FROM users")) == 2
    assert len(rows(database, first["tenant"], "SELECT FROM companies")) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*COMPANY, "--owner", "asha=Asha Rao"), "two owners"),
        ((*COMPANY, *OWNERS[:2], "--owner", "asha2=Asha Rao"), "two owners"),
        ((*COMPANY[:-1], "AAKC1234B", *OWNERS), "is no PAN"),
        ((*COMPANY, "--currency", "RUP", *OWNERS), "no currency"),
    ],
)
def test_what_cannot_begin_changes_nothing(kontor, arguments, words):
    refused = kontor("create", "Nobody's", *arguments)
    assert refused.exit_code == 1
    assert words in " ".join(refused.output.split())
    assert "Nobody's" not in kontor("list").output


def test_another_of_the_name_is_not_taken_for_it(kontor):
    made(kontor, "Kodagu Spices")
    others = kontor("create", "Kodagu Spices", *COMPANY, *OWNERS[:2], "--owner", "x=Xena Y")
    assert others.exit_code == 1
    assert "other owners" in " ".join(others.output.split())


def test_without_the_login_that_migrates_it_says_what_to_set(monkeypatch):
    monkeypatch.delenv("KONTOR_DATABASE_URL", raising=False)
    refused = run("tenant", "list")
    assert (refused.exit_code, "KONTOR_DATABASE_URL" in refused.output) == (2, True)


def test_from_there_on_everything_goes_by_processes(kontor, installation):
    """Asha asks for a login and Bina agrees, each with the password she chose."""
    tenant = (body := made(kontor, "Udupi Foods"))["tenant"]
    clients = {}
    for login, invitation in invitations(body).items():
        with installation.caller() as anybody:
            accept = {"invitation": invitation, "password": PASSWORD}
            assert anybody.post("/invitations/accept", json=accept).status_code == 204
            again = anybody.post("/invitations/accept", json=accept)
            assert again.json()["code"] == "invitation_must_be_open"
            signed = anybody.post(
                "/sessions", json={"tenant": tenant, "login": login, "password": PASSWORD}
            )
            clients[login] = installation.caller(signed.json()["access_token"])
    new = {"login": "chand", "name": "Chand Mistry", "reason": "Our auditor"}
    process = clients["asha"].post("/users", json=new, headers=keyed()).json()
    task = open_task(clients["bina"], process["id"])
    assert decide(clients["asha"], task).json()["code"] == "checker_must_differ_from_maker"
    assert decide(clients["bina"], task).status_code == 200
    assert made(kontor, "Udupi Foods")["invitations"] == []
    assert clients["asha"].get("/me").json()["companies"][0]["code"] == "MYS"
