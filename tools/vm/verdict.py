# SPDX-License-Identifier: GPL-2.0-only
"""Judges a finished boot: KTAP of the test, complaints of the kernel. Called by run and demo.

Each KTAP case counts as one result; what goes wrong around them (no end, a plan
that was not kept, a kernel complaint) counts as one failure each.
"""
import itertools
import re

# a kernel log line with one of these fails the test; nothing else decides that
COMPLAINTS = [re.compile(pattern) for pattern in (
    r"\bWARNING: ",
    r"\bBUG: ",
    r"\bkernel BUG at ",
    r"\bOops\b",
    r"\bCall Trace:",
    r"\bKernel panic\b",
    r"\bgeneral protection fault\b",
    r"\bdivide error\b",
    r"\binvalid opcode\b",
    r"\b[Uu]nable to handle (kernel|page)\b",
    r"\bKASAN\b|\bKCSAN\b|\bKFENCE: |\bUBSAN\b|\bKMSAN\b",
    r"\bODEBUG: ",
    r"\brefcount_t: ",
    r"\blist_(add|del) corruption\b",
    r"\bfield-spanning write\b|\bdetected buffer overflow\b",
    r"\bpossible (circular|recursive) locking\b",
    r"\bpossible irq lock inversion\b|\binconsistent lock state\b",
    r"\bbad unlock balance\b|\bheld lock freed\b|\block held when returning\b",
    r"\bInvalid wait context\b|\bsuspicious RCU usage\b|\bVoluntary context switch within RCU\b",
    r"\bscheduling while atomic\b|\bsleeping function called from invalid context\b",
    r"\bINFO: task .* blocked for more than\b",
    r"\b(soft lockup|hard LOCKUP)\b",
    r"\brcu\w*: INFO: |\brcu: .* detected (expedited )?stalls?\b",
    r"\bunreferenced object\b|\bkmemleak: \d+ new\b",
    r"\bnobody cared\b",
    r"\bpage allocation failure\b",
    r"\bsysfs: cannot create duplicate\b|\bproc_dir_entry .* already registered\b",
    r"\btried to (create|register) .* twice\b",
    r"\bTrying to free nonexistent resource\b",
    r"\bpercpu ref .* <= 0\b|\bDEBUG_LOCKS_WARN_ON\b",
)]

# what some machines' kernels say at boot about themselves
HARMLESS = re.compile(r"WARNING: .*(mitigation|Spectre|eIBRS|data leaks possible)")

TRACE = 80      # lines of a complaint, to the end of its stack
LEAKS = r"\bkmemleak: (\d+) new\b"
LEAKED = "unreferenced object"

# KCSAN finds races in all of the kernel; its line names both functions, and a module's with the module
OTHERS_RACE = re.compile(r"\bBUG: KCSAN: [^\[]*$")

CASE = re.compile(r"(ok|not ok) (\d+)(?:\s+-?\s*(.*?))?(?:\s+#\s*(SKIP|TODO|XFAIL)\b\s*(.*))?$")
PLAN = re.compile(r"1\.\.(\d+)$")


class Verdict:
    def __init__(self):
        self.passed = []      # names
        self.failed = []      # (name, why)
        self.skipped = []     # (name, why)

    @property
    def ok(self):
        return bool(self.passed or self.skipped) and not self.failed

    def fail(self, name, why=""):
        self.failed.append((name, why))


# a panic that is expected: what it says, and what the kernel says after its notifiers
PANIC_NOISE = r"Kernel panic|Call Trace:"
PANIC = (re.compile(r"\] Kernel panic - "), re.compile(r"\] Kernel Offset: "))


def judge(machine, case):
    """The verdict on a machine that has run a case of the suite."""
    verdict = Verdict()
    lines = [text for _, text in machine.test]
    for boot in boots(lines):
        judge_ktap(boot, verdict)
    judge_end(machine, lines, verdict, case)
    if case.host:
        judge_ktap(machine.said, verdict)
        if machine.host_status:
            verdict.fail("host", f"the exit status of the half that runs here was {machine.host_status}")
    if case.panic:
        judge_panic(machine, case.panic, verdict)
    allow = case.allow + [PANIC_NOISE] * bool(case.panic)
    if only_expected_leaks(machine.console, lines, case.allow_in):
        allow.append(LEAKS)
    for line in complaints(machine.console, allow, case.allow_in):
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


def judge_ktap(lines, verdict):
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
        if directive == "SKIP":
            verdict.skipped.append((name, reason or "no reason given"))
        elif status == "ok" or directive in ("TODO", "XFAIL"):
            verdict.passed.append(name)
        else:
            verdict.fail(name, "; ".join(n[1:].strip() for n in notes if n.startswith("#")))
        if int(number) != seen:
            verdict.fail("numbering", f"case {number} came where case {seen} was due")
        notes = []
    if plan is None:
        verdict.fail("plan", "the test printed no plan (1..N)")
    elif plan != seen:
        verdict.fail("plan", f"the test planned {plan} cases and ran {seen}")


def judge_panic(machine, seconds, verdict):
    """By the clock here: the kernel's own stamps stand still while it panics."""
    times = [next((at for at, line in zip(machine.console_at, machine.console)
                   if pattern.search(line)), None) for pattern in PANIC]
    if None in times:
        verdict.fail("panic", "there was none" if not times[0] else "its notifiers did not end")
    elif times[1] - times[0] > seconds:
        verdict.fail("panic", f"its notifiers took {times[1] - times[0]:.1f} s")
    else:
        verdict.passed.append("panic")


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


def complaints(console, allow=(), allow_in=()):
    """The lines of a kernel's log that mean trouble."""
    return [line for i, line in enumerate(console)
            if any(pattern.search(line) for pattern in COMPLAINTS)
            and not HARMLESS.search(line) and not OTHERS_RACE.search(line)
            and not any(re.search(p, line) for p in allow)
            and not (allow_in and comes_from(console[i:i + TRACE], allow_in))]


def only_expected_leaks(console, test, functions):
    """Does all that the kernel has counted as leaked come from these functions?

    It counts in its log; what leaked from where is in the report that the guest shows.
    """
    counted = sum(int(m[1]) for m in map(re.compile(LEAKS).search, console) if m)
    reports = [test[i:i + TRACE] for i, text in enumerate(test) if LEAKED in text]
    reports = [report[:1] + list(itertools.takewhile(lambda text: LEAKED not in text, report[1:]))
               for report in reports]
    return bool(functions) and len(reports) == counted and all(
        comes_from(report, functions) for report in reports)


def comes_from(report, functions):
    """Is one of the functions in the stack that a report begins with?"""
    frame = re.compile(r"^[^?]*\] +(" + "|".join(functions) + r")\+0x")
    for line in report:
        if frame.search(line):
            return True
        if "</TASK>" in line:
            break
    return False


def judge_text(name, lines, verdict, require, forbid):
    text = "\n".join(lines)
    for pattern in require:
        if not re.search(pattern, text, re.M):
            verdict.fail(name, f"no line matches /{pattern}/")
    for pattern in forbid:
        found = re.search(pattern, text, re.M)
        if found:
            verdict.fail(name, f"unwanted: {found[0]}")
