# SPDX-License-Identifier: GPL-2.0-only
"""Reads tests/vm/suite.toml and tests/vm/*/suite.toml: tests and the virtual hardware they run on.

Called by run, shell and demo. A test on one set of hardware is a Case; its name
is "test" if the test knows one set only, else "test@hardware".
"""
import fnmatch
import functools
import glob
import os
import subprocess
import tomllib

import bmc
import kernel as kernels
from kernel import BUILD, TOP, Trouble

FOLDER = os.path.join(TOP, "tests", "vm")
PROGRAMS = os.path.join(BUILD, "vm", "bin")

SYSRQ = "sysrq triggered crash"         # of the panic of a test that names none

TEST_KEYS = {"about", "program", "on", "load", "append", "seconds", "stacks", "tools", "cpus",
             "parallel", "allow", "allow_in", "require", "forbid", "kernels", "fails", "asked",
             "panic", "panic_says", "skips", "alone", "bmc_require", "bmc_forbid", "boots", "ends", "once", "has", "memory", "host"}
HARDWARE_KEYS = {"about", "has", "stacks", "qemu", "append", "arch", "board", "tree", "bmc", "load",
                 "emulator"}


class Case:
    def __init__(self, name, test, hardware, on):
        self.name, self.about, self.on = name, test["about"], on
        self.program = test["program"]
        self.load = test.get("load", hardware.get("load", ["modprobe ipmi_si",
                                                           "modprobe ipmi_devintf"]))
        self.append = f'{hardware.get("append", "")} {test.get("append", "")}'.strip()
        self.devices = hardware["qemu"]
        self.arch = hardware.get("arch", kernels.HOST.name)
        self.board = hardware.get("board", "pc")
        self.tree = tree_of(hardware)
        self.bmc = hardware.get("bmc")
        self.emulator = hardware.get("emulator")
        self.seconds = test.get("seconds", 30)
        self.stacks = [stack for stack in test.get("stacks", ["ours", "intree"])
                       if stack in hardware.get("stacks", [stack])]
        self.tools = test.get("tools", False)
        self.has = test.get("has", []) + hardware.get("has", [])
        self.cpus = test.get("cpus", 2)
        # half of it holds the file system, which is larger with tools
        self.memory = test.get("memory", 768 if self.tools else 512)
        self.parallel = test.get("parallel", False)
        self.allow = test.get("allow", [])
        self.allow_in = test.get("allow_in", [])
        self.require = test.get("require", [])
        self.forbid = test.get("forbid", [])
        self.fails = test.get("fails")
        self.kernels = test.get("kernels", [])
        asked = test.get("asked", False)
        self.asked = on in asked if isinstance(asked, list) else asked
        self.panic = test.get("panic")
        self.panic_says = test.get("panic_says", SYSRQ if self.panic else None)
        self.skips = test.get("skips", [])
        self.bmc_require = test.get("bmc_require", [])
        self.bmc_forbid = test.get("bmc_forbid", [])
        self.boots = test.get("boots", 1)
        once = test.get("once", False)
        self.once = on in once if isinstance(once, list) else once
        self.ends = test.get("ends")
        self.alone = test.get("alone", False)
        self.host = test.get("host") and os.path.join(PROGRAMS, test["host"])

    def job(self, stack):
        """The script the guest runs, see tools/vm/guest-init."""
        lines = [f"export VM_STACK={stack} VM_HARDWARE={self.on}"]
        lines += [f"prepare {command}" for command in self.load]
        return "\n".join(lines + [f"run /vm/bin/{self.program}", ""])

    def runs_on(self, kernel):
        return kernel.arch.name == self.arch and (not self.kernels or kernel.names & set(self.kernels))


def tree_of(hardware):
    return "tree" in hardware and os.path.join(FOLDER, hardware["tree"])


def tables():
    """(path, [hardware], [test]) of each file."""
    for path in [os.path.join(FOLDER, "suite.toml")] + sorted(
            glob.glob(os.path.join(FOLDER, "*", "suite.toml"))):
        with open(path, "rb") as f:
            table = tomllib.load(f)
        yield path, table.get("hardware", {}), table.get("test", {})


def names():
    """(name, table) of each test, for who runs none."""
    return [pair for _, _, some in tables() for pair in some.items()]


@functools.cache
def read():
    """({hardware name: table}, [Case]); the same ones every time, because some ask often."""
    hardware, tests, stand_for = {}, {}, bmc.files()
    for path, machines, some in tables():
        for name, entry in machines.items():
            check(path, "hardware", name, entry, HARDWARE_KEYS, hardware)
            entry["qemu"] = [line.format(**stand_for) for line in entry["qemu"]]
            hardware[name] = entry
        for name, test in some.items():
            check(path, "test", name, test, TEST_KEYS, tests)
            test.setdefault("program", name)
            tests[name] = test
    cases = []
    for name, test in tests.items():
        once = test.get("once")
        if isinstance(once, list) and not set(once) < set(test["on"]):
            raise Trouble(f"test.{name}: once must name a part of its hardware, or be true")
        for on in test["on"]:
            if on not in hardware:
                raise Trouble(f"test.{name} names hardware {on}, which is not there")
            full = name if len(test["on"]) == 1 else f"{name}@{on}"
            cases.append(Case(full, test, hardware[on], on))
    return hardware, cases


def hardware(name):
    """One entry, for who runs no test."""
    known, _ = read()
    if name not in known:
        raise Trouble(f"there is no hardware {name}; there are {', '.join(known)}")
    return known[name]


def check(path, kind, name, entry, keys, known):
    if set(entry) - keys:
        raise Trouble(f"{path}: {kind}.{name} has unknown keys: {', '.join(set(entry) - keys)}")
    if name in known:
        raise Trouble(f"{path}: there is a {kind}.{name} in another file already")


def select(cases, patterns):
    """The cases that patterns name: a test, test@hardware or a shell pattern."""
    chosen = []
    for pattern in patterns:
        found = [c for c in cases if fnmatch.fnmatch(c.name, pattern)
                 or fnmatch.fnmatch(c.name.split("@")[0], pattern)]
        if not found:
            raise Trouble(f"no test is called {pattern}; tools/vm/run --list names them")
        chosen += [c for c in found if c not in chosen]
    return chosen or [c for c in cases if not c.asked]


def files(arch):
    """{path in the guest: path here} of all test programs, built if they are not."""
    folder, how = PROGRAMS, []
    if arch.cross:
        folder = os.path.join(BUILD, "vm", arch.name, "bin")
        how = [f"CC={arch.cross}gcc-12", "NARROW=", f"-j{os.cpu_count()}"]
    made = subprocess.run(["make", "-s", "--no-print-directory", "-C", FOLDER, "BIN=" + folder, *how],
                          check=False)
    if made.returncode:
        raise Trouble("the guest's test programs do not compile (see above)")
    return {"vm/bin/" + name: os.path.join(folder, name) for name in os.listdir(folder)}
