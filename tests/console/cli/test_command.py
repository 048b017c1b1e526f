"""Command by the command line: centres, responses, orders and plans."""

from pathlib import Path

import pytest

from tests.console.cli.running import Ran, duty, pin_file

HAZMAT = "hazmat_industry"


@pytest.fixture
def leak(demo: Path) -> Path:
    """The sample room with a leak on record."""
    words = ("incident", "receive", "--incident", "a", "--kind", "acc.hazmat", "--place", "2号罐区")
    received = duty(*words, data=demo)
    assert received.status == 0, received.err
    return demo


@pytest.fixture
def pin(tmp_path: Path) -> tuple[str, ...]:
    """A signature of the leader on duty."""
    return ("--by", "post:duty_leader", "--pin-file", str(pin_file(tmp_path)))


def done(ran: Ran) -> Ran:
    assert ran.status == 0, ran.err
    return ran


def test_centres_are_called_activated_staffed_and_listed(leak: Path, pin: tuple[str, ...]) -> None:
    centre = ("incident", "centre", "--incident", "a")
    called = done(duty(*centre, "--state", "proposed", *pin, data=leak))
    assert "危险化学品" in called.err
    commander = ("--signed-by", f"post:{HAZMAT}.commander")
    done(duty(*centre, "--state", "activated", *commander, *pin, data=leak))
    short = done(
        duty(*centre, "--state", "staffed", "--strength", "rescue=1", "--level", "IV", data=leak)
    )
    assert "不足" in short.err
    rows = done(duty(*centre, "--json", data=leak)).document["centres"]
    assert [(row["centre"], row["part"], row["state"]) for row in rows] == [
        (HAZMAT, "lead", "activated"),
        ("fire", "supporting", "proposed"),
        ("environment", "supporting", "proposed"),
        ("general_hq", "informed", "proposed"),
    ]
    assert rows[0]["strength"] == {"rescue": 1}
    assert "已启动" not in done(duty(*centre, data=leak)).err


def test_a_response_is_signed_by_telephone_and_listed(leak: Path, pin: tuple[str, ...]) -> None:
    response = ("incident", "response", "--incident", "a", "--centre", HAZMAT)
    deputy = ("--signed-by", f"post:{HAZMAT}.deputy")
    refused = duty(*response, "--step", "activate", "--level", "III", *deputy, *pin, data=leak)
    assert refused.status == 1
    assert "指挥长" in refused.err
    commander = ("--signed-by", f"post:{HAZMAT}.commander", "--document", "1号令")
    done(duty(*response, "--step", "activate", "--level", "iii", *commander, *pin, data=leak))
    found = done(duty("incident", "response", "--incident", "a", "--json", data=leak)).document
    assert (found["level"], found["issuing_authority"]) == ("III", "centre")
    assert found["steps"][0]["signed_as"] == f"post:{HAZMAT}.commander"
    assert "1号令" in done(duty("incident", "response", "--incident", "a", data=leak)).out


def test_an_order_is_issued_in_two_steps_read_back_and_carried_out(
    leak: Path, pin: tuple[str, ...]
) -> None:
    issue = ("order", "issue", "--incident", "a", "--to", "unit:410421", "--order", "o")
    words = ("--words", "转移", "--place", "张村", "--quantity", "500米", "--time", "18:30")
    order = (*issue, *words, "--within", 30)
    foreseen = duty(*order, *pin, data=leak)
    assert foreseen.status == 1
    assert "--confirm" in foreseen.err
    assert done(duty("order", "list", "--json", data=leak)).document["orders"] == []
    done(duty(*order, "--confirm", *pin, data=leak))
    read = ("order", "acknowledge", "--order", "o", "--place", "张村", "--time", "18点半")
    wrong = duty(*read, "--quantity", "200米", data=leak)
    assert wrong.status == 1
    assert "500米" in wrong.err
    assert "200米" in wrong.err
    done(duty(*read, "--quantity", "五百米", data=leak))
    done(duty("order", "carry-out", "--order", "o", "--result", "转移131人", data=leak))
    rows = done(duty("order", "list", "--incident", "a", "--json", data=leak)).document["orders"]
    assert [(row["state"], [read["is_right"] for read in row["read_backs"]]) for row in rows] == [
        ("carried_out", [False, True])
    ]
    assert "转移" in done(duty("order", "list", data=leak)).out
    assert done(duty("order", "list", "--open", "--json", data=leak)).document["orders"] == []


