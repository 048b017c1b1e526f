"""Which centre leads, which support it, and when General HQ leads or is informed."""

from pathlib import Path

import pytest

from plans.command_centres import CommandCentres, load_command_centres
from plans.command_routing import Routing, route
from plans.command_rules import load_command_rules
from plans.command_states import ActivationState, Part, may_follow
from plans.incident_rules import load_incident_rules
from records.catalogue import load
from records.errors import CatalogueError, NotFound

CENTRES = load_command_centres()
KINDS = load_incident_rules().kinds.slugs


def keys(routing: Routing) -> list[tuple[str, Part]]:
    return [(each.key, each.part) for each in routing.called]


@pytest.mark.rule("R-CMD-01")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_exactly_one_lead(kind: str) -> None:
    routing = route(kind, CENTRES)
    assert [each.part for each in routing.called].count(Part.LEAD) == 1
    leading = CENTRES.leading_in(kind)
    assert routing.lead == (leading.key if leading else "general_hq")


@pytest.mark.rule("R-CMD-01")
@pytest.mark.parametrize("kind", ["health.food", "social.incident", None])
def test_what_no_centre_takes_is_led_by_general_hq(kind: str | None) -> None:
    routing = route(kind, CENTRES, counties=3)
    assert keys(routing) == [("general_hq", Part.LEAD)]
    assert not routing.informs_general_hq


@pytest.mark.rule("R-CMD-02")
def test_a_leak_is_supported_by_fire_and_environment() -> None:
    routing = route("acc.hazmat", CENTRES)
    assert (routing.lead, routing.supporting) == ("hazmat_industry", ("fire", "environment"))


@pytest.mark.rule("R-CMD-02")
def test_a_centre_that_a_person_names_supports_besides_and_nobody_twice() -> None:
    routing = route("acc.fire", CENTRES, also=["traffic", "fire", "traffic", "general_hq"])
    assert (routing.lead, routing.supporting) == ("fire", ("traffic",))


@pytest.mark.rule("R-CMD-03")
@pytest.mark.parametrize(
    ("kind", "counties", "also", "informed"),
    [
        ("acc.fire", 1, (), False),
        ("acc.fire", 0, (), False),
        ("acc.fire", 2, (), True),
        ("acc.fire", 1, ("traffic",), True),
        ("acc.hazmat", 1, (), True),
    ],
)
def test_more_than_one_county_or_two_centres_inform_general_hq(
    kind: str, counties: int, also: tuple[str, ...], informed: bool
) -> None:
    assert route(kind, CENTRES, counties=counties, also=also).informs_general_hq is informed


def test_a_person_may_name_another_lead_and_the_first_one_then_supports() -> None:
    routing = route("acc.fire", CENTRES, also=["traffic"]).led_by("traffic")
    assert keys(routing) == [
        ("traffic", Part.LEAD),
        ("fire", Part.SUPPORTING),
        ("general_hq", Part.INFORMED),
    ]
    assert keys(routing.only("mine", Part.SUPPORTING)) == [
        ("mine", Part.SUPPORTING),
        ("general_hq", Part.INFORMED),
    ]


def test_general_hq_that_takes_command_is_not_informed_besides() -> None:
    routing = route("acc.hazmat", CENTRES).led_by("general_hq")
    assert [part for key, part in keys(routing) if key == "general_hq"] == [Part.LEAD]
    assert "hazmat_industry" in routing.supporting


def test_a_body_is_found_by_key_party_or_name_and_a_wrong_one_names_the_nearest() -> None:
    assert CENTRES.by_key("centre:flood") is CENTRES.by_key("防汛抗旱指挥部")
    assert CENTRES.by_key("general_hq").party == "centre:general_hq"
    with pytest.raises(NotFound, match="flood"):
        CENTRES.by_key("flod")


@pytest.mark.rule("R-CMD-06")
def test_a_centre_goes_from_proposed_to_stood_down_and_never_back() -> None:
    order = list(ActivationState)
    for before in order:
        for after in order:
            if may_follow(before, after) and after is not before:
                assert order.index(after) > order.index(before)
    assert not any(may_follow(ActivationState.STOOD_DOWN, after) for after in order)
    assert may_follow(None, ActivationState.PROPOSED)
    assert not may_follow(None, ActivationState.STAFFED)


SHIPPED = Path("plans/catalogue/command_centres.toml")


def _changed(folder: Path, old: str, new: str) -> Path:
    text = (Path(__file__).parents[2] / SHIPPED).read_text(encoding="utf-8")
    assert text.count(old) >= 1
    (folder / "command_centres.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("count = 11", "count = 12", "12"),
        ('key = "fire"', 'key = "flood"', "flood"),
        ('kinds = ["acc.fire"]', 'kinds = ["nat.flood"]', "nat.flood"),
        ("informed_from_counties = 2", "informed_from_counties = 1", "informed_from_counties"),
        ('supports = ["nat.flood"]', 'supports = ["nat.floood"]', "nat.flood"),
        ('kinds = ["acc.fire"]', 'kinds = ["acc.fyre"]', "acc.fire"),
        ('office = "市火灾', 'offices = "市火灾', "office"),
    ],
)
def test_a_wrong_list_of_centres_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(CatalogueError, match=r"command_centres\.toml") as refused:
        load_command_rules(_changed(tmp_path, old, new))
    assert said in str(refused.value)


def test_a_list_of_the_installation_replaces_the_shipped_one(tmp_path: Path) -> None:
    folder = _changed(tmp_path, "防汛抗旱指挥部", "防汛指挥部")
    assert load("plans", "command_centres", CommandCentres, folder).centre[0].name == "防汛指挥部"
