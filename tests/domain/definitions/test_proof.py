"""Planted mistakes: each is found with its file, its line and what to do."""

import re

import pytest

# What is right, what is planted in its place, how many lines below the mistake is reported,
# and the words of the message and of the cure.
WHERE = "tables: {where: {hit: first, inputs: {total: money}, rules: [{then: [approval]}]}}\n"

PLANTED = {
    "a stage that nobody leads to": (
        "correction: {title: Sent back for correction, asks: maker, remind_every: 1d}",
        "correction: {title: Sent back for correction, asks: maker, remind_every: 1d}\n"
        "  lost: {title: Lost, then: approval}", 1,
        "No way leads from 'received' to the stage 'lost'", "Name 'lost' in a stage before it"),
    "a stage that cannot be left": (
        "then: paid, must_finish: It is paid}",
        "then: settled, must_finish: It is paid}\n"
        "  settled: {title: Settled}\n  old: {title: Old, then: paid}", 1,
        "'settled' neither ends the process nor leads on", "ends: completed"),
    "a stage that ends and leads on": (
        "paid: {title: Paid, ends: completed}",
        "paid: {title: Paid, ends: completed, then: payment}", 0,
        "'paid' ends the process and yet goes on", "Keep only its title"),
    "a circle without an end": (
        "rejected: rejected, sent_back: correction}",
        "rejected: round, sent_back: correction}\n"
        "  round: {title: Round, until: due_date, then: about}\n"
        "  about: {title: About, until: due_date, then: round}", 1,
        "From the stage 'round' no end can be reached", "lead to a stage with `ends`"),
    "a stage that is not there": (
        "approved: posting, rejected: rejected", "approved: postin, rejected: rejected", 0,
        "'postin' is no stage", "Use one of: approval"),
    "an action in a stage that is not there": (
        "from: [correction], to: approval", "from: [corection, correction], to: approval", 0,
        "'corection' is no stage", "Use one of: approval"),
    "an action to a stage that is not there": (
        "from: [correction], to: approval", "from: [correction], to: aproval", 0,
        "'aproval' is no stage", "Use one of: approval"),
    "an action after the end": (
        "from: [correction], to: approval", "from: [correction, paid], to: approval", 0,
        "where the process has ended", "before the end"),
    "an action while something is done": (
        "from: [awaiting_due_date], to: payment, maker: must_not}",
        "from: [awaiting_due_date, posting], to: payment, maker: must_not}", 0,
        "may be taken in 'posting', while something is being done there", "a stage that waits"),
    "dates that come in a circle": (
        "rejected: rejected, sent_back: correction}",
        "rejected: round, sent_back: correction}\n"
        "  round: {title: Round, until: due_date, then: about}\n"
        "  about: {title: About, until: due_date, then: round}", 1,
        "goes round without doing or waiting", "a stage that waits or works"),
    "an action that changes nothing": (
        "from: [awaiting_due_date], to: payment, maker: must_not}",
        "from: [awaiting_due_date], maker: must_not}", 0,
        "The action 'pay_now' changes nothing", "Add `to: <stage>`"),
    "an action that undoes nothing known": (
        "undoes: [invoice]", "undoes: [bill]", 0,
        "'bill' is no journal", "Use one of: invoice, payment"),
    "an action that edits what is not there": (
        "edits: [all]", "edits: [amount]", 0,
        "'amount' is no field", "Use one of: all, cgst"),
    "an action that undoes and stays": (
        "to: reversed, maker: must_not, reason: true, undoes: [invoice]}",
        "maker: must_not, reason: true, edits: [due_date], undoes: [invoice]}", 0,
        "undoes journals and stays where it is", "Add `to: <stage>`"),
    "an end with entries in the book": (
        "to: reversed, maker: must_not, reason: true, undoes: [invoice]}",
        "to: reversed, maker: must_not, reason: true}", None,
        "'reversed' ends the process, but invoice may stand in the book", "undoes: [invoice]"),
    "a journal posted twice": (
        "from: [awaiting_due_date], to: payment, maker: must_not}",
        "from: [awaiting_due_date], to: approval, maker: must_not}", None,
        "The journal 'invoice' may stand already when 'posting' posts it", "undoes: [invoice]"),
    "a stage that does two things": (
        "posting: {title: Posting the invoice, post: [invoice],",
        "posting: {title: Posting the invoice, post: [invoice], until: due_date,", 0,
        "'posting' has post and until", "a stage of its own"),
    "a stage that does not say where it leads": (
        "post: [payment], then: paid, must_finish", "post: [payment], must_finish", None,
        "'settling' does not say where it leads when that is done", "Add `then: <stage>`"),
    "a stage that posts what is not there": (
        "post: [payment]", "post: [pay]", 0,
        "'pay' is no journal", "Use one of: invoice, payment"),
    "a payment that may be left out": (
        "does: pay_party, then: settling", "does: pay_party, may_skip: true, then: settling", 0,
        "What is done at 'payment' must not be left out", "Remove `may_skip`"),
    "a time of day without a date": (
        "until: due_date, at: ", "at: ", None,
        "has a time of day but no date", "Add `until"),
    "a date to wait for that is none": (
        "until: due_date", "until: invoice_number", 0,
        "'invoice_number' is no required date field", "Use one of: due_date, invoice_date"),
    "splitting that nothing shows": (
        "      - {levels: [finance_approver, finance_head]}\n", "", None,
        "no bands with limits, so nothing shows as split", "Remove `splitting`"),
    "a step that nobody coded": (
        "workflow: InvoiceApproval\n", "", None,
        "'pay_party' is no operation, and no `workflow` has it", "reverse_entry"),
    "a stage that asks nobody": (
        "asks: maker", "asks: makers", 0,
        "'makers' is no role", "Use one of: accountant, accounts_payable"),
    "a stage that asks and goes on": (
        "asks: maker, remind_every: 1d", "asks: maker, then: approval, remind_every: 1d", None,
        "asks somebody, and goes on by itself", "Keep `asks`"),
    "an approval by no policy": (
        "approval: by_amount", "approval: by_height", 0,
        "'by_height' is no approval policy", "Use one of: by_amount"),
    "a policy that is not used": (
        "  by_amount:\n", "  twice:\n    bands:\n      - {levels: [treasurer]}\n  by_amount:\n", 0,
        "No stage is approved by 'twice'", "remove it"),
    "an approval without a way back": (
        "approved: posting, rejected: rejected,", "approved: posting,", None,
        "'approval' does not say where 'rejected' leads", "Add `rejected: <stage>`"),
    "a verdict where nothing is approved": (
        "asks: maker, remind_every: 1d", "asks: maker, rejected: rejected, remind_every: 1d", 0,
        "says where 'rejected' leads, but is not approved", "Add `approval: <policy>`"),
    "a refusal at receipt that leads nowhere": (
        "then: approval, otherwise: refused}", "then: approval}", None,
        "does not say where a refused input ends", "Add `otherwise"),
    "a refusal at receipt that goes on": (
        "otherwise: refused}", "otherwise: correction}", 0,
        "A refused input would lead to 'correction', which goes on", "`ends: cancelled`"),
    "a refusal where nothing is received": (
        "paid: {title: Paid, ends: completed}",
        "paid: {title: Paid, ends: completed, otherwise: refused}", 0,
        "Only the first stage has an `otherwise`", "Remove it"),
    "a process given up that goes on": (
        "given_up: {to: cancelled,", "given_up: {to: correction,", 0,
        "would stand at 'correction', which is no such end", "`ends: cancelled`"),
    "postings that are not undone when it is given up": (
        "given_up: {to: cancelled, undone: reversed}", "given_up: {to: cancelled}", None,
        "does not say where it ends when that is reversed", "Add `undone"),
    "stages that pass for ever": (
        "then: approval, otherwise: refused}",
        "then: next, otherwise: refused}\n  next: {title: Next, then: received}", 0,
        "goes round without doing or waiting", "a stage that waits or works"),
    "an approval by bands and by a table": (
        "    remind_every: 1d\n    deadline: 3d", "    table: who\n    deadline: 3d", None,
        "has both of bands and table", "one of the two"),
    "a table that is not there": (
        "then: approval, otherwise: refused}", "route: where, otherwise: refused}", 0,
        "'where' is no decision table", "Use one of: none so far"),
    "a table that nothing asks": (
        "amount: total\n", "amount: total\n" + WHERE, 1,
        "Nothing asks the table 'where'", "Name it in `route`"),
    "a table of a field that is not there": (
        "amount: total\n", "amount: total\n" + WHERE.replace("total: money", "note: text"), None,
        "'note' is no field that is required", "Use one of: cgst"),
    "a table of another kind": (
        "amount: total\n", "amount: total\n" + WHERE.replace("total: money", "total: number"),
        None, "'total' is money, not number", "Write money"),
    "a table with a gap": (
        "amount: total\n",
        "amount: total\n" + WHERE.replace("{then:", "{when: {total: '> 5.00 INR'}, then:"), None,
        "No rule", "rule"),
    "a level that cannot be read": (
        "levels: [finance_approver, finance_head]", "levels: [finance_approver or finance_head]",
        0, "is no level of an approval", "`role x 2`"),
    "nobody who starts": (
        "start: {title: Enter an invoice, by: [accounts_payable]}",
        "begin: {title: Enter an invoice, by: [accounts_payable]}", -1,
        "No action `start`", "Add start:"),
    "a start that comes after something": (
        "start: {title: Enter an invoice, by: [accounts_payable]}",
        "start: {title: Enter an invoice, by: [accounts_payable], from: [approval]}", 0,
        "No stage comes before the start", "Remove `from`"),
    "an action by an unknown role": (
        "by: [operations, finance_head]", "by: [operators, finance_head]", 0,
        "'operators' is no role", "Use one of: accountant, accounts_payable"),
    "a level of an unknown role": (
        "levels: [finance_approver, finance_head]", "levels: [finance_aprover, finance_head]", 0,
        "'finance_aprover' is no role", "Use one of:"),
    "an escalation to an unknown role": (
        "escalate_to: finance_head", "escalate_to: boss", 0,
        "'boss' is no role", "Use one of:"),
    "bands that do not ascend": (
        "- {levels: [finance_approver, finance_head]}",
        "- {up_to: 50000.00 INR, levels: [finance_head]}\n      - {levels: [finance_head]}", 0,
        "not above the one before", "Order the bands"),
    "bands of two currencies": (
        "- {levels: [finance_approver, finance_head]}",
        "- {up_to: 90000.00 USD, levels: [finance_head]}\n      - {levels: [finance_head]}", 0,
        "in USD, the one before in INR", "Write all limits in INR"),
    "a last band that is not open": (
        "- {levels: [finance_approver, finance_head]}",
        "- {up_to: 90000.00 INR, levels: [finance_head]}", 0,
        "Above 90000.00 INR nobody may approve", "Add a last band"),
    "an open band before the last": (
        "{up_to: 50000.00 INR, levels: [finance_approver]}", "{levels: [finance_approver]}", 0,
        "A band without `up_to` stands before the last", "put it last"),
    "a limit that is no money": (
        "up_to: 50000.00 INR", "up_to: fifty thousand", 0,
        "'fifty thousand' is not money", "Write it as 50000.00 INR"),
    "a check that is not coded": (
        "- dates_must_be_in_order", "- dates_must_be_nice", 0,
        "'dates_must_be_nice' is no check", "Use one of: arithmetic_must_agree"),
    "a check of dates that the type does not have": (
        "  - tax_must_follow_place_of_supply",
        "  - tax_must_follow_place_of_supply\n  - due_date_must_follow_entry_date", 1,
        "The check 'due_date_must_follow_entry_date' needs 'entry_date'",
        "Add entry_date: {type: date, required: true, ...}, or remove the check"),
    "a check of rows that the type does not have": (
        "quantity: {type: quantity, label: Quantity, required: true, decimals: 3}",
        "amount_of_it: {type: quantity, label: Quantity, required: true, decimals: 3}", 34,
        "The check 'arithmetic_must_agree' needs 'lines.quantity'",
        "lines.quantity: {type: quantity"),
    "a check named twice": (
        "- entry_date_must_be_open", "- entry_date_must_be_open\n  - vendor_must_be_active", 1,
        "named twice", "Remove one"),
    "a workflow that is not coded": (
        "workflow: InvoiceApproval", "workflow: InvoiceAproval", 0,
        "'InvoiceAproval' is no workflow", "InvoiceApproval"),
    "an amount that is no money field": (
        "amount: total\n", "amount: due_date\n", 0,
        "'due_date' is no money field or total", "Use one of: cgst, gst, igst"),
    "bands without an amount": (
        "amount: total\n", "", None,
        "no `amount` says which field", "Add `amount:"),
    "a unique key of a field that is not there": (
        "fields: [vendor, invoice_number]}", "fields: [vendor, number]}", 0,
        "'number' is no field with one value", "Use one of:"),
    "a subject of a field that is not there": (
        'subject: "{vendor} {invoice_number}"', 'subject: "{vendor} {number}"', 0,
        "'number' is no field", "Use one of:"),
    "a subject with an open brace": (
        'subject: "{vendor} {invoice_number}"', 'subject: "{vendor} {"', 0,
        "braces", "Write {field}"),
    "a narration of a field that is not there": (
        "narration: Invoice {invoice_number} of {vendor}",
        "narration: Invoice {invoice_number} of {seller}", 0,
        "'seller' is no field", "Use one of:"),
    "a posting to an account that is not there": (
        "Dr  input_cgst              cgst", "Dr  input_gst               cgst", 0,
        "'input_gst' is no account of the chart and no account field", "lines.expense_account"),
    "a posting of an amount that is not there": (
        "Cr  bank                    payable", "Cr  bank                    amount_payable", 0,
        "'amount_payable' is no money field and no total", "Use one of:"),
    "a posting that is not in notation": (
        "Cr  bank                    payable", "Credit  bank                payable", 0,
        "is no posting", "Write 'Dr  account  amount'"),
    "an account per row with an amount for all": (
        "Dr  lines.expense_account   lines.net", "Dr  lines.expense_account   net", 0,
        "'lines.expense_account' differs by row", "Use an amount of lines"),
    "a party that is no party": (
        "payable     party vendor\n  payment:", "payable     party invoice_number\n  payment:", 0,
        "'invoice_number' is no party field", "Name one as the value of 'party'"),
    "a total of a part that is not there": (
        "gst: [cgst, sgst, igst]", "gst: [cgst, sgst, ugst]", 0,
        "'ugst' is no money field and no total", "Use one of:"),
    "a total that is part of itself": (
        "net: [lines.net]", "net: [payable]", 0,
        "is part of itself", "Break the circle"),
    "a template that does not balance": (
        "      Dr  input_igst              igst\n", "", None,
        "The journal 'invoice' does not balance: only on the debit side nothing; only on the "
        "credit side igst", "Name the same parts on both sides"),
    "an account that may be left out": (
        "label: Expense account, required: true,", "label: Expense account,", None,
        "'lines.expense_account' may be left out", "Make the field required"),
    "an account field named as an account": (
        "  igst: {type: money,", "  bank: {type: account, label: Bank}\n  igst: {type: money,", 0,
        "'bank' is both an account of the chart and an account field", "another name"),
    "a field named today": (
        "  igst: {type: money,", "  today: {type: date, label: Today}\n  igst: {type: money,", 0,
        "means the day of posting", "another name"),
    "a field named as a total": (
        "payable: [net, gst]", "payable: [net, gst]\n  igst: [igst]", 1,
        "'igst' is both a field and a total", "another name"),
    "an amount that may be left out": (
        "label: Invoice total, required: true", "label: Invoice total", 0,
        "'total' is the amount that limits apply to", "required: true"),
    "a unique key that may be left out": (
        "label: Vendor, required: true", "label: Vendor", None,
        "'vendor' is part of a unique key", "Make the field required"),
    "a due date that may be left out": (
        "label: Due date, required: true", "label: Due date", None,
        "'due_date' is no required date field", "Use one of: invoice_date"),
    "a date that is no date": (
        "date: invoice_date", "date: invoice_number", 0,
        "'invoice_number' is no required date field", "Use one of: due_date, invoice_date, today"),
    "a due date that is no date": (
        "due: due_date", "due: someday", 0,
        "'someday' is no required date field", "Use one of:"),
    "a number with an unknown placeholder": (
        "PI/{fiscal_year}/{sequence:05}", "PI/{year}/{sequence:05}", 0,
        "cannot be filled", "Use {sequence:05} once"),
    "a number without its sequence": (
        "PI/{fiscal_year}/{sequence:05}", "PI/{fiscal_year}", 0,
        "cannot be filled", "Use {sequence:05} once"),
    "a numbered journal without a series": (
        'number: {series: purchase_invoice, pattern: "PI/{fiscal_year}/{sequence:05}"}\n', "", None,
        "is numbered, but the definition has no `number`", "Add number:"),
    "a duration that is none": (
        "deadline: 3d", "deadline: three days", 0,
        "'three days' is no duration", "Write it as 3d"),
    "a claim that lasts no time": (
        "deadline: 3d", "claim_for: a while", 0,
        "'a while' is no duration", "8wh (working hours)"),
    "a time of day that is none": (
        'at: "10:00"', 'at: "25:00"', 0,
        "'25:00' is no time of day", "Write it as 10:00"),
    "a pattern that is no expression": (
        'pattern: "[A-Za-z0-9][A-Za-z0-9/-]*"', 'pattern: "[A-Za-z"', 0,
        "is no regular expression", "Correct it"),
    "an example that would be refused": (
        "igst: 0.00 INR", "igst: 0.00 USD", None,
        "currency_must_be_company_currency", "Write an example"),
    "an example with an unreadable amount": (
        "igst: 0.00 INR", "igst: nothing", None,
        "The example cannot be read", "Correct the example"),
    "a key that is not known": (
        "escalate_to: finance_head", "escalate_too: finance_head", 0,
        "'approvals.by_amount.escalate_too' is not known here", "Did you mean 'escalate_to'?"),
    "a key that is missing": (
        "process: invoice_approval\n", "", None,
        "'process' is missing", "Write it"),
    "a field of an unknown type": (
        "invoice_date: {type: date,", "invoice_date: {type: day,", 0,
        "has an unknown type", "'date'"),
    "a field without a type": (
        "invoice_date: {type: date,", "invoice_date: {", 0,
        "has no type", "Say which"),
    "a key of another type of field": (
        "due_date: {type: date,", "due_date: {type: date, max_length: 3,", 0,
        "is not known here", "max_length"),
    "a number that is none": (
        "max_rows: 200", "max_rows: many", 0,
        "is no whole number ('many')", "Write digits only"),
    "a key that stands twice": (
        "amount: total\n", "amount: total\namount: cgst\n", 1,
        "'amount' stands here for the second time", "Keep one"),
    "an anchor": (
        "by: [operations, finance_head]", "by: &people [operations, finance_head]", 0,
        "The anchor &people", "Write the values out"),
    "an alias": (
        "by: [operations, finance_head]", "by: *people", 0,
        "The alias *people", "Write the values out"),
    "a list for a key": (
        "by: [operations, finance_head]", "[by]: operations", 0,
        "A key that is no word", "Write a word"),
    "what nobody could read": (
        "by: [operations, finance_head]", "by: " + 99 * "[" + 99 * "]", 0,
        "What stands here is nested too deeply", "Use fewer levels"),
    "a second document": (
        "reference_prefix: BILL", "---\nreference_prefix: BILL", None,
        "A second document starts here", "Give it a file of its own"),
    "text that is no YAML": (
        "reference_prefix: BILL", "reference_prefix: [BILL", None,
        "This cannot be read as YAML", "Correct the YAML here"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found_with_file_line_and_cure(folder, name):
    right, wrong, below, what, cure = PLANTED[name]
    line = folder.plant(right, wrong)

    found = [error for error in folder.errors().errors if what in error.what]

    assert found, str(folder.errors())
    assert found[0].file.endswith("invoice_approval.yaml")
    assert cure in found[0].cure
    assert re.match(r".+\.yaml:\d+:\d+  \S", str(found[0]))
    if below is not None:
        assert found[0].line == line + below
        assert found[0].column > 1 or "stands here for the second time" in what or below == -1


def test_a_mistake_in_a_block_of_postings_is_found_at_its_line(folder):
    line = folder.plant("Dr  input_cgst              cgst", "Dr  input_gst               cgst")
    assert f"invoice_approval.yaml:{line}:7  " in folder.only_error()


def test_a_mistake_in_a_list_is_found_at_its_column(folder):
    line = folder.plant("by: [operations, finance_head]", "by: [operations, head]")
    text = (folder.path / "invoice_approval.yaml").read_text().splitlines()[line - 1]
    assert f"invoice_approval.yaml:{line}:{text.index('head]') + 1}  " in folder.only_error()
