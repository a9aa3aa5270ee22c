# SPDX-License-Identifier: GPL-2.0-only
"""Boots one machine of the plan with one stack, and takes its figures. Called by run and guard."""
import os
import re

import plan
import extra
import suite
from kernel import BUILD, Trouble
from machine import Machine

FOLDER = os.path.join(BUILD, "bench")
REGISTER = re.compile(r"name '(ipmi-(?:kcs|bt|smic)|ioport80)'")
VALUE = re.compile(r"value (0x[0-9a-f]+|\d+)")


def boots(names):
    """What was asked for, in the plan's order."""
    wanted = []
    for name in names or [g for g in plan.GROUPS if g != "matrix"]:
        group, _, hardware = name.partition("@")
        if group not in plan.GROUPS:
            raise Trouble(f"there is no group {group}; there are {', '.join(plan.GROUPS)}")
        found = [b for b in plan.GROUPS[group]() if hardware in ("", b.hardware)]
        if not found:
            raise Trouble(f"{group} does not run on {hardware}")
        wanted += found
    return wanted


def accesses(path, requests):
    """Register accesses of one request, between the marks on port 80h; the fewest of the runs."""
    counts, count, inside = [], 0, False
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f:
            m = REGISTER.search(line)
            if not m:
                continue
            if m[1] == "ioport80":
                value = VALUE.search(line)
                mark = int(value[1], 0) if value else 0
                if mark == 0x12 and inside:
                    counts.append(count / requests)
                inside, count = mark == 0x11, 0
            elif inside:
                count += 1
    return min(counts) if counts else None


def measure(boot, stack, guest, image, work):
    """{case: {figure: value}} of one machine."""
    hardware = suite.hardware(boot.hardware)
    devices, trace = list(hardware["qemu"]), None
    if boot.exact:
        devices += plan.ICOUNT
    if boot.counts:
        trace = os.path.join(work, "trace")
        devices += [plan.TRACE, f"-D {trace}"]
    log = os.path.join(FOLDER, f"{boot.group}@{boot.hardware}-{stack}.log")
    append = f'{hardware.get("append", "")} {boot.append}'.strip()
    initrd = guest.initrd(boot.job(stack), boot.tools, extra.layers(boot.has, guest.kernel))
    for _ in range(3):
        machine = Machine(image, initrd, devices, log,
                          append=append, cpus=1 if boot.exact else 2,
                          board=hardware.get("board", "pc"), seconds=boot.seconds,
                          memory=1024 if boot.has else 512,
                          parallel=not boot.exact, bmc=boot.bmc or hardware.get("bmc"),
                          emulator=hardware.get("emulator"))
        machine.run()
        # the flaw of parallel emulation, see machine.py; nothing of ours had run yet
        if machine.test:
            break
    machine.must_have_begun()
    said = [line for _, line in machine.test]
    if machine.timed_out or [x for x in said if x.startswith("@vm exit") and x != "@vm exit 0"] \
            or "Bail out!" in " ".join(said) or not any(x.startswith("@vm end") for x in said):
        raise Trouble(f"{boot.group}@{boot.hardware} on the {stack} stack did not come to its end;"
                      f" see {os.path.relpath(log)}:\n  " + "\n  ".join(said[-6:]))
    results, case = {}, None
    for line in said:
        if line.startswith("@vm case "):
            case = line[9:]
        elif line.startswith("bench "):
            _, name, value = line.split()
            results.setdefault(case, {})[name] = float(value)
    if trace:
        count = accesses(trace, plan.REQUESTS)
        os.unlink(trace)
        if count:
            results[boot.cases[0][0]]["accesses"] = count
    return results
