"""`duty import` on the shared sample files: good rows taken, each bad one named, twice is once."""

from pathlib import Path

import pytest

from tests.console.cli.running import duty

DATA = Path(__file__).resolve().parents[2] / "data"
