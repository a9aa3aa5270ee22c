# SPDX-License-Identifier: GPL-2.0-only
"""What is measured: the groups, the machines of each, and what their figures mean.

A Boot is one machine of one group; its job is lines for the guest (tests/vm/bench/).
Each line has a case name; a figure of it is known as GROUP/CASE/FIGURE. Called by run.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "vm"))

import suite  # noqa: E402, from ../vm

# -icount: a guest nanosecond is an instruction. What else could differ from run to run is fixed.
ICOUNT = ["-icount shift=0,sleep=off", "-cpu qemu64", "-rtc base=2024-01-01,clock=vm"]
ICOUNT_APPEND = "nokaslr norandmaps"
TRACE = "-d trace:memory_region_ops_read,trace:memory_region_ops_write"

REQUESTS = 100          # of one count
SECONDS = 1             # of one load
SENSORS, RECORDS = 200, 1000

# unit of each figure, and whether more of it is better (+), worse (-), or neither
FIGURES = {
    "ns": ("instructions", "-"), "accesses": ("accesses", "-"),
    "rate": ("/s", "+"), "p50": ("ms", "-"), "p99": ("ms", "-"), "max": ("ms", "-"),
    "added": ("ms", "-"), "cpu": ("ms CPU", "-"), "thread": ("ms CPU", "-"),
    "switches": ("switches", "-"), "wakeups": ("/s", "-"), "wakes": ("/s", ""),
    "slowest": ("of mean", "+"), "wrong": ("answers", "-"), "busy": ("CPUs", "-"),
    "modprobe": ("s", "-"), "first": ("s", "-"), "error": ("s", "-"), "again": ("s", "-"),
    "back": ("s", "-"), "file": ("bytes", "-"), "message": ("bytes", "-"),
    "requests": ("requests", "-"), "times": ("of BMC's own", "-"),
    "wall": ("s", "-"), "processor": ("s CPU", "-"), "text": ("bytes", "-"), "lines": ("of code", "-"),
}

LOAD = ["modprobe ipmi_si", "modprobe ipmi_devintf"]
# as many users as a load has
MANY = "modprobe ipmi_msghandler max_users=100"


class Boot:
    """One machine: hardware of the suite, and (case, command in the guest) in their order."""

    def __init__(self, group, hardware, cases, **options):
        self.group, self.hardware, self.cases = group, hardware, cases
        self.load = options.get("load", suite.hardware(hardware).get("load", LOAD))
        self.program = options.get("program", "bench")
        self.exact = options.get("exact", False)        # -icount
        self.counts = options.get("counts", False)      # register accesses, by QEMU's trace
        self.tools = options.get("tools", False)
        self.has = options.get("has", [])               # as of a test, see ../vm/extra.py
        self.bmc = options.get("bmc")                   # else that of the hardware
        self.rounds = options.get("rounds", True)       # more than one is of use
        self.stacks = options.get("stacks", ["ours", "intree"])    # the others have no such thing
        self.seconds = options.get("seconds", 120)
        self.append = ICOUNT_APPEND if self.exact else ""

    def job(self, stack):
        lines = [f"export VM_STACK={stack} VM_HARDWARE={self.hardware}"]
        lines += [f"prepare {command}" for command in self.load]
        for case, command in self.cases:
            lines += [f"say case {case}", f"run /vm/bin/{self.program} {command}"]
        return "\n".join(lines + [""])


def instructions():
    """Guest instructions and register accesses of a Get Device ID: exact, so once is enough."""
    for hardware in ("kcs", "kcs-polled", "bt", "bt-polled"):
        yield Boot("instructions", hardware, [(hardware, f"count {REQUESTS}")], exact=True,
                   counts=True, rounds=False)


# of a BMC that thinks 1 ms: what each byte costs it, in us
BYTES = (0, 3, 35, 100)
SINGLE = [(think, 1) for think in ("0", "1", "5", "erratic")] + [("1", 8), ("1", 64)]
EVERY = [(think, users) for think in ("0", "1", "5", "erratic") for users in (1, 8, 64)]


def loads(group, thoughts):
    """A machine of each kind, with each (milliseconds the BMC thinks, users)."""
    for hardware in ("host-kcs", "host-kcs-polled", "host-bt", "host-bt-polled", "host-smic"):
        name = hardware.removeprefix("host-")
        cases = [(f"{name} {think}{'' if think == 'erratic' else ' ms'}"
                  f"{f', {users} users' if users > 1 else ''}",
                  f"load {think} {users} {SECONDS}") for think, users in thoughts]
        yield Boot(group, hardware, cases, bmc="smic" if name == "smic" else "fast",
                   load=[MANY] + suite.hardware(hardware).get("load", LOAD))


def load():
    """Rate, latency and processor time under load, with BMCs that think for some time."""
    yield from loads("load", SINGLE)
    # QEMU's SSIF and a BMC that thinks do not go together, so there it is tests/modules/ssif_fake_main.c
    cases = [(f"ssif {think} ms{f', {users} users' if users > 1 else ''}",
              f"load {think} {users} {SECONDS}") for think in (1, 6, 20) for users in (1, 8)]
    yield Boot("load", "none", cases, load=[
        MANY, "modprobe i2c_smbus", "insmod /vm/modules/ssif_fake.ko",
        "modprobe ipmi_ssif addr=0x10 adapter_name=ssif_fake", "modprobe ipmi_devintf"])
    for hardware in ("ssif-q35", "ssif-pc"):
        cases = [(f"{hardware}{f', {users} users' if users > 1 else ''}",
                  f"load as-it-is {users} {SECONDS}") for users in (1, 8, 64)]
        yield Boot("load", hardware, cases, load=[MANY] + suite.hardware(hardware)["load"])


def timed():
    """Load with BMCs that take their time over bytes and answers by the guest's clock: exact."""
    for hardware in ("timed-kcs", "timed-kcs-polled", "timed-bt", "timed-bt-polled"):
        name = hardware.removeprefix("timed-")
        cases = [(f"{name} {think}{'' if think == 'erratic' else ' ms'}"
                  f"{f', {users} users' if users > 1 else ''}",
                  f"load {think} {users} {SECONDS} bytes=0")
                 for think in ("0", "1", "5", "erratic") for users in (1, 8, 64)]
        cases += [(f"{name} 1 ms, bytes={us}{f', {users} users' if users > 1 else ''}",
                   f"load 1 {users} {SECONDS} bytes={us}") for us in BYTES for users in (1, 8)]
        yield Boot("timed", hardware, cases, exact=True, rounds=False, seconds=1200,
                   load=[MANY] + LOAD)


