"""LogList: the whole duty log as one list; pages come by worker, only what is seen is loaded."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from textual.message import Message

from console.ui.text import Line, Piece
from console.ui.widgets.lines import LineList, LineRow

if TYPE_CHECKING:
    from records.duty_log import Recorded

PAGE = 200
PAGES_KEPT = 16


class LogList(LineList):
    """The log, newest on top: line `y` is entry `head - y`; or the entries a search found."""

    class Wanted(Message):
        """A page is to be seen that is not there: the entries below this number."""

        def __init__(self, before_seq: int) -> None:
            self.before_seq = before_seq
            super().__init__()

    def __init__(self, tones: Mapping[str, Style], loading: str, *, place: str) -> None:
        """Take the words that stand where a page is still being loaded."""
        super().__init__(tones, place=place)
        self.head = 0
        self._loading = LineRow((Piece(loading, "muted"),))
        self._pages: OrderedDict[int, Mapping[int, Recorded]] = OrderedDict()
        self._asked: set[int] = set()
        self._found: list[Recorded] | None = None
        self._is_found_complete = False

    def follow(self, head: int) -> None:
        """Take in that the log has grown; who reads further down keeps the place."""
        if self._found is not None or head == self.head:
            self.head = max(self.head, head)
            return
        grown = head - self.head
        was_at_top = self.cursor == 0
        self.head = head
        # The page that was incomplete at its newer end is read again.
        self._pages.pop((head - grown - 1) // PAGE, None)
        self._asked.clear()
        if was_at_top:
            self._settle()
        else:
            place = self.scroll_offset.y + grown
            self.cursor += grown
            self._settle()
            self.scroll_to(y=place, animate=False)

    def keep(self, entries: "Sequence[Recorded]", before_seq: int) -> None:
        """Keep a page that was loaded."""
        number = (before_seq - 2) // PAGE
        self._asked.discard(number)
        self._pages[number] = {entry.seq: entry for entry in entries}
        self._pages.move_to_end(number)
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        self.refresh()

    def show_found(self, entries: "Sequence[Recorded] | None", *, is_more: bool = False) -> None:
        """Show what a search found, or with None the whole log again."""
        self._found = None if entries is None else list(entries)
        self._is_found_complete = not is_more
        self._asked.clear()
        self.cursor = 0
        self._settle()
        self.scroll_to(y=0, animate=False)

    def add_found(self, entries: "Sequence[Recorded]", *, is_more: bool) -> None:
        """Add the next page of what a search found."""
        if self._found is not None:
            self._found += entries
            self._is_found_complete = not is_more
            self._asked.clear()
            self._settle()

    def count(self) -> int:
        """Return how many lines there are."""
        return self.head if self._found is None else len(self._found)

    def entry(self, number: int) -> "Recorded | None":
        """Return the entry of a line, or None while it is not loaded (then it is asked for)."""
        if self._found is not None:
            if number >= len(self._found) - 1 and not self._is_found_complete and self._found:
                self._ask(-1, self._found[-1].seq)
            return self._found[number]
        seq = self.head - number
        page = (seq - 1) // PAGE
        if page in self._pages and seq in self._pages[page]:
            self._pages.move_to_end(page)
            return self._pages[page][seq]
        self._ask(page, (page + 1) * PAGE + 1)
        return None

    def _ask(self, page: int, before_seq: int) -> None:
        if page not in self._asked:
            self._asked.add(page)
            self.post_message(self.Wanted(before_seq))

    def ask_again(self) -> None:
        """Forget what was asked for and has not come."""
        self._asked.clear()
        self.refresh()

    def row(self, number: int) -> LineRow:
        """Return a line by its number from the top."""
        entry = self.entry(number)
        return self._loading if entry is None else LineRow(self.line_of(entry), entry.seq)

    def line_of(self, entry: "Recorded") -> Line:
        """Return the pieces of one entry; the screen gives the words."""
        return (Piece(entry.text),)
