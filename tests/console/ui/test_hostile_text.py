"""Text from outside never acts: no markup, no escape, no link, whatever field it came into."""

import pytest
from sqlalchemy import update

from plans.tables import Mail
from records.act import Act
from records.duty_log import Entry, append
from records.language import Language, Sentence
from records.tables import DutyRoom, Person, Unit
from schedules.tables import Chase, Finding
from tests.console.scene import PIN, ROOM
from tests.console.ui.painted import console_of, painted, settled

HOSTILE = (
    "A[/]B",
    "A[red]B[/red]",
    "A[@click=app.exit]B[/]",
    "A[",
    "\x1b]0;PWNED\x1b\\A",
    "\x1b]52;c;QUFB\x07A",
    "\x1b[2J\x1b[HA",
    "\x9b2JA",
    "\u202eA\u2066B",
    "\u200bA\ufeffB",
    "line\nbreak\rA\x00B",
)


def poison(scene, text: str) -> None:
    """Put the text into every field that a screen shows, past all cleaning at the border."""
    with scene.database.write() as session:
        session.execute(update(DutyRoom).values(name=text))
        session.execute(update(Person).values(name=text, title=text, body=text))
        session.execute(update(Unit).values(name=text))
        session.execute(update(Mail).values(subject=text, body=text, last_reply=text))
        session.execute(update(Mail).where(Mail.id == 1).values(state="refused"))
        session.execute(update(Chase).values(words=text))
        session.execute(update(Finding).values(explanation=text))
        entry = Entry("note", Sentence("{text}", {"text": text}), "person:p004")
        append(session, ROOM, scene.clock.now(), [entry])
        now = scene.clock.now()
        append(session, ROOM, now, [Entry("x", Sentence("x"), Act(ROOM, now, "p").operator)])


def hostile_in(text: str) -> list[str]:
    lines = text.replace("\n", "")
    return [character for character in lines if not character.isprintable()]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_screen_lets_a_text_act(scene, tmp_path, text) -> None:
    scene.actions.sign_in(by="post:secondary", pin=PIN, reason="late")
    poison(scene, text)
    app = console_of(scene, tmp_path, Language.ZH)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for keys in (["enter"], ["escape", "f4"], ["ctrl+t"], ["escape", "f7"], ["f8"], ["f2"]):
            await pilot.press(*keys)
            await settled(pilot)
            assert hostile_in(painted(app)) == []
        await pilot.press("f3")
        await settled(pilot)
        assert hostile_in(painted(app)) == []
        assert clickable(app) == []


def clickable(app) -> list[object]:
    """Return the styles that carry an action: none may come from a text."""
    return [
        segment.style.meta["@click"]
        for strip in app.screen._compositor.render_strips()
        for segment in strip
        if segment.style is not None and "@click" in segment.style.meta
    ]


async def test_the_people_that_a_search_finds_are_only_words(scene, tmp_path) -> None:
    poison(scene, "oyjg[@click=app.exit]x[/]\x1b[2J")
    with scene.database.write() as session:
        session.execute(update(Person).values(pinyin="oyjg"))
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        app.screen.query_one("#person").focus()
        await pilot.press(*"oyjg")
        await settled(pilot)
        assert "[@click=app.exit]" in painted(app)
        assert hostile_in(painted(app)) == []
        assert clickable(app) == []
