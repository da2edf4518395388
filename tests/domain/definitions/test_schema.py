"""The JSON Schema of an input, and its example."""

import json
import re

from domain.definitions.fields import ChoiceField, DateField, MoneyField, RowsField, TextField
from domain.definitions.input import accept
from domain.definitions.schema import example, json_schema
from domain.money import LARGEST_AMOUNT


def test_the_schema_says_what_accept_wants(invoice):
    schema = json_schema(invoice)

    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == set(invoice.fields)
    total = schema["properties"]["total"]
    assert total["properties"]["amount"]["type"] == "integer"
    assert total["properties"]["amount"]["maximum"] == LARGEST_AMOUNT
    assert total["properties"]["currency"] == {"type": "string", "const": "INR"}
    lines = schema["properties"]["lines"]
    assert (lines["minItems"], lines["maxItems"]) == (1, 200)
    assert "18" in lines["items"]["properties"]["gst_rate"]["enum"]
    json.dumps(schema, allow_nan=False)


def test_patterns_are_for_the_whole_text(invoice):
    pattern = json_schema(invoice)["properties"]["invoice_number"]["pattern"]
    assert re.search(pattern, "INV/117")
    assert not re.search(pattern, "-INV/117")
    quantity = json_schema(invoice)["properties"]["lines"]["items"]["properties"]["quantity"]
    assert re.search(quantity["anyOf"][0]["pattern"], "2.500")
    assert not re.search(quantity["anyOf"][0]["pattern"], "2.0005")


def test_the_schema_has_the_example(invoice):
    assert json_schema(invoice)["examples"] == [example(invoice)]


def test_an_example_is_made_up_when_the_definition_has_none(invoice):
    fields = {
        "note": TextField(type="text", label="Note", required=True),
        "day": DateField(type="date", label="Day", required=True),
        "amount": MoneyField(type="money", label="Amount", required=True),
        "extra": MoneyField(type="money", label="Extra"),
        "rows": RowsField(
            type="rows",
            label="Rows",
            required=True,
            fields={"kind": ChoiceField(type="choice", label="Kind", required=True, choices=["a"])},
        ),
    }
    plain = invoice.model_copy(update={"fields": fields, "example": {}})

    made_up = example(plain, currency="JPY")

    assert accept(plain, made_up, currency="JPY") == made_up
    assert "extra" not in made_up


def test_a_field_that_may_be_left_out_may_be_null(invoice):
    optional = MoneyField(type="money", label="Extra")
    plain = invoice.model_copy(update={"fields": {"extra": optional}, "example": {}})

    schema = json_schema(plain)

    assert schema["required"] == []
    assert {"type": "null"} in schema["properties"]["extra"]["anyOf"]
    assert accept(plain, {"extra": None}, currency="INR") == {}
