"""Acts on the duty log: write a line."""

from console.acts.desk import LONGEST_WORDS, Desk, Done
from records.clean_text import clean
from records.duty_log import Entry, append
from records.errors import BadData
from records.language import Sentence, mark


class LogActs(Desk):
    """Acts on the duty log."""

    def add_log(self, *, text: str, by: str | None = None, kind: str = "note") -> Done:
        """Write a line into the duty log."""
        words = clean(text, lines=True, limit=LONGEST_WORDS)
        if not words:
            raise BadData(mark("日志内容不能为空。"))
        with self._act(by) as (session, act):
            entry = Entry(f"log_{kind}", Sentence("{text}", {"text": words}), act.operator)
            seq = append(session, act.room_key, act.at, [entry])
            return Done(Sentence(mark("已记入日志第{seq}条。"), {"seq": seq}), (seq,))
