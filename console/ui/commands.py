"""The palette of commands, in the language of the screens."""

from rich.align import Align
from rich.text import Text
from textual.command import CommandList, CommandPalette, SearchIcon
from textual.widgets.option_list import Option

from console.ui.desk import Desk
from records.language import mark


class DutyPalette(CommandPalette):
    """Textual's palette without its English."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(placeholder=desk.say(mark("输入操作名称…")))
        self._nothing = desk.say(mark("没有此操作"))

    def on_mount(self) -> None:
        """Put a plain mark where Textual has a picture that terminals draw in different widths."""
        self.query_one(SearchIcon).icon = "›"

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """Say in our words that nothing was found; the rest is as in Textual."""
        self._stop_no_matches_countdown()

        def show() -> None:
            if search_value:
                option = Option(
                    Align.center(Text(self._nothing)), disabled=True, id=self._NO_MATCHES
                )
                self.query_one(CommandList).add_option(option)
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, show)
