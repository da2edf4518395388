"""Every road to approve one's own, for every type that is approved, ends refused over HTTP.

One process of each type waits for its approval, and its maker tries. At last all of them stand
where they stood, and nobody has decided anything.
"""

from uuid import uuid4

import httpx2
import pytest
import yaml

from config.settings import Settings
from domain.definitions import source
from domain.identifiers import TASK, written
from sandbox.tenant import Tenant, open_tenant
from tests.api.invoices import decide, keyed, open_task
from tests.api.self_approval import House, Waiting
from tests.command_line import run
from tests.installation import eventually
from workflows import catalog

FOLDER = Settings().definitions
CATALOG = catalog.definitions(FOLDER)
TYPES = sorted(d.process for d in CATALOG.all if d.approvals)
# A version is rolled back and moved to while there is no draft of another yet.
LAST = ("process_migration", "definition_rollback", "definition_change")
ORDER = sorted(TYPES, key=lambda name: LAST.index(name) if name in LAST else -1)
OWN = "checker_must_differ_from_maker"


@pytest.fixture(scope="module")
def house(installation) -> House:
    """A tenant in which everything waits."""
    return House(installation, open_tenant(installation.database.admin, Tenant(uuid4())))


@pytest.fixture(scope="module")
def waiting(house) -> dict[str, Waiting]:
    """A process of every type, by its name."""
    return {name: house.opened(CATALOG.get(name)) for name in ORDER}


@pytest.fixture(scope="module", autouse=True)
def nothing_changed(house, waiting):
    """What every road leaves behind: nothing."""
    before = {name: house.stands(each) for name, each in waiting.items()}
    yield
    assert {name: house.stands(each) for name, each in waiting.items()} == before
    assert all(rows[0].decisions == 0 for rows in before.values())


def refused(answer: httpx2.Response, status: int = 403, code: str = OWN) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def herself(house, it):
    """She holds the role."""
    refused(house.approve(house.client(it.maker), it.task, it.seen))


def herself_on_trial(house, it):
    """Nor does a dry run say that she could."""
    refused(house.approve(house.client(it.maker), it.task, it.seen, dry_run="true"))


def by_another_login(house, it):
    """A second account of the same person."""
    user = house.second_login(it.maker)
    refused(house.approve(house.installation.client_of(house.tenant.id, user), it.task, it.seen))


def by_her_key(house, it):
    """A key that she made."""
    with house.installation.caller(house.key(it.maker, it.process)) as machine:
        refused(house.approve(machine, it.task, it.seen))


def by_her_delegate(house, it):
    """Chand stands in for her, and holds no role."""
    refused(house.approve(house.client("chand"), it.task, it.seen))


def in_the_name_of_another(house, it):
    """A token that somebody else signed."""
    for name in ("bina", it.maker):
        with house.installation.caller(house.forged(name)) as forger:
            refused(house.approve(forger, it.task, it.seen), 401, "token_must_be_valid")


def with_a_token_that_was_changed(house, it):
    """Her own, in which another is named."""
    hers, others = (house.installation.token(house.tenant, n) for n in (it.maker, "chand"))
    head, _, signature = hers.split(".")
    with house.installation.caller(".".join((head, others.split(".")[1], signature))) as forger:
        refused(house.approve(forger, it.task, it.seen), 401, "token_must_be_valid")


def by_the_command_line(house, it):
    """The same road, from a terminal."""
    caller = ("--api", house.installation.url, "--token")
    own = house.installation.token(house.tenant, it.maker)
    task = ("approve", written(TASK, it.task), "--seen", it.seen)
    said = run(*task, *caller, own, "-o", "json")
    assert said.exit_code != 0
    assert OWN in said.output


ROADS = (
    herself, herself_on_trial, by_another_login, by_her_key, by_her_delegate,
    in_the_name_of_another, with_a_token_that_was_changed, by_the_command_line,
)  # fmt: skip


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__)
@pytest.mark.parametrize("process_type", TYPES)
def test_a_road_ends_refused(house, waiting, process_type, road):
    road(house, waiting[process_type])


def test_what_one_made_is_refused_item_by_item_in_bulk(house, waiting):
    for maker in {each.maker for each in waiting.values()}:
        tasks = [written(TASK, each.task) for each in waiting.values() if each.maker == maker]
        caller = house.client(maker)
        select = {"resource": "tasks", "ids": tasks}
        selection = caller.post("/selections", json=select, headers=keyed()).json()
        order = {"action": "approve", "selection": selection["id"]}
        process = caller.post("/bulk", json=order, headers=keyed()).json()["id"]
        path = f"/processes/{process}"
        eventually(lambda: caller.get(path).json()["closed_at"], seconds=60)  # noqa: B023
        items = caller.get(f"{path}/items", params={"limit": 200}).json()["data"]
        assert [(i["state"], i["code"]) for i in items] == [("failed", OWN)] * len(tasks)


@pytest.mark.parametrize("process_type", TYPES)
def test_a_version_without_the_rule_comes_into_force_by_nobodys_own_hand(house, process_type):
    """It is refused where money or authority would follow; else a second person is asked."""
    body = {"type": process_type, "source": without_approvals(process_type)}
    esha = house.client("esha")
    draft = esha.post("/config/definitions/drafts", json=body, headers=keyed()).json()
    path = f"/config/definitions/drafts/{draft['id']}/submit"
    answer = esha.post(path, json={"reason": "Fewer hands"}, headers=keyed())
    if answer.status_code != 202:
        refused(answer, 422, "definition_must_hold")
        return
    assert not any(stage.works for stage in CATALOG.get(process_type).stages.values())
    refused(decide(esha, open_task(esha, answer.json()["id"])))


def without_approvals(process_type: str) -> str:
    """The shipped file, each approval of which is passed without asking."""
    (file,) = FOLDER.rglob(f"{process_type}.yaml")
    definition = source.read(file).content
    for stage in definition["stages"].values():
        if "approval" in stage:
            stage["then"] = stage.pop("approved")
            for key in ("approval", "rejected", "sent_back"):
                stage.pop(key, None)
    del definition["approvals"]
    return yaml.safe_dump(definition, sort_keys=False)


def test_nobody_grants_herself_the_role_of_a_checker(house):
    esha = house.client("esha")
    body = {"login": "esha", "role": "sales_head", "reason": "For a test"}
    answer = esha.post("/grants", json=body, headers=keyed())
    assert answer.status_code == 202, answer.text
    refused(decide(esha, open_task(esha, answer.json()["id"])))
    assert "sales_head" not in str(esha.get("/me").json()["roles"])
