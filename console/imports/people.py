"""People from an address book (CSV, XLSX) or from a telephone (vCard)."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from sqlalchemy.orm import Session

from console.imports import cells, vcards
from console.imports.cells import BadCell
from console.imports.reading import Column, Form, Row, SourceFile, Table, open_file, read_table
from console.imports.report import (
    Findings,
    ImportReport,
    Outcome,
    Understood,
    in_order,
    note_unknown,
    one_transaction,
    record_import,
)
from records.act import Act
from records.contact_points import Channel
from records.database import Database
from records.language import Sentence, mark
from records.people import EnteredPerson, PersonFacts, enter_people

LARGEST_NUMBER = 99_999

NUMBER = mark("序号")
NAME = mark("姓名")
BODY = mark("单位/科室")
TITLE = mark("职务")
MOBILE = mark("手机")
OFFICE = mark("办公电话")
EMAIL = mark("电子邮箱")
NOTE = mark("备注")

COLUMNS = (
    Column("number", NUMBER, ("序号", "编号", "工号", "No.", "number")),
    Column("name", NAME, ("姓名", "名字", "name"), is_required=True),
    Column(
        "body",
        BODY,
        ("单位/科室", "单位科室", "科室", "部门", "单位", "所在单位", "单位名称", "body"),
        is_required=True,
    ),
    Column("title", TITLE, ("职务", "职位", "岗位职务", "title")),
    Column(
        "mobile",
        MOBILE,
        ("手机", "手机号", "手机号码", "移动电话", "联系电话", "电话", "mobile", "telephone"),
    ),
    Column("office", OFFICE, ("办公电话", "固定电话", "座机", "值班电话", "单位电话", "office")),
    Column("email", EMAIL, ("电子邮箱", "邮箱", "电子邮件", "邮件", "Email", "E-mail", "邮箱地址")),
    Column("note", NOTE, ("备注", "说明", "note")),
)


def import_people(
    database: Database, act: Act, path: Path, *, dry_run: bool = False
) -> ImportReport:
    """Take the people of a file in; return the account of it.

    The same name in the same body is the same person: further contact points are added, nothing
    is replaced. New people get pNNN by their number in the file, else in file order.

    Raises:
        BadFile: The file cannot be read, or is no list of people.
    """
    source = open_file(path)
    findings = Findings()
    facts = list(_facts(source, findings))
    with one_transaction(database, dry_run=dry_run) as session:
        report = _take_in(session, act, (source, dry_run), facts, findings)
        record_import(session, act, report)
    return report


def _take_in(
    session: Session,
    act: Act,
    origin: tuple[SourceFile, bool],
    facts: list[tuple[int, PersonFacts]],
    findings: Findings,
) -> ImportReport:
    source, dry_run = origin
    entered = enter_people(session, act, [each for _, each in facts])
    for (row, person), result in zip(facts, entered, strict=True):
        findings.understood.append(Understood(row, _outcome(result), _read(person, result)))
        has_email = any(each.channel is Channel.EMAIL for each in person.points)
        if result.is_new and not has_email:
            findings.notes.append(
                Sentence(
                    mark("第{row}行 {name}没有电子邮箱,告警邮件发不到。"),
                    {"row": row, "name": person.name},
                )
            )
    return ImportReport(
        kind="people",
        file=source.name,
        sha256=source.sha256,
        is_dry_run=dry_run,
        taken=findings.count(Outcome.NEW),
        changed=findings.count(Outcome.CHANGED),
        known=findings.count(Outcome.KNOWN),
        understood=tuple(findings.understood),
        refused=in_order(findings.refused),
        notes=tuple(findings.notes),
    )


def _outcome(result: EnteredPerson) -> Outcome:
    if result.is_new:
        return Outcome.NEW
    return Outcome.CHANGED if result.added else Outcome.KNOWN


def _read(person: PersonFacts, result: EnteredPerson) -> Sentence:
    return Sentence(
        mark("{id} {name} {body} {title} {points}"),
        {
            "id": result.id,
            "name": person.name,
            "body": person.body,
            "title": person.title,
            "points": " ".join(each.address for each in person.points),
        },
    )


def _facts(source: SourceFile, findings: Findings) -> Iterator[tuple[int, PersonFacts]]:
    """Give each good row's number and person; the others are noted as refused."""
    readers: Iterable[tuple[int, Callable[[], PersonFacts]]]
    if source.form is Form.VCARD:
        readers = (
            (place, partial(_from_card, text))
            for place, text in enumerate(vcards.cards(source), start=1)
        )
    else:
        table = read_table(source, COLUMNS)
        note_unknown(findings, table)
        readers = ((row.number, partial(_from_row, table, row)) for row in table.rows)
    for place, (number, read) in enumerate(readers, start=1):
        try:
            facts = read()
        except BadCell as bad:
            findings.refuse(number, bad.label, bad.expected)
        else:
            yield number, replace(facts, person_id=facts.person_id or f"p{place:03d}")


def _from_row(table: Table, row: Row) -> PersonFacts:
    cells.require_width(table, row)
    return PersonFacts(
        person_id=_number(table.text(row, "number")),
        name=cells.name(NAME, table.text(row, "name")),
        body=cells.name(BODY, table.text(row, "body")),
        title=cells.words(TITLE, table.text(row, "title")),
        note=cells.words(NOTE, table.text(row, "note")),
        points=(
            *cells.points(MOBILE, Channel.TELEPHONE, table.text(row, "mobile")),
            *cells.points(OFFICE, Channel.TELEPHONE, table.text(row, "office")),
            *cells.points(EMAIL, Channel.EMAIL, table.text(row, "email")),
        ),
    )


def _number(text: str) -> str | None:
    if cells.is_nothing(text):
        return None
    digits = unicodedata.normalize("NFKC", text).strip().removeprefix("p")
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits[:9]) <= LARGEST_NUMBER):
        raise BadCell(NUMBER, Sentence(mark("应为 1 至 {limit} 的整数"), {"limit": LARGEST_NUMBER}))
    return f"p{int(digits):03d}"


def _from_card(text: str) -> PersonFacts:
    card = vcards.read_card(text)
    telephones = [cells.points(MOBILE, Channel.TELEPHONE, each) for each in card.telephones]
    emails = [cells.points(EMAIL, Channel.EMAIL, each) for each in card.emails]
    return PersonFacts(
        name=cells.name(NAME, card.name),
        body=cells.name(BODY, card.body),
        title=cells.words(TITLE, card.title),
        note=cells.words(NOTE, card.note),
        points=tuple(chain.from_iterable([*telephones, *emails])),
    )
