"""Units are entered once, stand in a tree, and are found by any spelling."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from records import units
from records.act import Act
from records.contact_points import Channel, Point
from records.database import Database
from records.duty_log import head, verify_chain
from records.errors import BadData, NotFound, Refused, WrongState
from records.units import UnitFacts
from tests.records.instants import AT
from tests.records.test_people import open_room

ACT = Act("r", AT, "room:r")
CATALOGUE = units.load_unit_catalogue()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A write session in a room with one county body and two firms below it."""
    with database.write() as session:
        open_room(session)
        units.enter_units(
            session,
            ACT,
            [
                UnitFacts("叶县利隆化工有限公司", "chem_producer", "410422", unit_id="chem-01"),
                UnitFacts(
                    "叶县应急管理局", "county_body", "410422", unit_id="410422", is_code=True
                ),
                UnitFacts("叶县鑫兴矿业", "mine", "410422", unit_id="u-0003", risk_level="yellow"),
            ],
        )
        yield session
        assert verify_chain(session, "r") == head(session, "r")[0]


def test_words_of_a_list_are_understood() -> None:
    kind = CATALOGUE.kind_named("危化品生产企业")
    assert kind is not None
    assert kind.slug == "chem_producer"
    level = CATALOGUE.risk_level_named("橙色")
    assert level is not None
    assert level.slug == "orange"
    region = CATALOGUE.region_named("高新区")
    assert region is not None
    assert region.code == "410471"
    assert CATALOGUE.risk_level_named("紫") is None
    assert CATALOGUE.region_of("419999") is None


def test_the_twelve_county_regions_are_known() -> None:
    codes = {region.code for region in CATALOGUE.regions if region.code != CATALOGUE.city}
    assert len(codes) == 12


def test_firms_stand_under_the_county_body_of_their_region(session: Session) -> None:
    assert [card.id for card in units.units_below(session, "r", "410422")] == ["chem-01", "u-0003"]
    assert units.reporting_line(session, "r", "u-0003") == ["410422"]
    assert units.reporting_line(session, "r", "410422") == []


def test_a_circle_in_the_tree_is_refused(session: Session) -> None:
    units.place_under(session, ACT, "u-0003", "chem-01")
    assert units.reporting_line(session, "r", "u-0003") == ["chem-01", "410422"]
    with pytest.raises(Refused):
        units.place_under(session, ACT, "410422", "u-0003")
    with pytest.raises(NotFound):
        units.place_under(session, ACT, "410422", "nowhere")


def test_the_same_name_in_a_region_is_the_same_unit(session: Session) -> None:
    point = Point(Channel.EMAIL, "a@duty.example")
    facts = UnitFacts("叶县 鑫兴矿业", "mine", "410422", risk_level="red", points=(point,))
    assert units.add_unit(session, ACT, facts) == ("u-0003", False)
    card = units.unit_card(session, "r", "u-0003")
    assert card.risk_level == "red"
    assert card.emails == ("a@duty.example",)
    before = head(session, "r")
    assert units.add_unit(session, ACT, facts) == ("u-0003", False)
    assert head(session, "r") == before


def test_a_taken_id_gives_the_next_number_of_its_kind(session: Session) -> None:
    firm = UnitFacts("另一家化工", "chem_producer", "410422", unit_id="chem-01")
    assert units.add_unit(session, ACT, firm) == ("chem-02", True)
    mine = UnitFacts("另一家矿业", "mine", "410422", unit_id="u-0003")
    assert units.add_unit(session, ACT, mine) == ("u-0004", True)


def test_a_county_body_is_known_by_its_code(session: Session) -> None:
    facts = UnitFacts("叶县应急局", "county_body", "410422", unit_id="410422", is_code=True)
    assert units.add_unit(session, ACT, facts) == ("410422", False)


def test_what_is_no_unit_is_refused(session: Session) -> None:
    with pytest.raises(BadData):
        units.add_unit(session, ACT, UnitFacts("[bold]x[/]", "mine", "410422"))
    with pytest.raises(NotFound):
        units.add_unit(session, ACT, UnitFacts("某矿", "mine", "410422", parent_id="nowhere"))


@pytest.mark.parametrize("typed", ["鑫兴", "xx", "yxxx", "yexianxinxing", "U-0003"])
def test_a_unit_is_found_by(session: Session, typed: str) -> None:
    assert [card.id for card in units.find_units(session, "r", typed)] == ["u-0003"]


def test_a_retired_unit_is_kept_and_not_found(session: Session) -> None:
    units.retire_unit(session, ACT, "u-0003")
    assert units.find_units(session, "r", "鑫兴") == []
    assert units.list_units(session, "r", kind="mine") == []
    assert len(units.list_units(session, "r", with_retired=True)) == 3
    with pytest.raises(WrongState):
        units.retire_unit(session, ACT, "u-0003")
    with pytest.raises(NotFound):
        units.unit_card(session, "r", "nowhere")
