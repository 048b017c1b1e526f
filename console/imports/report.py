"""What an import did, row by row, as a value; and the one transaction in which it was done."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from console.imports.reading import Table
from records.act import Act
from records.database import Database
from records.duty_log import Entry, append
from records.language import Language, Sentence, mark
from schedules.open_matters import room_zone
from schedules.roster_matters import settle

# Refused rows that the duty log names; the command shows all of them.
ROWS_IN_LOG = 100


class Outcome(StrEnum):
    """What became of a good row."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Understood:
    """A good row: its number in the file, what became of it, and what was read from it."""

    row: int
    outcome: Outcome
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row, or one cell of it, that was not taken; `expected` says why and what was expected."""

    row: int
    field: Sentence
    expected: Sentence

    @property
    def sentence(self) -> Sentence:
        """Return the one line about it."""
        return Sentence(
            mark("第{row}行 {field}:{expected}。"),
            {"row": self.row, "field": self.field, "expected": self.expected},
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """A post that the roster leaves open; it is stored as open, never guessed."""

    row: int
    shift: str
    post: str
    field: Sentence

    @property
    def sentence(self) -> Sentence:
        """Return the one line about it."""
        return Sentence(
            mark("第{row}行 {field}:空缺,{shift} 此岗无人,请补排。"),
            {"row": self.row, "field": self.field, "shift": self.shift},
        )


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The whole account of one import; rows are numbered as the file's own program shows them.

    `taken` counts what is new, `changed` what was there and got something further, `known` what was
    there already, in rows (people, units), shifts (roster) or days (holidays).
    """

    kind: str
    file: str
    sha256: str
    is_dry_run: bool
    taken: int = 0
    changed: int = 0
    known: int = 0
    understood: tuple[Understood, ...] = ()
    refused: tuple[Refusal, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Sentence, ...] = ()

    @property
    def good(self) -> int:
        """Return how much of the file could be used."""
        return self.taken + self.changed + self.known

    @property
    def exit_status(self) -> int:
        """Return 0 if anything of the file was good, 2 if nothing was."""
        return 0 if self.good else 2

    @property
    def summary(self) -> Sentence:
        """Return the account in one line."""
        template = (
            mark(
                "试读{file}(未写入):新{taken},有变动{changed},"
                "已在册{known},未收{refused},空缺{gaps}。"
            )
            if self.is_dry_run
            else mark(
                "导入{file}:新{taken},有变动{changed},已在册{known},未收{refused},空缺{gaps}。"
            )
        )
        return Sentence(
            template,
            {
                "file": self.file,
                "taken": self.taken,
                "changed": self.changed,
                "known": self.known,
                "refused": len(self.refused),
                "gaps": len(self.gaps),
            },
        )

    @property
    def complaints(self) -> tuple[Sentence, ...]:
        """Return what belongs on standard error, one line each: refused, gaps, notes."""
        return (
            *(each.sentence for each in self.refused),
            *(each.sentence for each in self.gaps),
            *self.notes,
        )

    def as_data(self, language: Language) -> dict[str, object]:
        """Return the account for `--json`; sentences in that language, words as identifiers."""
        return {
            "kind": self.kind,
            "file": self.file,
            "sha256": self.sha256,
            "dry_run": self.is_dry_run,
            "taken": self.taken,
            "changed": self.changed,
            "known": self.known,
            "rows": [
                {
                    "row": each.row,
                    "outcome": each.outcome.value,
                    "read": each.sentence.said_in(language),
                }
                for each in self.understood
            ],
            "refused": [
                {
                    "row": each.row,
                    "field": each.field.said_in(language),
                    "expected": each.expected.said_in(language),
                }
                for each in self.refused
            ],
            "gaps": [
                {"row": each.row, "shift": each.shift, "post": each.post} for each in self.gaps
            ],
            "notes": [each.said_in(language) for each in self.notes],
        }


@dataclass(slots=True)
class Findings:
    """What an import collects on its way through a file; turned into a report at the end."""

    understood: list[Understood] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[Sentence] = field(default_factory=list)

    def refuse(self, row: int, label: str, expected: Sentence) -> None:
        """Note a row that is not taken; `label` is a marked heading."""
        self.refused.append(Refusal(row, Sentence(label), expected))

    def count(self, outcome: Outcome) -> int:
        """Return how many rows came out so."""
        return sum(each.outcome is outcome for each in self.understood)


# What the room owed about its roster or its calendar may be done by these imports.
_SETTLES = frozenset({"roster", "holidays"})


def record_import(session: Session, act: Act, report: ImportReport) -> None:
    """Append the one entry of an import, and settle what it brought; nothing if nothing changed."""
    if not report.taken and not report.changed:
        return
    data: dict[str, object] = {
        "file": report.file,
        "sha256": report.sha256,
        "taken": report.taken,
        "changed": report.changed,
        "known": report.known,
        "refused": [each.row for each in report.refused[:ROWS_IN_LOG]],
        "refused_count": len(report.refused),
        "gaps": [[each.shift, each.post] for each in report.gaps],
    }
    entry = Entry(
        f"import_{report.kind}", report.summary, act.operator, f"import:{report.kind}", data
    )
    append(session, act.room_key, act.at, [entry])
    if report.kind in _SETTLES:
        settle(session, act, room_zone(session, act.room_key))


@contextmanager
def one_transaction(database: Database, *, dry_run: bool) -> Iterator[Session]:
    """Give one write session; in a dry run all of it is undone, so that nothing is written."""
    with database.write() as session:
        yield session
        if dry_run:
            session.rollback()


def in_order(refused: Sequence[Refusal]) -> tuple[Refusal, ...]:
    """Return refusals in the order of the file."""
    return tuple(sorted(refused, key=lambda each: each.row))


def note_unknown(findings: Findings, table: Table) -> None:
    """Note which columns of a table were not used."""
    if table.unknown:
        columns = "、".join(table.unknown)
        findings.notes.append(Sentence(mark("这些列没有用到:{columns}。"), {"columns": columns}))
