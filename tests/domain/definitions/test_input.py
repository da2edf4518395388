"""Accepting an input: what is canonical, and every fault with its pointer."""

import json
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.definitions.faults_of_input import InputErrors
from domain.definitions.input import accept
from domain.definitions.schema import example
from domain.money import LARGEST_AMOUNT

INR = {"amount": 100, "currency": "INR"}
GONE = object()


def put(given_input, pointer, value):
    """The input with another value at a pointer; GONE removes what is there."""
    changed = deepcopy(given_input)
    *way, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    target = changed
    for part in way:
        target = target[part]
    if value is GONE:
        del target[last]
    else:
        target[last] = value
    return changed


def faults(definition, given_input):
    with pytest.raises(InputErrors) as caught:
        accept(definition, given_input, currency="INR")
    return caught.value


def test_the_example_is_accepted_and_is_canonical(invoice):
    content = accept(invoice, example(invoice), currency="INR")

    assert content == example(invoice)
    assert list(content) == list(invoice.fields)
    assert accept(invoice, json.loads(json.dumps(content)), currency="INR") == content


FAULTS = [
    ("/total", GONE, "field_missing", "/total"),
    ("/total", None, "field_missing", "/total"),
    ("/colour", "red", "field_unknown", "/colour"),
    ("/a~b/c".replace("/c", "~1c"), "red", "field_unknown", "/a~0b~01c"),
    ("/lines/0/colour", "red", "field_unknown", "/lines/0/colour"),
    ("/invoice_number", 117, "text_expected", "/invoice_number"),
    ("/invoice_number", "", "text_must_not_be_blank", "/invoice_number"),
    ("/invoice_number", " \u3000", "text_must_not_be_blank", "/invoice_number"),
    ("/invoice_number", "A" * 17, "text_must_not_be_too_long", "/invoice_number"),
    ("/invoice_number", "A" * 999, "text_must_not_be_too_long", "/invoice_number"),
    ("/invoice_number", "-117", "text_must_match_pattern", "/invoice_number"),
    ("/invoice_number", "117\n", "text_must_be_one_line", "/invoice_number"),
    ("/invoice_number", "1\x0017", "text_must_be_one_line", "/invoice_number"),
    ("/lines/0/description", "\ud800", "text_must_be_one_line", "/lines/0/description"),
    ("/lines/0/description", "a\u202eb", "text_must_be_one_line", "/lines/0/description"),
    ("/vendor", "V 001", "text_must_match_pattern", "/vendor"),
    ("/vendor", 1, "text_expected", "/vendor"),
    ("/lines/0/expense_account", "Travel!", "text_must_match_pattern", "/lines/0/expense_account"),
    ("/total", "29500.00", "money_expected", "/total"),
    ("/total", 2950000, "money_expected", "/total"),
    ("/total/amount", 1.005, "amount_must_be_integer", "/total/amount"),
    ("/total/amount", 1e3, "amount_must_be_integer", "/total/amount"),
    ("/total/amount", "100", "amount_must_be_integer", "/total/amount"),
    ("/total/amount", True, "amount_must_be_integer", "/total/amount"),
    ("/total/amount", float("nan"), "amount_must_be_integer", "/total/amount"),
    ("/total/amount", GONE, "field_missing", "/total/amount"),
    ("/total/amount", -1, "amount_must_not_be_negative", "/total/amount"),
    ("/total/amount", LARGEST_AMOUNT + 1, "amount_out_of_range", "/total/amount"),
    ("/total/amount", 10**5000, "amount_out_of_range", "/total/amount"),
    ("/total/currency", "USD", "currency_must_be_company_currency", "/total/currency"),
    ("/total/currency", "inr", "currency_must_be_known", "/total/currency"),
    ("/total/currency", ["INR"], "currency_must_be_known", "/total/currency"),
    ("/total/currency", GONE, "field_missing", "/total/currency"),
    ("/total/display", "29,500.00", "field_unknown", "/total/display"),
    ("/lines/0/net/amount", 1.5, "amount_must_be_integer", "/lines/0/net/amount"),
    ("/invoice_date", "2026-02-30", "date_expected", "/invoice_date"),
    ("/invoice_date", "20260716", "date_expected", "/invoice_date"),
    ("/invoice_date", "2026-W29-4", "date_expected", "/invoice_date"),
    ("/invoice_date", "2026-07-16T00:00:00Z", "date_expected", "/invoice_date"),
    ("/invoice_date", 20260716, "date_expected", "/invoice_date"),
    ("/invoice_date", "0202-07-16", "date_out_of_range", "/invoice_date"),
    ("/lines", {}, "rows_expected", "/lines"),
    ("/lines", "one", "rows_expected", "/lines"),
    ("/lines", [], "rows_must_not_be_empty", "/lines"),
    ("/lines", [{}] * 201, "rows_must_not_be_too_many", "/lines"),
    ("/lines/0", None, "object_expected", "/lines/0"),
    ("/lines/0/quantity", 1.5, "quantity_expected", "/lines/0/quantity"),
    ("/lines/0/quantity", "1,5", "quantity_expected", "/lines/0/quantity"),
    ("/lines/0/quantity", "1e3", "quantity_expected", "/lines/0/quantity"),
    ("/lines/0/quantity", "٣", "quantity_expected", "/lines/0/quantity"),
    ("/lines/0/quantity", True, "quantity_expected", "/lines/0/quantity"),
    ("/lines/0/quantity", "1.0005", "quantity_must_fit_decimals", "/lines/0/quantity"),
    ("/lines/0/quantity", "0.000", "quantity_must_be_above_zero", "/lines/0/quantity"),
    ("/lines/0/quantity", -1, "quantity_must_be_above_zero", "/lines/0/quantity"),
    ("/lines/0/quantity", "1000000000", "quantity_out_of_range", "/lines/0/quantity"),
    ("/lines/0/quantity", 10**5000, "quantity_out_of_range", "/lines/0/quantity"),
    ("/lines/0/gst_rate", "17", "choice_must_be_listed", "/lines/0/gst_rate"),
    ("/lines/0/gst_rate", 18, "text_expected", "/lines/0/gst_rate"),
]


