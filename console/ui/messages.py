"""What workers tell the screens; each carries a finished value, never a session."""

from textual.message import Message

from console.board import Board, LogPage, MailLine, PersonChoice, ReportBoard, Token


class BoardRead(Message):
    """The board was read."""

    def __init__(self, board: Board) -> None:
        self.board = board
        super().__init__()


class TokenSeen(Message):
    """Nothing but perhaps the pulse has changed since the board was read."""

    def __init__(self, token: Token) -> None:
        self.token = token
        super().__init__()


class ReadFailed(Message):
    """The database could not be read; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__()


class ReportsRead(Message):
    """The reports of a day were read."""

    def __init__(self, board: ReportBoard, days_back: int) -> None:
        self.board = board
        self.days_back = days_back
        super().__init__()


class LogPageRead(Message):
    """A page of the log was read, for the place and the search it was wanted for."""

    def __init__(self, page: LogPage, before_seq: int | None, sought: str) -> None:
        self.page = page
        self.before_seq = before_seq
        self.sought = sought
        super().__init__()


class MailsRead(Message):
    """The recent mails were read."""

    def __init__(self, mails: tuple[MailLine, ...]) -> None:
        self.mails = mails
        super().__init__()


class MailTextRead(Message):
    """The words of one mail were read."""

    def __init__(self, mail_id: int, text: str) -> None:
        self.mail_id = mail_id
        self.text = text
        super().__init__()


class PeopleFound(Message):
    """People were found for what was typed."""

    def __init__(self, typed: str, people: tuple[PersonChoice, ...]) -> None:
        self.typed = typed
        self.people = people
        super().__init__()


class ActDone(Message):
    """An act was committed; the sentence says what it did."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__()


class ActRefused(Message):
    """An act was refused; the sentence says by which rule and what to do instead."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__()
