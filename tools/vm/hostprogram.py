# SPDX-License-Identifier: GPL-2.0-only
"""The half of a test that runs here, beside its machine: HostProgram, made by machine.py.

It speaks KTAP, like the half in the guest, and is judged like it. It is a channel of the
machine: what it says goes to the machine's log as "H|" lines.
"""
from channel import ProgramChannel


class HostProgram(ProgramChannel):
    """A process; limit: seconds after which it is ended, whatever becomes of this one."""

    def __init__(self, path, environment, limit):
        super().__init__("H")
        self.status = None
        self.spawn(["timeout", "-k", "5", str(int(limit)), path], environment=environment)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate()
        self.status = self.process.returncode
