"""Loading: the shipped definitions, many mistakes at once, and the hash."""

import json
import re

import pytest

from domain import identifiers
from domain.definitions.catalog import DefinitionUnknown
from domain.definitions.model import Definition
from tests.domain.definitions.conftest import CONFIG, INVOICE, load_from
from tests.domain.refused import refused


def test_the_shipped_definitions_load(catalog):
    invoice = catalog.get("invoice_approval")

    assert invoice in catalog.all
    assert catalog.by_hash(invoice.hash) is invoice
    assert invoice.first_stage == "received"
    assert catalog.roles["treasurer"].title == "Treasurer"
    assert catalog.accounts["bank"].kind == "asset"


def test_a_type_that_is_not_there_is_refused_and_the_others_are_named(catalog):
    with refused("process_type_must_exist", "'refund'", "invoice_approval"):
        catalog.get("refund")


def test_a_hash_that_is_not_there_is_a_fault(catalog):
    with pytest.raises(DefinitionUnknown, match="cfg_0"):
        catalog.by_hash("cfg_0")


def test_all_mistakes_of_all_files_come_at_once(folder, tmp_path):
    folder.plant("deadline: 3d", "deadline: soon\n  grace: 1d")
    folder.plant("due: due_date", "due: someday", "credit_note")
    roles = tmp_path / "roles.yaml"
    roles.write_text("roles:\n  owner: {title: Owner, reads: [secrets]}\n")

    found = folder.errors(roles=roles)

    files = {error.file.rsplit("/", 1)[1] for error in found.errors}
    assert files == {"invoice_approval.yaml", "roles.yaml", "credit_note.yaml"}
    assert len(str(found).splitlines()) == len(found.errors)


def test_two_mistakes_in_one_file_come_at_once(folder):
    folder.plant("deadline: 3d", "deadline: soon")
    text = (folder.path / "invoice_approval.yaml").read_text()
    folder.write(text.replace("    remind_every: 1d", "    remind_every: often"))
    assert [error.what for error in folder.errors().errors] == [
        "'often' is no duration",
        "'soon' is no duration",
    ]


def test_two_files_of_one_process_are_found(folder):
    folder.write(INVOICE.read_text())
    folder.write(INVOICE.read_text(), "second")

    found = str(folder.errors())

    assert "The process 'invoice_approval' is already that of" in found
    assert "The reference_prefix 'BILL' is already that of" in found
    assert "Name the file invoice_approval.yaml" in found


def test_two_types_that_would_write_the_same_numbers_are_found(folder):
    text = INVOICE.read_text()
    folder.write(text)
    other = text.replace("process: invoice_approval", "process: second").replace("BILL", "SECOND")
    folder.write(other.replace("series: purchase_invoice", "series: bills"), "second")

    found = str(folder.errors())

    assert re.search(r"second\.yaml:\d+:\d+ .*The numbers are written as those of", found)


def test_a_folder_without_definitions_is_a_mistake(folder):
    assert "There is no definition (*.yaml) here" in folder.only_error()


def test_an_empty_file_and_one_that_is_no_text_are_mistakes(folder):
    folder.write("# nothing\n")
    assert "The file is empty" in folder.only_error()
    folder.write("").write_bytes(b"\xff\xfe\xff")
    assert "Give a readable file in UTF-8" in folder.only_error()


def test_files_that_are_not_mappings_are_mistakes(folder):
    for text in ("- one\n", "word\n", "fields: [a, b]\n", "1: 2\n", "[]: {}\n"):
        folder.write(text)
        assert folder.errors().errors


def test_a_chart_that_is_not_there_is_a_mistake(folder, tmp_path):
    folder.write(INVOICE.read_text())
    assert "The file cannot be read" in folder.only_error(chart=tmp_path / "none.yaml")


def test_the_hash_is_an_id_and_stays_with_the_meaning(invoice, folder):
    assert identifiers.read("cfg", invoice.hash)
    comments = "# Another comment.\n" + INVOICE.read_text().replace(
        "Cr  bank                    payable", "Cr bank payable   "
    )
    folder.write(comments)
    assert load_from(folder.path).all[0].hash == invoice.hash


def test_the_hash_changes_with_the_meaning(invoice, folder):
    folder.plant("deadline: 3d", "deadline: 4d")
    assert load_from(folder.path).all[0].hash != invoice.hash


def test_a_released_definition_comes_back_from_its_text(invoice):
    again = Definition.from_canonical(invoice.canonical())

    assert again == invoice
    assert again.hash == invoice.hash
    assert list(again.stages) == list(invoice.stages)
    assert list(again.fields) == list(invoice.fields)


def test_the_canonical_text_leaves_out_what_is_default(invoice):
    text = invoice.canonical()
    assert json.loads(text)["actions"]["repair"] == {
        "title": "Repair a parked step",
        "by": ["operations", "finance_head"],
    }
    assert "\n" not in text


def test_the_shipped_files_are_where_the_grid_says():
    assert INVOICE.is_relative_to(CONFIG / "processes" / "finance")
