"""Planted mistakes in what a stage starts: each is found with what to do."""

import re
from pathlib import Path

import pytest

from config.settings import Settings
from domain.definitions.checking import check
from domain.definitions.mistakes import Located
from workflows.catalog import surroundings

SHIPPED = Settings().definitions
FILE = SHIPPED / "finance" / "payment_run.yaml"

PLANTED = {
    "a type that is not there": (
        "process: payment\n", "process: paymnt\n",
        "'paymnt' is no process type to be started", "Use one of: "),
    "a type with code of its own": (
        "process: payment\n", "process: bulk_action\n",
        "'bulk_action' is no process type to be started", "payment"),
    "a type that starts this one": (
        "process: payment\n", "process: payment_run\n",
        "'payment_run' starts 'payment_run' in its turn", "Start another type"),
    "no way when one fails": (
        "    failed: unpaid\n", "",
        "does not say where it leads when one of them fails", "Add `failed: <stage>`"),
    "a failure where nothing is started": (
        "paid: {title: Paid, ends: completed}", "paid: {title: Paid, then: closed, failed: closed}",
        "starts nothing that could fail", "Remove it"),
    "rows that are none": (
        "each: payments\n", "each: purpose\n",
        "'purpose' is no field of rows", "Use one of: payments"),
    "more rows than are started at once": (
        "max_rows: 100", "max_rows: 201", "may have 201 rows", "max_rows: 200"),
    "a required field that is not given": (
        "          vendor: payments.vendor\n", "",
        "'payment' needs 'vendor' (Vendor)", "Add vendor: <field>"),
    "a field that the child does not have": (
        "vendor: payments.vendor\n",
        "vendor: payments.vendor\n          supplier: payments.vendor\n",
        "'supplier' is no field of payment", "Use one of: "),
    "a value that is not there": (
        "vendor: payments.vendor\n", "vendor: payments.supplier\n",
        "'payments.supplier' is no value to be given", "payments.vendor"),
    "a value of another kind": (
        "amount: payments.amount\n", "amount: purpose\n",
        "'purpose' does not fit 'amount' of payment: it is text, and money is wanted", "same kind"),
    "a value that may be left out": (
        "paid_for: payments.paid_for\n", "paid_for: payments.method_reference\n",
        "it may be left out, and is required there", "same kind"),
    "a longer text": (
        "required: true, max_length: 200}\n      method",
        "required: true, max_length: 300}\n      method",
        "it has up to 300 characters, and 200 fit", "same kind"),
    "a choice that the child does not have": (
        "choices: [cash, cheque,", "choices: [cash, barter, cheque,",
        "it may be barter", "same kind"),
    "an account of another kind": (
        "required: true, kind: asset}", "required: true}",
        "it need not be of kind asset", "same kind"),
    "a value that is hidden here": (
        "vendor: {type: party, label: Vendor, required: true}\n      paid",
        "vendor: {type: party, label: Vendor, required: true, visible_to: [accounts_payable, "
        "finance_head]}\n      paid",
        "who must not see it here would see it there", "same kind"),
    "an edit while others work": (
        "from: [unpaid], to: approval, edits", "from: [unpaid, paying], to: approval, edits",
        "'change' changes the document at 'paying'", "Take 'paying' out"),
    "an end that denies what was done": (
        "    failed: unpaid\n", "    failed: rejected\n",
        "'failed' of 'paying' leads to 'rejected'", "one that ends: completed"),
    "two things at once": (
        "    then: paid\n", "    then: paid\n    until: entry_date\n",
        "has until and starts", "a stage of its own"),
}  # fmt: skip


def mistakes(text: str, folder: Path) -> list[Located]:
    """What is wrong with the text, held against the shipped types."""
    file = folder / "payment_run.yaml"
    file.write_text(text)
    home = SHIPPED.parent
    around = surroundings(home / "roles.yaml", home / "chart_of_accounts.yaml")
    return list(check([file], around).errors)


def test_the_shipped_type_has_none(tmp_path: Path):
    assert mistakes(FILE.read_text(), tmp_path) == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found_with_its_cure(name: str, tmp_path: Path):
    right, wrong, what, cure = PLANTED[name]
    text = FILE.read_text()
    assert text.count(right) >= 1, f"{right!r} stands nowhere"
    found = mistakes(text.replace(right, wrong, 1), tmp_path)

    said = [each for each in found if re.search(re.escape(what), str(each))]
    assert said, list(map(str, found))
    assert cure in str(said[0])
    assert said[0].line > 1


def test_a_fixed_value_is_one_that_the_field_takes(tmp_path: Path):
    text = FILE.read_text().replace("          method: method\n", "")
    fixed = text.replace("        given:\n", "        fixed: {method: cheque}\n        given:\n")
    assert mistakes(fixed, tmp_path) == []

    found = mistakes(fixed.replace("{method: cheque}", "{method: barter}"), tmp_path)
    assert "'barter' would be refused (choice_must_be_listed)" in str(found[0])
