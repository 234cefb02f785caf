"""The one command line, whatever the command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openhall

PUBLISHED = Path(openhall.__file__).parent / "data" / "published_2018.toml"


def test_who_reads_only_the_beginning_sees_no_traceback():
    command = [sys.executable, "-m", "openhall.cli", "audit", str(PUBLISHED)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    running.stdout.close()
    complaint = running.stderr.read().decode()
    running.stderr.close()
    assert running.wait() == 141
    assert "Traceback" not in complaint and "BrokenPipe" not in complaint


def test_an_unknown_command_is_refused_with_the_list():
    done = subprocess.run([sys.executable, "-m", "openhall.cli", "audti"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "analyse" in done.stderr
