# SPDX-License-Identifier: GPL-2.0-only
"""The BMC of tests/bmc beside one machine: HostBmc, made by machine.py.

It is a channel of the machine: what it notes goes to the machine's log as "B|" lines.
"""
import os
import subprocess
import threading

import bmc
from channel import ProgramChannel
from kernel import BUILD, TOP, Trouble

LOCK = threading.Lock()
FOLDER = os.path.join(BUILD, "bmc")
SHARED = 1 << 20     # bytes that a guest and its SMIC BMC share
SENSORS = 200       # of the one for measurements


def build(target):
    with LOCK:
        made = subprocess.run(["make", "-s", "--no-print-directory", "-C",
                               os.path.join(TOP, "tests", "bmc"), target], check=False)
    if made.returncode:
        raise Trouble("the BMC of tests/bmc does not compile (see above)")


class HostBmc(ProgramChannel):
    """A process that listens at a socket in folder before this returns."""

    def __init__(self, folder, kind):
        """kind: "host", or "fast" for measurements: no sanitizers, many sensors; or "smic",
        "smic,SPACING,SHIFT": behind registers in shared memory, see tests/bmc/README.md."""
        super().__init__("B")
        fast = kind == "fast"
        build("fast" if fast else "all")
        program = os.path.join(FOLDER, "fast" if fast else "bmc")
        path = os.path.join(folder, "bmc")
        smic, _, layout = kind.partition(",")
        link = ["--socket", path]
        # without reconnect QEMU 7.2 crashes at its start
        self.args = ["-chardev", f"socket,id=host,path={path},reconnect=1"]
        if smic == "smic":
            with open(path, "wb") as memory:
                memory.truncate(SHARED)
            link = ["--smic", f"{path},{layout}".rstrip(",")]
            self.args = ["-object", f"memory-backend-file,id=smic,mem-path={path},"
                         f"size={SHARED},share=on"]
        # it ends with its standard input, so with this process too
        self.spawn([program, *link, "--control", os.path.join(folder, "bmc-control"),
                    *bmc.host_arguments(SENSORS if fast else 0)], stdin=subprocess.PIPE)
        self.status = 0
        self.last_words = ""
        said = []
        while not said or said[-1] not in (b"ready\n", b""):
            said.append(self.process.stdout.readline())
        if not said[-1]:
            self.close()
            raise Trouble(f"{program} did not start:\n{b''.join(said).decode(errors='replace')}")

    def close(self):
        try:
            said = self.process.communicate(timeout=5)[0]
        except subprocess.TimeoutExpired:
            self.process.kill()
            said = self.process.communicate()[0]
        self.status = self.process.returncode
        self.last_words = said.decode(errors="replace")
