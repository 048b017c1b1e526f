"""Running `duty` in a test: in this process where that is enough, in its own where it is not."""

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.cli.main import main

PIN = "246810"


@dataclass(frozen=True)
class Ran:
    """What a call printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # a JSON document has no type
        return json.loads(self.out)


def duty(*words: object, data: Path | None = None) -> Ran:
    """Run a call in this process."""
    out, err = io.StringIO(), io.StringIO()
    arguments = [*([] if data is None else ["--data", str(data)]), *map(str, words)]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(arguments)
    return Ran(status, out.getvalue(), err.getvalue())


def own_process(*words: object, data: Path, hash_seed: str = "0") -> Ran:
    """Run a call in a process of its own."""
    done = subprocess.run(
        [*command(data), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdin=subprocess.DEVNULL,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def command(data: Path) -> list[str]:
    return [sys.executable, "-m", "console.cli.main", "--data", str(data)]


def pin_file(folder: Path, pin: str = PIN) -> Path:
    path = folder / "pin"
    path.write_text(pin + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path
