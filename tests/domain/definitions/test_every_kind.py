"""What each kind of field takes, what a start has that leaves it out, and how it is told."""

from datetime import date

import pytest

from domain.definitions import journal, policy
from domain.definitions.difference import differences
from domain.definitions.explanation import explained
from domain.definitions.faults_of_input import InputErrors
from domain.definitions.input import accept
from domain.definitions.model import Definition
from domain.definitions.named_facts import kinds, named_facts
from domain.definitions.schema import example, json_schema
from domain.documents import store
from tests.domain.definitions.every_kind import CATALOG, definition

# The last day of February in a year without a leap day: 30 days later is 30 March.
FEBRUARY = date(2027, 2, 28)
LEAST = {"vendor": "V-001", "note_number": "BN-7"}
UPLOAD = "upl_" + "0" * 26
STANDS = {
    "document": "att_" + "0" * 26, "name": "crack.png", "media_type": "image/png", "size": 8,
    "sha256": "0" * 64,
}  # fmt: skip


@pytest.fixture(scope="module")
def returned() -> Definition:
    return definition()


def taken(of: Definition, **given):
    return accept(of, LEAST | given, currency="INR")


def faults(of: Definition, **given):
    with pytest.raises(InputErrors) as caught:
        taken(of, **given)
    return [(error.pointer, error.code) for error in caught.value.errors]


def test_a_start_has_the_defaults_of_what_it_leaves_out(returned):
    content = accept(returned, LEAST, currency="INR", starts_on=FEBRUARY)

    assert content == LEAST | {
        "returned_on": "2027-02-28",
        "due_on": "2027-03-30",
        "carriage": {"amount": 11_800, "currency": "INR"},
        "weight": "1.5",
        "account": "purchases",
        "cause": "broken",
    }
    assert accept(returned, content, currency="INR", starts_on=date(2030, 1, 1)) == content


def test_rows_have_defaults_and_what_is_given_stands(returned):
    goods = [{"product": "P-1", "measure": {"quantity": "2.50", "unit": "LTR"}, "side": "right"}]
    goods += [{"product": "P-2", "measure": {"quantity": 3, "unit": "NOS"}}]
    content = accept(
        returned, LEAST | {"goods": goods, "due_on": "2027-03-01"}, currency="INR",
        starts_on=FEBRUARY,
    )  # fmt: skip

    assert content["due_on"] == "2027-03-01"
    assert content["goods"] == [
        {"product": "P-1", "measure": {"quantity": "2.5", "unit": "LTR"}, "side": "right"},
        {"product": "P-2", "measure": {"quantity": "3", "unit": "NOS"}, "side": "left"},
    ]


def test_an_edit_has_no_defaults(returned):
    assert faults(returned) == [("/returned_on", "field_missing"), ("/cause", "field_missing")]


FAULTS = [
    ({"vendor": "V 001"}, "/vendor", "text_must_match_pattern"),
    ({"vendor": 7}, "/vendor", "text_expected"),
    ({"note_number": "bn-7"}, "/note_number", "text_must_match_pattern"),
    ({"note_number": "BN-7\n"}, "/note_number", "text_must_be_one_line"),
    ({"weight": {"quantity": "1.5", "unit": "KGS"}}, "/weight", "quantity_expected"),
    ({"weight": "1.2345"}, "/weight", "quantity_must_fit_decimals"),
    ({"story": "a\x00b"}, "/story", "text_must_be_plain_lines"),
    ({"story": "a\u202eb"}, "/story", "text_must_be_plain_lines"),
    ({"story": "\n \n"}, "/story", "text_must_not_be_blank"),
    ({"story": "a" * 201}, "/story", "text_must_not_be_too_long"),
    ({"photo": "crack.png"}, "/photo", "upload_must_exist"),
    ({"photo": 7}, "/photo", "file_expected"),
    ({"photo": {"sha256": "0" * 64}}, "/photo", "file_expected"),
]
OF_ROWS = [
    ("2.5", "", "quantity_with_unit_expected"),
    ({"quantity": "2.5"}, "/unit", "field_missing"),
    ({"unit": "NOS"}, "/quantity", "field_missing"),
    ({"quantity": "2.5", "unit": "KGS"}, "/unit", "unit_must_be_listed"),
    ({"quantity": "0", "unit": "NOS"}, "/quantity", "quantity_must_be_above_zero"),
    ({"quantity": "1", "unit": "NOS", "of": "x"}, "/of", "field_unknown"),
]


@pytest.mark.parametrize(("given", "at", "code"), FAULTS)
def test_a_fault_is_told_at_its_field(returned, given, at, code):
    assert (at, code) in faults(returned, **given)


@pytest.mark.parametrize(("measure", "at", "code"), OF_ROWS)
def test_a_quantity_with_a_choice_of_units_says_which(returned, measure, at, code):
    found = faults(returned, goods=[{"product": "P-1", "measure": measure}])
    assert (f"/goods/0/measure{at}", code) in found