@pytest.mark.parametrize(("at", "value", "code", "pointer"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_named_with_its_pointer(invoice, at, value, code, pointer):
    errors = faults(invoice, put(example(invoice), at, value)).errors

    assert [(error.pointer, error.code) for error in errors] == [(pointer, code)]
    assert errors[0].detail.endswith(".")
    assert len(errors[0].detail) < 400
    json.dumps([error.detail for error in errors]).encode()
    errors[0].pointer.encode()


@pytest.mark.parametrize("value", [None, [], "text", 1, True])
def test_an_input_that_is_no_object_is_refused(invoice, value):
    (error,) = faults(invoice, value).errors
    assert (error.pointer, error.code) == ("", "object_expected")


def test_all_faults_come_at_once(invoice):
    wrong = example(invoice)
    for at, value in (("/lines/0/net/amount", 1.5), ("/due_date", "soon"), ("/colour", "red")):
        wrong = put(wrong, at, value)
    wrong = put(put(wrong, "/vendor", GONE), "/lines/0/gst_rate", "17")

    refusal = faults(invoice, wrong)

    assert refusal.code == "input_must_match_definition"
    assert {error.pointer for error in refusal.errors} == {
        "/lines/0/net/amount",
        "/due_date",
        "/colour",
        "/vendor",
        "/lines/0/gst_rate",
    }


def test_a_choice_names_what_is_allowed(invoice):
    (error,) = faults(invoice, put(example(invoice), "/lines/0/gst_rate", "17")).errors
    assert "18" in error.allowed


def test_amounts_out_of_range_alone_have_their_own_code(invoice):
    beyond = put(example(invoice), "/total/amount", LARGEST_AMOUNT + 1)
    assert faults(invoice, beyond).code == "amount_out_of_range"
    both = put(beyond, "/colour", "red")
    assert faults(invoice, both).code == "input_must_match_definition"


@pytest.mark.parametrize(
    ("at", "value", "canonical"),
    [
        ("/lines/0/quantity", "002.500", "2.5"),
        ("/lines/0/quantity", 3, "3"),
        ("/lines/0/quantity", "3.000", "3"),
        ("/lines/0/quantity", "3.0000000", "3"),
        ("/lines/0/description", "  Audit ", "Audit"),
        ("/lines/0/description", "Cafe\u0301", "Caf\u00e9"),
        ("/lines/0/description", "क्\u200dष", "क्\u200dष"),
        ("/igst/amount", 0, 0),
        ("/total/amount", LARGEST_AMOUNT, LARGEST_AMOUNT),
    ],
)
def test_what_means_the_same_is_written_the_same(invoice, at, value, canonical):
    content = accept(invoice, put(example(invoice), at, value), currency="INR")
    assert content == put(example(invoice), at, canonical)


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["INR", "2026-07-16", "18", "1.5", "V-001", 10**400])
)
KEYS = st.sampled_from(
    ["vendor", "lines", "total", "net", "amount", "currency", "quantity", "due_date"]
) | st.text(st.characters(), max_size=5)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6)
)
RELAXED = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def accepted_or_refused(definition, value):
    refusal = None
    try:
        content = accept(definition, value, currency="INR")
    except InputErrors as caught:
        refusal = caught
    if refusal is None:
        assert accept(definition, content, currency="INR") == content
        json.dumps(content, allow_nan=False, ensure_ascii=False).encode()
    else:
        assert refusal.errors
        json.dumps([error.pointer + error.detail for error in refusal.errors])
        refusal.message.encode()


@RELAXED
@given(value=JSON)
def test_any_json_is_accepted_or_refused(invoice, value):
    accepted_or_refused(invoice, value)


POINTERS = st.sampled_from(sorted({at for at, *_ in FAULTS if "~" not in at} - {"/colour"}))


@RELAXED
@given(at=POINTERS, value=JSON)
def test_any_json_in_any_place_is_accepted_or_refused(invoice, at, value):
    accepted_or_refused(invoice, put(example(invoice), at, value))


def test_rows_nested_a_thousand_deep_are_refused(invoice):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert faults(invoice, put(example(invoice), "/lines", deep)).errors
