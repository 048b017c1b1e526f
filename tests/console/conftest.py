"""The evening of the scene, told once and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from records.database import Database
from tests.console.scene import Scene, told_evening


@pytest.fixture(scope="session")
def evening_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of an evening that was told to 17:41."""
    folder = tmp_path_factory.mktemp("evening")
    scene = told_evening(folder, sqlite_template)
    scene.database.close()
    return folder / "scene.sqlite"


@pytest.fixture
def scene(evening_file: Path, tmp_path: Path) -> Iterator[Scene]:
    """The evening at 17:41, with a file of its own."""
    path = Path(shutil.copy(evening_file, tmp_path / "scene.sqlite"))
    found = Scene.reopened(Database.at_path(path, durable=False))
    yield found
    found.database.close()
