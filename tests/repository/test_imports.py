"""Knowledge flows one way, and whatever has no screen runs without the screens' library."""

import subprocess
import sys
from pathlib import Path

from tests.repository.tidy import PACKAGES, ROOT, python_sources

# Imports each module it is given; prints those after which Textual was there.
LOOK = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
    if "textual" in sys.modules:
        print(name)
        break
"""


def _without_screens() -> list[str]:
    """Return the modules that must not know Textual; Alembic's steps run when imported."""
    return [
        source.module
        for source in python_sources(*PACKAGES)
        if not source.path.startswith(("console/ui/", "records/migrations/"))
        and not source.path.endswith("/__main__.py")
    ]


def test_the_import_contracts_hold() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [program, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_whatever_has_no_screen_runs_without_textual() -> None:
    """The command line too: only `duty console` opens the screens, with a late import."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *_without_screens()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
