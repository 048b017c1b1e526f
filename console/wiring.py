"""The composition root: what the house is built from, in the order in which it flows.

settings -> database -> catalogues -> rounds -> Watch, Postman, Actions. Read this file first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from console.actions import Actions, Rules
from plans.rules import load_plan_rules
from records.clock import Clock, SystemClock
from records.database import Database
from records.errors import Unreachable
from records.installation import Installation
from records.language import mark
from records.migrate import upgrade
from records.settings import LoadedSettings, Relay, read_settings
from records.signing import PinSigning, Signing, pin_rules
from schedules.lease import LeaseKeeper
from schedules.roster_rules import load_roster_rules
from schedules.rules import load_schedule_rules

if TYPE_CHECKING:  # the console and most commands need neither scheduler nor mail library
    from plans.channels.letters import Channel
    from plans.command_rules import CommandRules
    from plans.incident_rules import IncidentRules
    from plans.postman import Postman
    from schedules.watch import Watch


@dataclass(frozen=True, slots=True)
class House:
    """An installation, opened: what commands, screens and the watch are given."""

    installation: Installation
    loaded: LoadedSettings
    database: Database
    clock: Clock
    rules: Rules

    @property
    def room_key(self) -> str:
        """Return the room that this installation opens first."""
        return self.loaded.settings.room.key

    def actions(
        self, *, signing: Signing | None = None, after: Callable[[], None] = lambda: None
    ) -> Actions:
        """Return the operator's acts in this installation's room."""
        return Actions(
            self.database,
            self.clock,
            self.room_key,
            self.rules,
            signing or PinSigning(self.rules.pins),
            after=after,
        )


def load_rules(override: Path | None = None) -> Rules:
    """Return all catalogues; CatalogueError names file, table, key and what was expected."""
    return Rules(
        load_schedule_rules(override),
        load_plan_rules(override),
        pin_rules(override),
        load_roster_rules(override),
        cache(partial(_incident_rules, override)),
        cache(partial(_command_rules, override)),
    )


def _command_rules(override: Path | None) -> "CommandRules":
    from plans.command_rules import load_command_rules  # noqa: PLC0415  few commands need them

    return load_command_rules(override)


def _incident_rules(override: Path | None) -> "IncidentRules":
    from plans.incident_rules import load_incident_rules  # noqa: PLC0415  few commands need them

    return load_incident_rules(override)


def open_database(installation: Installation, loaded: LoadedSettings) -> Database:
    """Return the database of the settings, brought to the present tables.

    Raises Unreachable if it cannot be opened.
    """
    url = loaded.settings.database.url
    database = Database.at_url(url) if url else Database.at_path(installation.database_file)
    upgrade(database)
    return database


def open_house(installation: Installation, clock: Clock | None = None) -> House:
    """Open an installation that `duty init` has made; Unreachable if it is not there."""
    if not installation.exists:
        raise Unreachable(
            mark("{folder}中没有值守台数据,请先运行 duty init(试用请加 --demo)。"),
            folder=installation.folder,
        )
    loaded = read_settings(installation)
    return House(
        installation,
        loaded,
        open_database(installation, loaded),
        clock or SystemClock(),
        load_rules(installation.catalogues),
    )


def build_watch(database: Database, rules: Rules, lease: LeaseKeeper | None = None) -> "Watch":
    """Return the watch with its three rounds, in their order."""
    from plans.incident_openings import IncidentOpener  # noqa: PLC0415
    from plans.rounds import DecideAndRaise  # noqa: PLC0415
    from schedules.roster_matters import RosterOpener  # noqa: PLC0415
    from schedules.rounds import LookAtDue, OpenDue  # noqa: PLC0415
    from schedules.watch import Watch  # noqa: PLC0415

    return Watch(
        database,
        OpenDue(
            rules.schedules,
            [
                RosterOpener(rules.rosters),
                IncidentOpener(lambda: rules.incidents, rules.schedules),
            ],
        ),
        LookAtDue(rules.schedules),
        DecideAndRaise(rules.plans),
        lease,
    )


def build_postman(house: House, lease: LeaseKeeper) -> "Postman":
    """Return the postman with the relays of the settings, or with the spool where none is set."""
    from console.mail_texts import words_of  # noqa: PLC0415  only the watch sends mails
    from plans.mail_rules import load_mail_rules  # noqa: PLC0415
    from plans.postman import Postman, Rounds  # noqa: PLC0415

    mail = house.loaded.settings.mail
    rules = load_mail_rules(house.installation.catalogues)
    rounds = Rounds(
        words_of(house.loaded.settings.room.language, house.rules.schedules, house.rules.plans),
        rules.retry_table,
        mail.connections,
        rules.path.troubles,
    )
    return Postman(house.database, house.clock, build_channels(house), rounds, lambda: lease.fence)


def build_channels(house: House) -> "list[Channel]":
    """Return the relays in the order they are tried; the spool alone where no host is set."""
    from plans.channels.email import EmailChannel  # noqa: PLC0415
    from plans.channels.spool import SpoolChannel  # noqa: PLC0415
    from plans.mail_rules import load_mail_rules  # noqa: PLC0415

    mail = house.loaded.settings.mail
    if not mail.relays:
        return [SpoolChannel(house.installation.spool, mail.sender)]
    names = ("first", "second")
    most = load_mail_rules(house.installation.catalogues).final_dot.most.total_seconds()
    return [
        EmailChannel(_relay(name, relay, most))
        for name, relay in zip(names, mail.relays, strict=False)
    ]


def _relay(name: str, relay: Relay, final_dot_most: float):  # type: ignore[no-untyped-def]  # noqa: ANN202  see below
    """Return the channel's own value; its type lives behind the late import."""
    from plans.channels.email import Relay as SmtpRelay  # noqa: PLC0415
    from plans.channels.email import Security  # noqa: PLC0415

    return SmtpRelay(
        name=name,
        host=relay.host,
        port=relay.port,
        security=Security(relay.security.value),
        sender=relay.sender,
        username=relay.username,
        password_file=Path(relay.password_file) if relay.password_file else None,
        ca_file=Path(relay.ca_file) if relay.ca_file else None,
        timeout=relay.timeout.total_seconds(),
        final_dot_most=final_dot_most,
    )