def test_long_texts_have_lines_and_one_way_to_end_them(returned):
    given = LEAST | {"returned_on": "2027-02-28", "cause": "wrong"}
    content = taken(returned, **given, story=" Two boxes:\r\n- crushed\n- wet\n")
    assert content["story"] == "Two boxes:\n- crushed\n- wet"


def test_a_file_is_an_upload_or_what_stands(returned):
    given = {"returned_on": "2027-02-28", "cause": "wrong"}
    assert taken(returned, **given, photo=UPLOAD)["photo"] == UPLOAD
    assert taken(returned, **given, photo=STANDS)["photo"] == STANDS


def test_the_schema_asks_for_what_has_no_default(returned):
    schema = json_schema(returned)
    shapes = schema["properties"]

    assert schema["required"] == ["vendor", "note_number"]
    assert shapes["carriage"]["default"] == {"amount": 11_800, "currency": "INR"}
    assert shapes["due_on"]["description"] == "When left out: today+30."
    measure = shapes["goods"]["anyOf"][0]["items"]["properties"]["measure"]
    assert measure["properties"]["unit"]["enum"] == ["NOS", "LTR"]
    assert {"type": "null"} in shapes["photo"]["anyOf"]


def test_a_made_up_example_is_accepted():
    made_up = definition(("example: {vendor: V-001, note_number: BN-7}\n", ""), (
        ', pattern: "[A-Z]+-[0-9]+"', ""))  # fmt: skip
    assert accept(made_up, example(made_up), currency="INR", starts_on=FEBRUARY)["vendor"]


def test_what_cannot_be_compared_is_no_fact(returned):
    content = accept(returned, LEAST | {"photo": STANDS}, currency="INR", starts_on=FEBRUARY)
    assert "photo" not in named_facts(returned, content)
    assert named_facts(returned, content)["weight"] == 1.5
    assert kinds(returned) == {
        "vendor": "text", "note_number": "text", "returned_on": "date", "cause": "choice",
    }  # fmt: skip


def test_a_subject_tells_values_as_people_read_them():
    several = definition(('unit: KGS, decimals: 3, default: "1.5"}', "units: [KGS, TON]}"))
    given = LEAST | {"weight": {"quantity": "2", "unit": "TON"}}
    content = accept(several, given, currency="INR", starts_on=FEBRUARY)
    assert journal.subject(several, content) == "BN-7, 2 TON back to V-001"


def test_a_field_is_edited_where_it_may_be(returned):
    assert policy.editable(returned, "sort", "sorting") == ("story", "goods")
    assert "story" in policy.editable(returned, "correct", "sorting")
    assert "story" not in policy.editable(returned, "correct", "packed")
    assert "goods" in policy.editable(returned, "correct", "packed")


def test_a_unique_field_is_a_key(returned):
    assert [(key.name, key.fields) for key in returned.keys] == [("note_number", ("note_number",))]


def test_it_is_told_in_words(returned):
    told = explained(returned, CATALOG.roles)
    for line in (
        "  Vendor (vendor): the code of a vendor, required",
        "  Invoice (invoice): the reference of a purchase invoice that is completed, "
        "may be left out",
        "  Due on (due_on): a day, when left out today+30",
        "  Weight (weight): a number of kilograms above zero with up to 3 decimals, "
        "when left out 1.5",
        "  What happened (story): lines of up to 200 characters, may be left out, "
        "changed at sorting alone",
        "  Photograph (photo): a file of up to 500KB (image/png), may be left out",
        "  No other process has the same: Note",
    ):
        assert line in told


def test_what_differs_is_told_by_field(returned):
    now = definition(
        ("max_size: 500KB", "max_size: 5MB"),
        ("default: today+30", "default: today+45"),
        ("to: vendor,", "to: customer,"),
    )
    told = {(each.path, each.before, each.after) for each in differences(returned, now)}
    assert told == {
        ("fields.photo.max_size", "500KB", "5MB"),
        ("fields.due_on.default", "today+30", "today+45"),
        ("fields.vendor.to", "vendor", "customer"),
    }


def test_the_key_of_a_file_is_its_bytes_whatever_it_is_called():
    by_photo = definition(
        ("label: Photograph,", "label: Photograph, required: true, unique: true,"),
        ("note_number: BN-7}", f"note_number: BN-7, photo: {UPLOAD}}}"),
    )
    renamed = STANDS | {"name": "again.png", "document": "att_" + "1" * 26}
    one, other = (LEAST | {"photo": photo} for photo in (STANDS, renamed))
    assert store.keys(by_photo, one)["photo"] == "0" * 64
    assert store.keys(by_photo, one) == store.keys(by_photo, other)
