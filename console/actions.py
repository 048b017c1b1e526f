"""What an operator can do: all areas together, for screens, commands and replay alike."""

from console.acts.alerts import AlertActs
from console.acts.centres import CentreActs
from console.acts.desk import Done, Rules
from console.acts.findings import FindingActs
from console.acts.handovers import HandoverActs
from console.acts.incidents import IncidentActs
from console.acts.log import LogActs
from console.acts.orders import OrderActs
from console.acts.posts import PostActs
from console.acts.reports import ReportActs
from console.acts.rosters import RosterActs
from console.acts.spot_checks import SpotCheckActs

__all__ = ["Actions", "Done", "Rules"]


class Actions(
    PostActs,
    ReportActs,
    AlertActs,
    FindingActs,
    LogActs,
    RosterActs,
    HandoverActs,
    SpotCheckActs,
    IncidentActs,
    CentreActs,
    OrderActs,
):
    """The operator's acts in one room: one action, one instant, one transaction."""
