"""The painted screen as plain text, and the goldens it is compared with."""

import os
from pathlib import Path

from console.ui.app import DutyConsole
from console.ui.desk import ConsoleHouse
from records.language import Language
from tests.console.scene import Scene

GOLDENS = Path(__file__).parent / "goldens"


def console_of(scene: Scene, folder: Path, language: Language = Language.ZH) -> DutyConsole:
    """Return a console on the scene's own clock; it does not tick by itself."""
    house = ConsoleHouse(
        actions=scene.actions,
        reader=scene.reader,
        fault_file=folder / "faults.log",
    )
    return DutyConsole(scene.clock, lambda: house, language, is_ticking=False)


async def settled(pilot) -> None:
    """Wait until workers and what they led to are done."""
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def painted(app: DutyConsole) -> str:
    """Return what is on the screen, line by line."""
    strips = app.screen._compositor.render_strips()
    width = app.size.width
    lines = ["".join(segment.text for segment in strip) for strip in strips]
    return "\n".join(line.rstrip() for line in lines[: app.size.height]) + f"\n({width})\n"


def styles_of(app: DutyConsole, words: str) -> set[str]:
    """Return the colours in which the piece that holds these words is painted."""
    return {
        str(segment.style)
        for strip in app.screen._compositor.render_strips()
        for segment in strip
        if words in segment.text
    }


def assert_golden(name: str, text: str) -> None:
    """Compare with the golden of that name; UPDATE_GOLDENS=1 writes it anew."""
    path = GOLDENS / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDENS") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
