"""What a definition says about notifications: mistakes with their place, texts that are pinned."""

from pathlib import Path

import pytest

from domain.definitions.model import Definition
from domain.notifications.causes import notifications_of
from tests.domain.definitions.conftest import CONFIG, INVOICE, Folder, load_from

TEMPLATES = CONFIG / "notifications"


def plant(folder: Folder, lines: str) -> int:
    """Writes notifications at the end of the shipped definition; the line of the first."""
    text = INVOICE.read_text().rstrip() + "\n\nnotifications:\n" + lines
    folder.write(text)
    return text[: text.index("\nnotifications:\n")].count("\n") + 3


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of texts, with one of the type's own."""
    own = tmp_path / "texts" / "en" / "invoice_approval"
    own.mkdir(parents=True)
    (own / "paid.email.j2").write_text("Subject: Paid\n\n{{ fields.invoice_number }} is paid.\n")
    return tmp_path / "texts"


PLANTED = {
    "an unknown stage": (
        "  paid: {stage: payd, to: maker, channels: [email]}",
        "'payd' is no stage", "Use one of: approval"),
    "two causes": (
        "  paid: {stage: paid, when: ends, to: maker, channels: [email]}",
        "It says two causes", "Write either `when` or `stage`"),
    "no cause": (
        "  paid: {to: maker, channels: [email]}",
        "Nothing says when it is sent", "Write either `when` or `stage`"),
    "nobody": ("  paid: {stage: paid, channels: [email]}", "Nobody is told", "Write either `to`"),
    "an unknown role": (
        "  paid: {stage: paid, to: [tresurer], channels: [email]}",
        "'tresurer' is no role", "Use one of:"),
    "no channel": ("  paid: {stage: paid, to: maker}", "No channel is named", "Write `channels:"),
    "a channel that is none": (
        "  paid: {stage: paid, to: maker, channels: [pigeon]}",
        "is none of the words known here ('pigeon')", "'inbox', 'email' or 'sms'"),
    "a key that is none": (
        "  paid: {stage: paid, too: maker, channels: [email]}",
        "'notifications.paid.too' is not known here", "Did you mean 'to'?"),
    "checkers of nothing": (
        "  paid: {stage: paid, to: checkers, channels: [email]}",
        "Who the checkers are is known only when they are asked", "task, reminder, escalation"),
    "an address that is none": (
        "  paid: {stage: paid, field: total, channels: [email]}",
        "'total' is no field of text", "Use one of: invoice_number"),
    "an address in an inbox": (
        "  paid: {stage: paid, field: invoice_number, channels: [inbox]}",
        "An address in a field gets e-mail alone", "[email]"),
    "off what is not built in": (
        "  paid: {off: true}", "'paid' is not built in", "Remove it, or name one of task_opened"),
    "off and more": (
        "  approved: {off: true, channels: [email]}",
        "What is off is never sent", "Remove `off`"),
    "no text": (
        "  unpaid: {stage: paid, to: maker, channels: [email]}",
        "'unpaid' has no text for the channel email",
        "Write config/notifications/en/invoice_approval/unpaid.email.j2"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_mistake_is_told_with_file_line_and_cure(folder: Folder, texts: Path, name: str):
    lines, what, cure = PLANTED[name]
    line = plant(folder, lines)
    said = folder.only_error(templates=texts)
    assert f"invoice_approval.yaml:{line}:" in said
    assert what in said
    assert cure in said


def test_a_mistake_in_a_text_is_told_where_the_text_stands(folder: Folder, texts: Path):
    file = texts / "en" / "invoice_approval" / "paid.email.j2"
    file.write_text("Subject: Paid\n\n{{ fields.number }} is paid.\n")
    plant(folder, "  paid: {stage: paid, to: maker, channels: [email]}")
    said = folder.only_error(templates=texts)
    assert said.startswith(f"{file}:3:4  There is no fields.number.  Use one of: cgst")


def test_a_mistake_in_a_built_in_text_is_told(folder: Folder, texts: Path):
    (texts / "en" / "approved.email.j2").write_text("Subject: x\n\n{{ fields.vendor }}")
    folder.write(INVOICE.read_text())
    assert "approved.email.j2:3:4  There is no fields.vendor" in folder.only_error(templates=texts)


def loaded(folder: Folder, texts: Path, lines: str) -> Definition:
    plant(folder, lines)
    return load_from(folder.path, templates=texts).get("invoice_approval")


def test_the_texts_are_part_of_the_definition_and_of_its_hash(folder: Folder, texts: Path):
    lines = "  paid: {stage: paid, to: maker, channels: [email]}"
    before = loaded(folder, texts, lines)
    assert before.notifications["paid"].texts == {
        "en/email": "Subject: Paid\n\n{{ fields.invoice_number }} is paid.\n"
    }
    assert Definition.from_canonical(before.canonical()).hash == before.hash

    file = texts / "en" / "invoice_approval" / "paid.email.j2"
    file.write_text("Subject: Paid\n\n{{ fields.invoice_number }} has been paid.\n")
    assert loaded(folder, texts, lines).hash != before.hash


def test_a_type_that_writes_nothing_keeps_its_hash_whatever_the_texts_say(texts: Path, folder):
    folder.write(INVOICE.read_text())
    without = load_from(folder.path).get("invoice_approval").hash
    assert load_from(folder.path, templates=TEMPLATES).get("invoice_approval").hash == without


def test_a_built_in_one_is_changed_in_part_or_turned_off(folder: Folder):
    told = notifications_of(
        loaded(folder, TEMPLATES, "  approved: {off: true}\n  task_opened: {channels: [sms]}\n")
    )
    assert "approved" not in told
    assert told["task_opened"].channels == ("sms",)
    assert told["task_opened"].to == ("checkers",)
    assert set(told["task_opened"].texts) == {"en/sms", "hi/sms"}
    assert told["rejected"].channels == ("inbox", "email")
