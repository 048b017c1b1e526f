"""Installations for the command line's tests: the sample room, and a room of one's own."""

import shutil
from pathlib import Path

import pytest

from tests.console.cli.running import duty


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample room as `duty init --demo` makes it, to be copied."""
    folder = tmp_path_factory.mktemp("demo") / "room"
    made = duty("init", "--demo", data=folder)
    assert made.status == 0, made.err
    return folder


@pytest.fixture
def demo(demo_template: Path, tmp_path: Path) -> Path:
    """A sample room of the test's own."""
    return Path(shutil.copytree(demo_template, tmp_path / "room"))


@pytest.fixture(scope="session")
def own_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own") / "room"
    made = duty("init", "--name", "某市值班室", "--telephone", "0375-1", data=folder)
    assert made.status == 0, made.err
    return folder


@pytest.fixture
def own(own_template: Path, tmp_path: Path) -> Path:
    """A room without people."""
    return Path(shutil.copytree(own_template, tmp_path / "own"))
