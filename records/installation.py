"""Where an installation's files lie; what stands in them is read elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

FOLDER_VARIABLE = "DUTY_DATA"
PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Installation:
    """The data folder of one installation."""

    folder: Path

    @property
    def settings_file(self) -> Path:
        """Return where the settings lie."""
        return self.folder / "settings.toml"

    @property
    def database_file(self) -> Path:
        """Return where the embedded database lies."""
        return self.folder / "duty.sqlite3"

    @property
    def catalogues(self) -> Path:
        """Return the folder whose files replace the shipped catalogues of the same name."""
        return self.folder / "catalogue"

    @property
    def spool(self) -> Path:
        """Return the folder of the mails where no mail server is set."""
        return self.folder / "spool"

    @property
    def exports(self) -> Path:
        """Return the folder of what is written for people."""
        return self.folder / "exports"

    @property
    def log_file(self) -> Path:
        """Return where the program notes its own troubles; the duty log is in the database."""
        return self.folder / "program.log"

    @property
    def exists(self) -> bool:
        """Return whether `duty init` has been here."""
        return self.settings_file.is_file()

    def make_folders(self) -> None:
        """Make the folders that are not there yet; the data folder is for its owner only."""
        self.folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        for folder in (self.catalogues, self.spool, self.exports):
            folder.mkdir(mode=PRIVATE, exist_ok=True)


def default_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder named by DUTY_DATA, else this user's data folder on this platform."""
    named = environ.get(FOLDER_VARIABLE, "")
    if named:
        return Path(named).expanduser().absolute()
    return user_data_path("duty-console", appauthor=False)
