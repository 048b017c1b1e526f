"""How strongly a command centre is staffed: its cells, what its level requires, what is lacking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from plans.activations import Activation, Calling, require_may, store_state
from plans.command_states import ActivationState
from plans.command_tables import CentreStaffing
from plans.grades import ResponseLevel
from plans.response_levels import ResponseLevels
from records.act import Act
from records.duty_log import Entry, append
from records.errors import BadData
from records.language import Bilingual, Sentence, mark


@dataclass(frozen=True, slots=True)
class Shortage:
    """A cell that has fewer people than its level requires."""

    cell: str
    strength: int
    required: int


@dataclass(frozen=True, slots=True)
class Needed:
    """What a level requires: people of each cell, and what the cells are called."""

    required: Mapping[str, int]
    words: Mapping[str, Bilingual]


def needed_at(level: ResponseLevel, levels: ResponseLevels) -> Needed:
    """Return what a level requires of a centre."""
    return Needed(levels.required_strength(level), {each.key: each.words for each in levels.cell})


def staff(
    session: Session,
    act: Act,
    calling: Calling,
    activation: Activation,
    present: Mapping[str, int],
    needed: Needed,
) -> list[Shortage]:
    """Record how many people the cells have; return where people are lacking.

    A centre is staffed once no cell lacks anybody; what was entered before is kept, and counts for
    the cells that are not named now. Raises BadData for an unknown cell or a negative number,
    WrongState if the centre is not activated.

    Rule: R-CMD-07
    """
    require_may(activation, ActivationState.STAFFED, calling.centres)
    words = needed.words
    for cell, count in present.items():
        if cell not in words or count < 0:
            raise BadData(
                mark("没有工作组“{cell}”或人数不对;工作组有 {known}。"),
                cell=cell,
                known="、".join(words),
            )
    required = needed.required
    _insert_staffing(session, act, activation.id, present, required)
    now = {**dict.fromkeys(required, 0), **read_staffing(session, activation.id)}
    lacking = [
        Shortage(cell, now[cell], need) for cell, need in required.items() if now[cell] < need
    ]
    if not lacking and activation.staffed_at is None:
        store_state(
            session, activation, ActivationState.STAFFED, staffed_at=act.at, by=act.operator
        )
    _record_staffing(session, act, calling, activation, lacking, words)
    return lacking


def _insert_staffing(
    session: Session,
    act: Act,
    activation_id: int,
    present: Mapping[str, int],
    required: Mapping[str, int],
) -> None:
    if present:
        session.execute(
            insert(CentreStaffing),
            [
                {
                    "activation_id": activation_id,
                    "at": act.at,
                    "entered_by": act.operator,
                    "cell": cell,
                    "strength": count,
                    "required": required[cell],
                }
                for cell, count in present.items()
            ],
        )


def _record_staffing(
    session: Session,
    act: Act,
    calling: Calling,
    activation: Activation,
    lacking: Sequence[Shortage],
    words: Mapping[str, Bilingual],
) -> None:
    centre = calling.centres.by_key(activation.centre_key).words
    if lacking:
        names = Sentence(
            "、".join(f"{{c{n}}} {{s{n}}}/{{r{n}}}" for n in range(len(lacking))),
            {
                f"{letter}{n}": value
                for n, each in enumerate(lacking)
                for letter, value in (
                    ("c", words[each.cell]),
                    ("s", each.strength),
                    ("r", each.required),
                )
            },
        )
        sentence = Sentence(
            mark("{centre}到岗人数不足:{cells}。"), {"centre": centre, "cells": names}
        )
    else:
        sentence = Sentence(mark("{centre}各工作组人员到齐。"), {"centre": centre})
    data = {"lacking": [[each.cell, each.strength, each.required] for each in lacking]}
    entry = Entry("staff_centre", sentence, act.operator, activation.subject, data)
    append(session, act.room_key, act.at, [entry])


def read_staffing(session: Session, activation_id: int) -> dict[str, int]:
    """Return the strength of each cell as it was entered last."""
    latest = (
        select(func.max(CentreStaffing.id))
        .where(CentreStaffing.activation_id == activation_id)
        .group_by(CentreStaffing.cell)
    )
    rows = session.execute(
        select(CentreStaffing.cell, CentreStaffing.strength).where(CentreStaffing.id.in_(latest))
    )
    return {row.cell: row.strength for row in rows}
