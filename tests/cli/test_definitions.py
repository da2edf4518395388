"""`kontor definition` and `kontor new-process`: on files, without a server."""

import json
import re
from pathlib import Path

import pytest

from config.settings import Settings
from tests.command_line import run

SHIPPED = Settings().definitions
TYPES = sorted(file.stem for file in SHIPPED.rglob("*.yaml"))
JOURNAL = SHIPPED / "finance" / "general_journal.yaml"


@pytest.fixture(autouse=True)
def _empty_folder(monkeypatch, tmp_path):
    """No home and no definitions where the command is called."""
    for name in ("KONTOR_HOME", "KONTOR_AS", "KONTOR_TOKEN", "KONTOR_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_what_is_shipped_holds():
    result = run("definition", "check")

    assert result.exit_code == 0, result.output
    assert f"{len(TYPES)} definitions hold" in result.stdout


def test_every_mistake_of_every_file_is_told_with_its_place_and_cure(tmp_path):
    text = JOURNAL.read_text()
    first = tmp_path / "general_journal.yaml"
    first.write_text(text.replace("approval: audit, approved", "approval: audt, approved"))
    second = tmp_path / "other.yaml"
    second.write_text("process: other\ntitel: Other\n")

    result = run("definition", "check", tmp_path)

    assert result.exit_code == 1
    line = text[: text.index("approval: audit, approved")].count("\n") + 1
    assert f"{first}:{line}:" in result.stdout
    assert "'audt' is no approval policy.  Use one of: audit, confirmation." in result.stdout
    assert f"{second}:2:8  'titel' is not known here.  Did you mean 'title'?" in result.stdout
    assert "0 definitions hold; " in result.stdout


def test_a_file_that_holds_counts_beside_one_that_does_not(tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("process: [")

    result = run("definition", "check", JOURNAL, broken, "-o", "json")

    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert found["hold"] == 1
    assert [(each["file"], each["line"]) for each in found["errors"]] == [(str(broken), 1)]


def test_two_files_may_not_share_a_name_or_a_prefix(tmp_path):
    for area in ("a", "b"):
        (tmp_path / area).mkdir()
        (tmp_path / area / "general_journal.yaml").write_text(JOURNAL.read_text())

    result = run("definition", "check", tmp_path)

    assert result.exit_code == 1
    assert "The process 'general_journal' is already that of" in result.stdout
    assert "1 definition holds; 2 mistakes" in result.stdout


def test_the_nearest_roles_are_those_that_count(tmp_path):
    (tmp_path / "roles.yaml").write_text("roles:\n  clerk: {title: Clerk}\n")
    (tmp_path / "general_journal.yaml").write_text(JOURNAL.read_text())

    result = run("definition", "check", tmp_path)

    assert result.exit_code == 1
    assert "'finance_approver' is no role.  Use one of: clerk." in result.stdout


def test_a_folder_that_is_not_there_is_a_wrong_call(tmp_path):
    result = run("definition", "check", tmp_path / "nowhere")

    assert result.exit_code == 2
    assert "There is no definition" in result.stderr


@pytest.mark.parametrize("type", TYPES)
def test_each_shipped_type_is_explained_whole(type):
    from domain.definitions.source import read

    result = run("definition", "explain", type)
    content = read(next(SHIPPED.rglob(f"{type}.yaml"))).content

    assert result.exit_code == 0
    for part in ("fields", "stages"):
        for name in content[part]:
            assert f"({name})" in result.stdout
    for name, action in content["actions"].items():
        assert name == "repair" or action["title"] in result.stdout


def test_an_explanation_says_who_approves_what_and_what_is_posted():
    told = run("definition", "explain", "invoice_approval").stdout

    assert "Accounts payable: Enter an invoice" in told
    assert "Up to 50,000.00 INR: Finance approver\n" in told
    assert "Above: Finance approver, then Head of finance\n" in told
    assert "After 3 days Head of finance is asked as well" in told
    assert "Cr vendor_payable payable party vendor" in told
    assert (
        "- Cancel and reverse leads to Cancelled and reversed: Finance approver or Head of "
        "finance, but not who entered it; with a reason; reverses invoice first" in told
    )


def test_a_type_that_is_not_there_names_those_that_are():
    result = run("definition", "explain", "refund")

    assert result.exit_code == 2
    for type in TYPES:
        assert type in result.stderr


def test_what_does_not_hold_is_not_drawn(tmp_path):
    file = tmp_path / "general_journal.yaml"
    file.write_text(JOURNAL.read_text().replace("then: audit", "then: audt"))

    result = run("definition", "graph", file)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "'audt' is no stage" in result.stderr


def test_a_graph_goes_into_a_file(tmp_path):
    to = tmp_path / "drawn" / "journal.dot"

    result = run("definition", "graph", "general_journal", "--format", "dot", "--to", to)

    assert result.exit_code == 0
    assert to.read_text().startswith('digraph "general_journal" {')
    assert run("definition", "graph", "general_journal").stdout.startswith("flowchart TD\n")


def test_the_schema_knows_the_keys_and_the_dialect():
    schema = json.loads(run("definition", "schema").stdout)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:kontor:definition"
    assert schema["additionalProperties"] is False
    assert {"process", "stages", "actions", "given_up"} <= set(schema["required"])
    assert "from" in schema["$defs"]["Action"]["properties"]
    assert schema["properties"]["stages"]["additionalProperties"] is False
    (block,) = (
        each for each in schema["$defs"]["JournalTemplate"]["properties"]["postings"]["anyOf"]
        if each["type"] == "string"
    )  # fmt: skip
    assert block["minLength"] == 1


def test_a_new_process_holds_as_it_is_written(tmp_path):
    result = run("new-process", "people/vehicle_request")

    assert result.exit_code == 0
    assert Path("tests/scenarios/people/vehicle_request.yaml").is_file()
    written = Path("config/processes/people/vehicle_request.yaml").read_text()
    assert "reference_prefix: VR\n" in written
    assert "1 definition holds" in run("definition", "check").stdout


def test_a_second_one_gets_another_prefix():
    for name in ("people/vehicle_request", "people/visitor_registration", "sales/vip_round"):
        assert run("new-process", name).exit_code == 0

    texts = [file.read_text() for file in Path("config").rglob("*.yaml")]
    prefixes = {re.search(r"prefix: (\w+)", text)[1] for text in texts}
    assert prefixes == {"VR", "VISI", "VIPR"}
    assert "3 definitions hold" in run("definition", "check").stdout


@pytest.mark.parametrize("again", ["people/vehicle_request", "crm/vehicle_request"])
def test_nothing_is_overwritten(again):
    run("new-process", "people/vehicle_request")
    file = Path("config/processes/people/vehicle_request.yaml")
    file.write_text("mine")

    result = run("new-process", again)

    assert result.exit_code == 2
    assert f"{file} is there already" in result.stderr
    assert file.read_text() == "mine"
    assert not Path("config/processes/crm").exists()


@pytest.mark.parametrize("name", ["vehicle_request", "People/x", "people/", "../x", "people/a/b"])
def test_a_name_that_is_none_writes_nothing(name, tmp_path):
    result = run("new-process", name)

    assert result.exit_code == 2
    assert "is no name" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_differs_is_told_by_meaning(tmp_path):
    mine = tmp_path / "general_journal.yaml"
    text = JOURNAL.read_text()
    mine.write_text(text.replace("title: General journal", "title:   Journal voucher"))
    assert mine.read_text() != text

    result = run("definition", "diff", JOURNAL, mine)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("changed title: General journal → Journal voucher")
    assert "1 difference" in result.stdout

    told = json.loads(run("definition", "diff", JOURNAL, mine, "-o", "json").stdout)
    assert [each["path"] for each in told["changes"]] == ["title"]
    assert run("definition", "diff", JOURNAL, JOURNAL).stdout.strip().endswith("0 differences")
