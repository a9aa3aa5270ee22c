# SPDX-License-Identifier: GPL-2.0-only
"""Judges a finished boot: KTAP of the test, complaints of the kernel. Called by run and demo.

Each KTAP case counts as one result; what goes wrong around them (no end, a plan
that was not kept, a kernel complaint) counts as one failure each.
"""
import re

from complaints import (IMPATIENT, LEAKS, PANIC, STACK, complaints, only_expected_leaks)

# how many guest seconds in one of the host's are a clock that runs too fast
FAST = 1.5
STAMP = re.compile(r"^\[ *(\d+\.\d+)\]")

CASE = re.compile(r"(ok|not ok) (\d+)(?:\s+-?\s*(.*?))?(?:\s+#\s*(SKIP|TODO|XFAIL)\b\s*(.*))?$")
PLAN = re.compile(r"1\.\.(\d+)$")


class Verdict:
    def __init__(self):
        self.passed = []      # names
        self.failed = []      # (name, why)
        self.skipped = []     # (name, why)
        self.complained = False     # did the kernel's log tell of a fault?

    @property
    def ok(self):
        return bool(self.passed or self.skipped) and not self.failed

    def fail(self, name, why=""):
        self.failed.append((name, why))


# what the kernel says after a panic's notifiers
NOTIFIED = re.compile(r"\] Kernel Offset: |\] Rebooting in ")
SLOW_PANIC = "its notifiers took"


def judge(machine, case, skips=()):
    """The verdict on a machine that has run a case of the suite; skips: patterns of cases that
    it may have skipped."""
    verdict = Verdict()
    lines = [text for _, text in machine.test]
    for boot in boots(lines):
        judge_ktap(boot, verdict, skips)
    judge_end(machine, lines, verdict, case)
    if case.host:
        judge_ktap(machine.said, verdict, skips)
        if machine.host_status:
            verdict.fail("host", f"the exit status of the half that runs here was {machine.host_status}")
    if case.panic_says:
        judge_panic(machine, case, verdict)
    allow = list(case.allow)
    if only_expected_leaks(machine.console, lines, case.allow_in):
        allow.append(LEAKS)
    for line in complaints(machine.console, allow, case.allow_in, case.panic_says):
        verdict.complained = True
        verdict.fail("kernel log", line)
    judge_text("kernel log", machine.console, verdict, case.require, case.forbid)
    judge_text("BMC's log", machine.notes, verdict, case.bmc_require, case.bmc_forbid)
    if not (verdict.passed or verdict.failed or verdict.skipped):
        verdict.fail("cases", "the test ran not a single case")
    return verdict


def inverted(verdict, pattern):
    """The verdict on a test of the harness itself, which has to fail, and so."""
    result = Verdict()
    name = f"fails: {pattern}"
    if any(re.search(pattern, f"{n}: {why}") for n, why in verdict.failed):
        result.passed.append(name)
    else:
        result.fail(name, f"it did not; what failed: {verdict.failed}")
    return result


def boots(lines):
    """The lines of each boot; a reset between them is the test's business."""
    starts = [i for i, line in enumerate(lines) if line.startswith("@vm boot ")] or [0]
    return [lines[a:b] for a, b in zip(starts, starts[1:] + [None])]


def judge_ktap(lines, verdict, skips=()):
    plan, seen, notes = None, 0, []
    for line in lines:
        if line.startswith("Bail out!"):
            verdict.fail("bail-out", line[9:].strip())
        if PLAN.match(line):
            plan = int(PLAN.match(line)[1])
        case = CASE.match(line)
        if not case:
            notes.append(line)
            continue
        seen += 1
        status, number, name, directive, reason = case.groups()
        name = name or f"case {number}"
        if directive == "SKIP" and status == "ok":
            judge_skip(name, reason or "no reason given", verdict, skips)
        elif status == "ok":
            verdict.passed.append(name)
        else:
            # of a TODO or XFAIL too: there is none that a reader of the sum should take for passed
            verdict.fail(name, "; ".join(n[1:].strip() for n in notes if n.startswith("#")))
        if int(number) != seen:
            verdict.fail("numbering", f"case {number} came where case {seen} was due")
        notes = []
    if plan is None:
        verdict.fail("plan", "the test printed no plan (1..N)")
    elif plan != seen:
        verdict.fail("plan", f"the test planned {plan} cases and ran {seen}")


