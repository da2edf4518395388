"""Cells of decision tables: what they hold for, and what cannot be read."""

from decimal import Decimal

import pytest

from domain.definitions.decision_table_cell import Unreadable, read


@pytest.mark.parametrize(
    ("cell", "held", "not_held"),
    [
        ("<= 5", "5 4.9 -1", "5.000001 6"),
        ("< 5", "4.999999", "5 6"),
        (">= 5", "5 5.1", "4.999999"),
        ("> 5", "5.1", "5 4"),
        ("1 .. 5", "1 3 5", "0.9 5.1"),
        ("1..5", "1 3 5", "0.9 5.1"),
        ("1 <= .. <= 5", "1 5", "0.9 5.1"),
        ("1 < .. <= 5", "1.1 5", "1 5.1"),
        ("1 <= .. < 5", "1 4.9", "0.9 5"),
        ("1  <  ..  <  5", "1.1 4.9", "1 5"),
        ("-5 .. -1", "-5 -1", "-5.1 0"),
        ("5", "5 5.000", "5.1"),
        ("1, 3", "1 3", "2"),
        ("< 1, 3 .. 4, > 9", "0 3 4 10", "1 2 5 9"),
        ("not 1, 3 .. 4", "0 2 5", "1 3 4"),
        ("-", "0 1 -1", ""),
        ("", "0 1 -1", ""),
    ],
)
def test_a_cell_of_numbers_reads_as_it_is_written(cell, held, not_held):
    for number in held.split():
        assert read(cell, "number").holds(Decimal(number)), number
    for number in not_held.split():
        assert not read(cell, "number").holds(Decimal(number)), number


@pytest.mark.parametrize(
    ("cell", "held", "not_held"),
    [
        ("Mysuru, Hubballi", ("Mysuru", "Hubballi"), ("Mandya", "mysuru", "Mysuru, Hubballi")),
        ("not Mysuru, Hubballi", ("Mandya",), ("Mysuru", "Hubballi")),
        ('"not known", "a, b"', ("not known", "a, b"), ("known", "a")),
        ('not "not known"', ("known",), ("not known",)),
        ('"-"', ("-",), ("Mysuru",)),
        ("nothing", ("nothing",), ("hing",)),
        (None, ("Mysuru",), ()),
    ],
)
def test_a_cell_of_texts_reads_as_it_is_written(cell, held, not_held):
    for text in held:
        assert read(cell, "text").holds(text), text
    for text in not_held:
        assert not read(cell, "text").holds(text), text


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("number", "about 5"),
        ("number", "1,000"),
        ("number", "1 .."),
        ("number", "1 < .. 5"),
        ("number", "1 .. < 5"),
        ("number", ".. 5"),
        ("number", "=> 5"),
        ("number", "1, , 2"),
        ("number", "1,"),
        ("number", "NaN"),
        ("number", "1e3"),
        ("number", "1234567890123456"),
        ("number", "not"),
        ("number", "50.00 INR"),
        ("number", "not not 5"),
        ("money", "<= 50000"),
        ("money", "<= 50000.005 INR"),
        ("money", "<= 50000.00 INX"),
        ("money", "1.00 INR .. 2.00"),
        ("date", "2026-02-30"),
        ("date", "01-04-2026"),
        ("date", "20260401"),
        ("choice", "<= Mysuru"),
        ("choice", "Mysuru .. Mandya"),
        ("choice", "Mysuru,Mandya"),
        ("choice", 'Mysuru "main"'),
        ("text", "Mysuru, , Mandya"),
    ],
)
def test_what_cannot_be_read_is_told_with_an_example(kind, cell):
    with pytest.raises(Unreadable) as fault:
        read(cell, kind)
    assert fault.value.what.startswith(f"{cell!r} cannot be read as a cell of kind {kind}")
    assert fault.value.cure.startswith("Write it as ")


def test_long_blanks_are_read_at_once():
    with pytest.raises(Unreadable):
        read("1" + " " * 1_900 + ".", "number")
