"""Signing in at a post: the post that is owed is proposed, the PIN is asked."""

from collections.abc import Sequence

from textual.widget import Widget
from textual.widgets import Input

from console.board import PostLine, Presence
from console.ui.desk import Desk, Doing
from console.ui.screens.dialog import Dialog
from console.ui.widgets.choice import Choice
from console.wording import presence_look
from records.errors import BadData
from records.language import mark


class SignInDialog(Dialog):
    """Sign in at a post."""

    AUTO_FOCUS = "#pin"

    def __init__(self, desk: Desk, post_key: str | None = None) -> None:
        """Propose that post; without one, the post that has owed its sign-in for longest."""
        super().__init__(desk)
        self._post_key = post_key

    def title_words(self) -> str:
        """Return what the dialog is about."""
        return self.desk.say(mark("签到"))

    def _posts(self) -> list[PostLine]:
        posts = self.desk.board.posts if self.desk.board else ()
        manned = [
            post for post in posts if post.presence in (Presence.NOT_SIGNED_IN, Presence.SIGNED_IN)
        ]
        return sorted(manned, key=self._turn)

    def _turn(self, post: PostLine) -> tuple[bool, bool, bool]:
        return (
            post.key != self._post_key,
            post.owes_since is None,
            post.presence is not Presence.NOT_SIGNED_IN,
        )

    def fields(self) -> Sequence[tuple[str, Widget]]:
        """Return post, reason and PIN."""
        options = [(f"post:{post.key}", self._words(post)) for post in self._posts()]
        reason = Input(max_length=200, id="reason")
        return (
            (self.desk.say(mark("岗位")), Choice(self.tones, options, place="post")),
            (self.desk.say(mark("说明(迟到时填)")), reason),
            self.pin(),
        )

    def _words(self, post: PostLine) -> str:
        look = presence_look(post.presence, is_owed=post.owes_since is not None)
        words = post.words.said_in(self.desk.language)
        return f"{words} {post.person} {look.said_in(self.desk.language)}"

    def doing(self) -> Doing:
        """Return the sign-in with what was entered."""
        post = self.chosen("post")
        if post is None:
            raise BadData(mark("当前没有须签到的班次,请先发布值班表。"))
        pin, reason, desk = self.typed("pin"), self.typed("reason"), self.desk
        return lambda: desk.house.actions.sign_in(by=post, pin=pin, reason=reason).sentence.said_in(
            desk.language
        )