def matrix():
    """The same for every time that a BMC thinks with every number of users (not by default)."""
    yield from loads("matrix", EVERY)


def idle():
    """What an open device costs when nobody asks anything."""
    for hardware in ("kcs", "kcs-polled", "bt", "bt-polled", "ssif-q35"):
        yield Boot("idle", hardware, [(hardware, "idle 3")])


def start():
    """From modprobe to the first answer."""
    for hardware in ("kcs", "kcs-polled", "bt", "bt-polled"):
        yield Boot("start", hardware, [(hardware, "start ipmi_si ipmi_devintf")], load=[])
    yield Boot("start", "ssif-q35", [("ssif-q35", "start i2c_i801 ipmi_ssif ipmi_devintf")], load=[])


def death():
    """A BMC that falls silent in the middle of a request for 70 s."""
    yield Boot("death", "host-kcs-polled", [("kcs-polled", "death")], rounds=False, seconds=240)


def tools():
    """Whole tools against a BMC with many sensors and a long event log."""
    cases = [("fill", f"fill {SENSORS} {RECORDS}")]
    cases += [(name, f"run {n} {command}") for name, n, command in (
        ("ipmitool sdr", 1, "ipmitool sdr"),
        ("ipmitool sensor list", 1, "ipmitool sensor list"),
        ("ipmitool sel list", 1, "ipmitool sel list"),
        ("ipmi-sensors", 1, "ipmi-sensors --sdr-cache-recreate --quiet-cache"),
        ("16 x ipmitool sensor", 16, "ipmitool sensor list"))]
    for hardware in ("host-kcs-polled",):
        name = hardware.removeprefix("host-")
        yield Boot("tools", hardware, [("delay", "think 0.5")] +
                   [(f"{name}: {case}", command) for case, command in cases],
                   program="bench_tools", tools=True, bmc="fast", rounds=False, seconds=300)


def vbmc():
    """ipmi_vbmc with a program that answers at once: the core and two devices, no hardware; exact."""
    cases = [("vbmc", f"serve count {REQUESTS}")]
    cases += [(f"vbmc, {users} user{'s' if users > 1 else ''}", f"serve load as-it-is {users} {SECONDS}")
              for users in (1, 8, 64)]
    yield Boot("vbmc", "none", cases, exact=True, rounds=False, stacks=["ours"], seconds=600,
               load=[MANY, "modprobe ipmi_vbmc", "modprobe ipmi_devintf"])


def sensors():
    """All of 211 sensors by whoever scrapes them; ipmi_hwmon by itself, and its cache."""
    fetch = "busybox wget -qO /dev/null http://127.0.0.1:9100/metrics"
    exporter = ("busybox ifconfig lo 127.0.0.1 up; prometheus-node-exporter --collector.disable-defaults"
                f" --collector.hwmon --web.listen-address=127.0.0.1:9100 & until {fetch}; do sleep 1; done")
    slow = "for f in /sys/class/hwmon/*/update_interval; do echo 60000 >$f; done"
    cases = [("appears, of a BMC that thinks 5 ms", "appear 5"), ("delay", "think 0.5")]
    cases += [(name, f"scrape {command}") for name, command in (
        ("sensors, the first time", "sensors"),
        ("slow", f"sh -c '{slow}; sensors'"),
        ("sensors", "sensors"),
        ("exporter", f"sh -c '{exporter}'"),
        ("node_exporter", fetch),
        ("ipmitool sensor", "ipmitool sensor"),
        ("ipmi-sensors, the first time", "ipmi-sensors --sdr-cache-recreate --quiet-cache"),
        ("ipmi-sensors", "ipmi-sensors --quiet-cache"))]
    yield Boot("sensors", "host-kcs", cases, load=LOAD + ["/vm/bin/hwmon fill"],
               program="bench_tools", tools=True,
               has=["scrapers"], bmc="fast", stacks=["ours"], seconds=300)


def memory():
    """Of an open file, and of an answer that nobody has fetched yet."""
    yield Boot("memory", "kcs", [("kcs", "memory")], rounds=False)


GROUPS = {g.__name__: g for g in (instructions, timed, vbmc, load, idle, start, death, tools, sensors,
                                  memory, matrix)}
