"""Read-backs: what counts as the same, and what is laid side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.read_backs import Difference, Spoken, differences, spoken_form

ORDERED = Spoken("张村", "500米", "02-17 03:15")


@pytest.mark.rule("R-ORD-02")
def test_what_was_misheard_is_laid_beside_what_was_ordered() -> None:
    read = Spoken("张村", "200米", "3点15分")
    assert differences(ORDERED, read) == (Difference("quantity", "500米", "200米"),)


@pytest.mark.rule("R-ORD-02")
def test_what_was_left_out_is_a_difference_and_what_was_not_ordered_is_none() -> None:
    assert [one.what for one in differences(ORDERED, Spoken())] == ["place", "quantity", "time"]
    assert differences(Spoken(time="18:30"), Spoken("北门", "3车", "18:30")) == ()


@pytest.mark.rule("R-ORD-02")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("500米", "五百 米"),
        ("500米", "500米"),
        ("1,200人", "一千二百人"),
        ("1.5万人", "15000人"),
        ("20人", "二十人"),
        ("105", "一百零五"),
        ("200", "两百"),
        ("10万元", "十万元"),
        ("二〇二六", "2026"),
        ("张村(东)", "张村 东"),
    ],
)
def test_the_same_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert spoken_form(one) == spoken_form(other)


@pytest.mark.rule("R-ORD-02")
@pytest.mark.parametrize(
    ("ordered", "read", "same"),
    [
        ("18:30", "18点半", True),
        ("18:30", "十八时三十分", True),
        ("18:30", "18:03", False),
        ("02-17 03:15", "2026-02-17 03:15", True),
        ("02-17 03:15", "二月十七日三点十五分", True),
        ("02-17 03:15", "02-18 03:15", False),
        ("立即", "马上", False),
        ("18点", "18:00", True),
    ],
)
def test_hours_are_compared_as_hours(ordered: str, read: str, same: bool) -> None:
    found = differences(Spoken(time=ordered), Spoken(time=read))
    assert (found == ()) is same


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_what_is_read_back_word_for_word_is_right(place: str, quantity: str, time: str) -> None:
    said = Spoken(place, quantity, time)
    assert differences(said, said) == ()


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_two_numbers_differ_exactly_where_they_are_not_equal(one: int, other: int) -> None:
    found = differences(Spoken(quantity=f"{one}人"), Spoken(quantity=f"{other} 人"))
    assert (found == ()) is (one == other)
