"""The kinds of the contract are there and are found as an officer types them."""

from pathlib import Path

import pytest

from plans.command_centres import load_command_centres
from plans.incident_kinds import Family
from plans.incident_rules import load_incident_rules
from records.errors import BadData
from records.pinyin import unit_keys

KINDS = load_incident_rules().kinds

# Two slugs with their names on each line, as in the contract.
CONTRACT_TEXT = """
nat.flood 洪涝 acc.mine.coal 煤矿事故 nat.drought 干旱 acc.mine.noncoal 非煤矿山事故
nat.weather.rain 暴雨 acc.mine.tailings 尾矿库事故 nat.weather.snow_ice 低温雨雪冰冻
acc.hazmat 危险化学品事故 nat.weather.wind_hail 大风冰雹 acc.fireworks 烟花爆竹事故
nat.weather.fog 大雾 acc.industry 工矿商贸其他事故(含有限空间) nat.weather.heat 高温
acc.special_equipment 特种设备事故 nat.earthquake 地震 acc.construction 建筑施工事故
nat.geo.landslide 滑坡 acc.fire 火灾 nat.geo.collapse 崩塌 acc.traffic.road 道路交通事故
nat.geo.debris_flow 泥石流 acc.traffic.rail 铁路交通事故 nat.geo.subsidence 采空塌陷
acc.traffic.water 水上交通事故 nat.forest_fire 森林草原火灾 acc.traffic.air 民航事故
health.epidemic 传染病疫情 acc.utility.gas 城镇燃气事故 health.food 食品安全事件
acc.utility.power 大面积停电 health.animal 动物疫情 acc.utility.water 供水中断
social.incident 社会安全事件 acc.environment 突发环境事件
"""
CONTRACT = CONTRACT_TEXT.split()


def found(typed: str) -> list[str]:
    return [kind.slug for kind in KINDS.find(typed)]


def test_the_34_kinds_of_the_contract_with_their_names() -> None:
    assert len(KINDS.kind) == 34
    named = {kind.slug: kind.name for kind in KINDS.kind}
    assert named == dict(zip(CONTRACT[::2], CONTRACT[1::2], strict=True))
    assert all(kind.words.zh and kind.words.en for kind in KINDS.kind)
    assert all(kind.gbt35561_code is None for kind in KINDS.kind)


def test_each_kind_belongs_to_the_family_of_its_slug() -> None:
    families = {
        "nat": Family.NATURAL_DISASTER,
        "acc": Family.ACCIDENT,
        "health": Family.PUBLIC_HEALTH,
        "social": Family.SOCIAL_SECURITY,
    }
    assert all(kind.family is families[kind.slug.split(".")[0]] for kind in KINDS.kind)


def test_deaths_count_seven_days_for_road_traffic_and_fire_and_thirty_else() -> None:
    short = [kind.slug for kind in KINDS.kind if kind.death_window_days == 7]
    assert short == ["acc.fire", "acc.traffic.road"]
    assert {kind.death_window_days for kind in KINDS.kind} == {7, 30}


def test_every_kind_of_a_command_centre_exists() -> None:
    led = {kind for centre in load_command_centres().centre for kind in centre.kinds}
    assert led <= set(KINDS.slugs)


@pytest.mark.parametrize("kind", KINDS.kind, ids=lambda kind: kind.slug)
def test_a_kind_is_found_first_by_its_slug_its_names_and_its_initials(kind) -> None:
    assert found(kind.slug)[0] == kind.slug
    assert found(kind.name)[0] == kind.slug
    assert found(kind.name_en.upper())[0] == kind.slug
    assert kind.slug in found(kind.pinyin.split()[0])
    for word in kind.also:
        assert found(word)[0] == kind.slug


def test_a_kind_is_found_by_what_an_officer_types() -> None:
    assert found("mksg") == ["acc.mine.coal"]
    assert found("mei kuang")[0] == "acc.mine.coal"
    assert found("车祸") == ["acc.traffic.road"]
    assert found("火")[:2] == ["acc.fire", "nat.forest_fire"]
    assert found("acc.traffic") == [slug for slug in KINDS.slugs if "traffic" in slug]
    assert found("\uff2d\uff2b\uff33\uff27") == found(
        "mksg"
    )  # full-width letters of a Chinese keyboard
    assert found("煤气罐车") == []
    assert found("") == list(KINDS.slugs)


def test_an_unknown_slug_names_the_nearest() -> None:
    assert KINDS.by_slug("acc.mine.coal").name == "煤矿事故"
    with pytest.raises(BadData, match=r"acc\.mine\.coal"):
        KINDS.by_slug("acc.mine.cole")
    with pytest.raises(BadData, match="—"):
        KINDS.by_slug("???")


def test_a_list_of_kinds_means_slugs_and_whole_parts_of_them() -> None:
    coal = KINDS.by_slug("acc.mine.coal")
    assert coal.belongs_to(("*",))
    assert coal.belongs_to(("nat", "acc.mine"))
    assert coal.belongs_to(("acc.mine.coal",))
    assert not coal.belongs_to(("acc.mi", "acc.mine.noncoal", "nat"))
    assert not coal.belongs_to(())


def test_the_pinyin_of_the_catalogue_is_what_would_be_made_from_its_words() -> None:
    for kind in KINDS.kind:
        words = [kind.name.removesuffix("(含有限空间)"), *kind.also]
        assert set(kind.pinyin.split()) == {key for w in words for key in unit_keys(w).split()}


def test_pinyin_that_a_catalogue_leaves_out_is_made_from_name_and_words(tmp_path: Path) -> None:
    shipped = Path("plans/catalogue/incident_kinds.toml").read_text(encoding="utf-8")
    lines = [line for line in shipped.splitlines() if not line.startswith("pinyin = ")]
    (tmp_path / "incident_kinds.toml").write_text("\n".join(lines), encoding="utf-8")
    kinds = load_incident_rules(tmp_path).kinds
    assert [kind.slug for kind in kinds.find("mksg")] == ["acc.mine.coal"]
    assert kinds.by_slug("acc.traffic.road").pinyin == KINDS.by_slug("acc.traffic.road").pinyin
