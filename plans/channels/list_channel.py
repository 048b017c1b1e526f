"""A channel that is a list: mails of stories and replays end here, at once and in order."""

from collections.abc import Callable

from plans.channels.letters import Answer, Letter, Outcome


def _accept(_letter: Letter) -> Answer:
    return Answer(Outcome.ACCEPTED, "250 OK")


class ListChannel:
    """Keeps every letter it accepts; `answer` may play a server that refuses or delays."""

    name = "list"

    def __init__(self, answer: Callable[[Letter], Answer] = _accept) -> None:
        """Accept everything unless told otherwise."""
        self.letters: list[Letter] = []
        self._answer = answer

    def take(self, letter: Letter) -> Answer:
        """Return the answer, and keep the letter if it was accepted."""
        answer = self._answer(letter)
        if answer.outcome is Outcome.ACCEPTED:
            self.letters.append(letter)
        return answer
