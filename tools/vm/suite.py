# SPDX-License-Identifier: GPL-2.0-only
"""Reads tests/vm/suite.toml: the tests and the virtual hardware they run on.

Called by run, shell and demo. A test on one set of hardware is a Case; its name
is "test" if the test knows one set only, else "test@hardware".
"""
import fnmatch
import os
import subprocess
import tomllib

import bmc
from kernel import BUILD, TOP, Trouble

FOLDER = os.path.join(TOP, "tests", "vm")
PROGRAMS = os.path.join(BUILD, "vm", "bin")

TEST_KEYS = {"about", "program", "on", "load", "append", "seconds", "stacks", "tools", "cpus",
             "parallel", "allow", "require", "forbid", "kernels", "fails"}
HARDWARE_KEYS = {"about", "qemu", "append", "board", "bmc"}


class Case:
    def __init__(self, name, test, hardware, on):
        self.name, self.about, self.on = name, test["about"], on
        self.program = test["program"]
        self.load = test.get("load", ["modprobe ipmi_si", "modprobe ipmi_devintf"])
        self.append = f'{hardware.get("append", "")} {test.get("append", "")}'.strip()
        self.devices = hardware["qemu"]
        self.board = hardware.get("board", "pc")
        self.bmc = hardware.get("bmc")
        self.seconds = test.get("seconds", 30)
        self.stacks = test.get("stacks", ["ours", "intree"])
        self.tools = test.get("tools", False)
        self.cpus = test.get("cpus", 2)
        self.parallel = test.get("parallel", False)
        self.allow = test.get("allow", [])
        self.require = test.get("require", [])
        self.forbid = test.get("forbid", [])
        self.fails = test.get("fails")
        self.kernels = test.get("kernels", [])

    def job(self, stack):
        """The script the guest runs, see tools/vm/guest-init."""
        lines = [f"export VM_STACK={stack} VM_HARDWARE={self.on}"]
        lines += [f"prepare {command}" for command in self.load]
        return "\n".join(lines + [f"run /vm/bin/{self.program}", ""])

    def runs_on(self, kernel):
        line = ".".join(kernel.name.split(".")[:2])
        return not self.kernels or line in self.kernels


def read():
    """({hardware name: table}, [Case])"""
    path = os.path.join(FOLDER, "suite.toml")
    with open(path, "rb") as f:
        table = tomllib.load(f)
    hardware = table["hardware"]
    for name, entry in hardware.items():
        check(path, f"hardware.{name}", entry, HARDWARE_KEYS)
        entry["qemu"] = [line.format(**bmc.files()) for line in entry["qemu"]]
    cases = []
    for name, test in table["test"].items():
        check(path, f"test.{name}", test, TEST_KEYS)
        test.setdefault("program", name)
        for on in test["on"]:
            if on not in hardware:
                raise Trouble(f"{path}: test.{name} names hardware {on}, which is not there")
            full = name if len(test["on"]) == 1 else f"{name}@{on}"
            cases.append(Case(full, test, hardware[on], on))
    return hardware, cases


def hardware(name):
    """One entry, for who runs no test."""
    known, _ = read()
    if name not in known:
        raise Trouble(f"there is no hardware {name}; there are {', '.join(known)}")
    return known[name]


def check(path, where, entry, keys):
    if set(entry) - keys:
        raise Trouble(f"{path}: {where} has unknown keys: {', '.join(set(entry) - keys)}")


def select(cases, patterns):
    """The cases that patterns name: a test, test@hardware or a shell pattern."""
    chosen = []
    for pattern in patterns:
        found = [c for c in cases if fnmatch.fnmatch(c.name, pattern)
                 or fnmatch.fnmatch(c.name.split("@")[0], pattern)]
        if not found:
            raise Trouble(f"no test is called {pattern}; tools/vm/run --list names them")
        chosen += [c for c in found if c not in chosen]
    return chosen or cases


def files():
    """{path in the guest: path here} of all test programs, built if they are not."""
    made = subprocess.run(["make", "-s", "--no-print-directory", "-C", FOLDER, "BIN=" + PROGRAMS],
                          check=False)
    if made.returncode:
        raise Trouble("the guest's test programs do not compile (see above)")
    found = {"vm/bin/" + name: os.path.join(PROGRAMS, name) for name in os.listdir(PROGRAMS)}
    return found
