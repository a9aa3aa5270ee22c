# SPDX-License-Identifier: GPL-2.0-only
"""The half of a test that runs here, beside its machine: HostProgram, made by machine.py.

It speaks KTAP, like the half in the guest, and is judged like it. It is a channel of the
machine: what it says goes to the machine's log as "H|" lines.
"""
import os
import subprocess


class HostProgram:
    """A process; limit: seconds after which it is ended, whatever becomes of this one."""
    letter = "H"

    def __init__(self, path, environment, limit):
        self.rest = b""
        self.status = None
        self.process = subprocess.Popen(
            ["timeout", "-k", "5", str(int(limit)), path], env={**os.environ, **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)

    def fileno(self):
        return self.process.stdout.fileno()

    def read(self):
        return os.read(self.process.stdout.fileno(), 65536)

    def lines(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [line.decode(errors="replace") for line in lines]

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate()
        self.status = self.process.returncode
