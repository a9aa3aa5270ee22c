# SPDX-License-Identifier: GPL-2.0-only
"""The device tree of a machine: QEMU's own, and beside it what a source file adds.

Called by machine.py for hardware that names such a file (tree, in tests/vm/suite.toml).
"""
import os
import subprocess

from kernel import Trouble


def run(*command):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    except FileNotFoundError as missing:
        raise Trouble(f"there is no {command[0]} here; run tools/setup kernels") from missing
    if done.returncode:
        raise Trouble(f"{' '.join(command)}:\n{done.stdout}")


def blob(machine, source, folder):
    """A file for QEMU's -dtb, in folder; machine is a command that starts the same machine."""
    own, added, whole = (os.path.join(folder, name) for name in ("own.dtb", "added.dtbo", "tree"))
    run(*machine, "-machine", f"dumpdtb={own}")
    run("dtc", "-q", "-O", "dtb", "-o", added, source)
    run("fdtoverlay", "-i", own, "-o", whole, added)
    return whole
