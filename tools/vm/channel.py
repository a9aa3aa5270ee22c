# SPDX-License-Identifier: GPL-2.0-only
"""What a machine hears while it runs, cut into lines: a channel of QEMU's (machine.py), or a
program beside it (hostbmc.py, ipmisim.py, hostprogram.py)."""
import os
import subprocess

# what is run through this ends with the thread that began it, however that one ends
LEASH = ["setpriv", "--pdeathsig", "TERM"]


class Channel:
    """Its letter begins its lines in the log."""

    def __init__(self, letter):
        self.letter = letter
        self.rest = b""

    def lines(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in lines]


class ProgramChannel(Channel):
    """What a process says."""

    def spawn(self, command, stdin=subprocess.DEVNULL, environment=None):
        self.process = subprocess.Popen(
            LEASH + command, env={**os.environ, **(environment or {})}, stdin=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0, start_new_session=True)

    def fileno(self):
        return self.process.stdout.fileno()

    def read(self):
        return os.read(self.process.stdout.fileno(), 65536)