def judge_skip(name, why, verdict, expected):
    if any(re.search(pattern, name) for pattern in expected):
        verdict.skipped.append((name, why))
    else:
        verdict.fail(name, f"skipped ({why}); suite.toml expects no skip of it")


def judge_panic(machine, case, verdict):
    """By the clock here: the kernel's own stamps stand still while it panics."""
    times = [next((at for at, line in zip(machine.console_at, machine.console)
                   if re.search(pattern, line)), None)
             for pattern in (PANIC + f"(?:{case.panic_says})", NOTIFIED)]
    if times[0] is None:
        verdict.fail("panic", f"there was none that says /{case.panic_says}/")
    elif case.panic and times[1] is None:
        verdict.fail("panic", "its notifiers did not end")
    elif case.panic and times[1] - times[0] > case.panic:
        verdict.fail("panic", f"{SLOW_PANIC} {times[1] - times[0]:.1f} s")
    else:
        verdict.passed.append("panic")


def clock_rate(machine):
    """Guest seconds in one of the host's, from the first to the last stamp of its kernel's log."""
    stamped = [(float(m[1]), at) for m, at in
               zip(map(STAMP.match, machine.console), machine.console_at) if m]
    # two processors may be a little apart; a stamp that is a second less is the next boot's
    last = next((i for i in range(1, len(stamped)) if stamped[i][0] < stamped[i - 1][0] - 1),
                len(stamped)) - 1
    if last < 1 or stamped[last][1] - stamped[0][1] < 1:
        return 1.0
    return (stamped[last][0] - stamped[0][0]) / (stamped[last][1] - stamped[0][1])


def busy_host(machine, verdict):
    """If a busy host may be all that was wrong: the reason to run this once more, else None.

    Two verdicts depend on how fast the host is. The time of a panic is by the clock here, because
    the guest's stands still. And a guest on a busy host may have measured its clock wrong: 20 s of
    it may be 5 here, in which a process that the host hardly ever runs gets nowhere, and the
    kernel loses patience.
    """
    if not verdict.failed:
        return None
    if all(why.startswith(SLOW_PANIC) for _, why in verdict.failed):
        return verdict.failed[0][1]
    rate = clock_rate(machine)
    impatient = [bool(IMPATIENT.search(why)) for _, why in verdict.failed]
    if any(impatient) and rate > FAST and all(
            late or STACK.search(why) for late, (_, why) in zip(impatient, verdict.failed)):
        return f"its clock ran {rate:.1f} times too fast"
    return None


def maybe_the_host(verdict):
    """Can machines that ran beside this one be all that was wrong? Not with a fault that the kernel
    itself has found, and not if there was no machine."""
    return bool(verdict.failed) and not verdict.complained and \
        not any(name == "set-up" for name, _ in verdict.failed)


def judge_end(machine, lines, verdict, case):
    def after(word):
        return [line.split(" ", 2)[2] for line in lines if line.startswith(f"@vm {word} ")]

    if machine.timed_out:
        where = "while the kernel booted" if not after("boot") else "while it ran"
        verdict.fail("end", f"no end after {machine.limit} s, {where}; the machine was stopped")
    elif case.ends:
        reasons = [event["data"]["reason"] for _, event in machine.events
                   if event["event"] == "SHUTDOWN"]
        if after("end") or case.ends not in reasons:
            verdict.fail("ends", f"not by {case.ends}: QEMU said {reasons or 'nothing'}"
                                 + (", the test came to its end" if after("end") else ""))
        else:
            verdict.passed.append(f"ends: {case.ends}")
    elif not after("end") and not case.panic:
        verdict.fail("end", f"the machine ended (QEMU's exit status {machine.status}) "
                            "before the test did")
    elif machine.status:
        verdict.fail("end", f"QEMU's exit status was {machine.status}")
    if machine.boots > 1:
        verdict.fail("boots", f"the machine began {machine.begun()} times, too few")
    if machine.bmc_status:
        verdict.fail("end", f"the exit status of the BMC beside it was {machine.bmc_status}")
    for status in after("exit"):
        if status != "0" and not verdict.failed:
            verdict.fail("exit", f"all cases passed, but the test's exit status was {status}")


def judge_text(name, lines, verdict, require, forbid):
    text = "\n".join(lines)
    for pattern in require:
        if not re.search(pattern, text, re.M):
            verdict.fail(name, f"no line matches /{pattern}/")
    for pattern in forbid:
        found = re.search(pattern, text, re.M)
        if found:
            verdict.fail(name, f"unwanted: {found[0]}")