def test_a_plan_is_chosen_issued_in_one_act_and_its_progress_shown(
    leak: Path, pin: tuple[str, ...]
) -> None:
    plans = done(duty("plan", "list", "--json", data=leak)).document["plans"]
    assert len(plans) == 12
    assert HAZMAT in done(duty("plan", "list", data=leak)).out
    assert duty("plan", "show", "hazmat", data=leak).status == 1
    night = ("--kind", "acc.hazmat", "--at", "2026-02-17T02:44")
    chosen = done(duty("plan", "choose", *night, "--json", data=leak)).document
    assert chosen["plan"] == HAZMAT
    assert any(step["text"].startswith("冬季") for step in chosen["step"])
    issue = ("order", "issue", "--plan", "auto", "--incident", "a", "--county", "unit:410421")
    assert duty(*issue, *pin, data=leak).status == 1
    done(duty(*issue, "--confirm", *pin, data=leak))
    shown = done(duty("plan", "show", HAZMAT, "--incident", "a", "--json", data=leak)).document
    states = {order["state"] for step in shown["step"] for order in step["orders"]}
    assert states == {"issued"}
    assert "issued" in done(duty("plan", "choose", "--incident", "a", data=leak)).out
    assert "两人" not in done(duty("--lang", "en", "plan", "show", HAZMAT, data=leak)).out


def test_a_timeline_of_command_is_told_with_its_ladder_and_its_misheard_order() -> None:
    told = done(duty("replay", Path(__file__).parent / "data/command.toml", "--json"))
    again = done(duty("replay", Path(__file__).parent / "data/command.toml", "--json"))
    assert told.out == again.out
    answer = told.document
    calls = {
        row["owed_by"]: (row["state"], row["late_seconds"])
        for row in answer["obligations"]
        if row["kind"] == "acknowledgement" and row["subject"] == "incident:a"
    }
    assert calls[f"centre:{HAZMAT}"] == ("late", 60)  # 02:13, five minutes, taken on at 02:19
    steps = [
        (alert["as"], alert["ladder_step"], alert["at"][11:16])
        for alert in answer["alerts"]
        if alert["stage"] == "told"
        and alert["about"][0]["owed_by"] == f"centre:{HAZMAT}"
        and alert["about"][0]["subject"] == "incident:a"
    ]
    assert steps == [
        ("commander", 1, "18:13"),
        ("deputy_commander", 2, "18:18"),
        ("office_director", 2, "18:18"),
    ]
    refused = {(row["do"], row["at"][11:16]): row["why"] for row in answer["refused"]}
    assert set(refused) == {("incident response", "18:26"), ("order acknowledge", "18:46")}
    assert "指令“500米”,复诵“200米”" in refused["order acknowledge", "18:46"]
    orders = {row["subject"]: row for row in answer["obligations"] if row["kind"] == "order"}
    assert orders["order:o"]["state"] == "fulfilled"
    assert answer["log"]["verifies"]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("incident", "centre", "--incident", "none", "--state", "proposed"), 1),
        (("incident", "centre", "--incident", "a", "--centre", "flod", "--state", "proposed"), 1),
        (("incident", "centre", "--incident", "a", "--state", "wrong"), 2),
        (
            ("incident", "centre", "--incident", "a", "--state", "staffed", "--strength", "x"),
            2,
        ),
        (("incident", "response", "--incident", "a", "--step", "activate", "--level", "V"), 2),
        (("order", "issue", "--to", "unit:410421", "--words", "x"), 2),
        (("order", "issue", "--to", "unit:none", "--words", "x", "--within", "5"), 1),
        (("order", "carry-out", "--order", "none"), 1),
        (("order", "unable", "--order", "none", "--reason", "x"), 1),
        (("plan", "choose"), 2),
        (("plan", "choose", "--kind", "acc.fyre"), 2),
        (("plan", "show", "flod"), 1),
    ],
)
def test_wrong_calls_change_nothing_and_say_why(
    leak: Path, words: tuple[str, ...], status: int
) -> None:
    before = duty("log", "show", "--json", data=leak).document
    ran = duty(*words, data=leak)
    assert ran.status == status, ran.err
    assert ran.err
    assert duty("log", "show", "--json", data=leak).document == before
