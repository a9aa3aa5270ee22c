# SPDX-License-Identifier: GPL-2.0-only
"""Which lines of a kernel's log mean trouble, and which of them a test expects.

Called by verdict, demo and tests/tools.
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

# those that mean that something took too long, by the guest's clock
IMPATIENT = re.compile(r"\bblocked for more than\b|\bsoft lockup\b|\brcu\w*: INFO: |"
                       r"\brcu: .* detected (expedited )?stalls?\b")

# what some machines' kernels say at boot about themselves
HARMLESS = re.compile(r"WARNING: .*(mitigation|Spectre|eIBRS|data leaks possible)")

TRACE = 80      # lines of a complaint, to the end of its stack
LEAKS = r"\bkmemleak: (\d+) new\b"
LEAKED = "unreferenced object"

# KCSAN finds races in all of the kernel. Its first line names both functions, and a module's with
# the module; a helper of the kernel's may have been called by one of ours, which the stacks tell.
RACE = re.compile(r"\bBUG: KCSAN: ")
RACE_OF_MODULE = re.compile(r"\bBUG: KCSAN: .*\[\w+\]")
RACE_END = re.compile(r"={60}")
OURS = re.compile(r"\+0x\w+/0x\w+ \[(ipmi_\w+|consumer|device_call|faulty|ssif_fake)\]")

# a panic that is expected: its first line, what ends its report, and the one stack in between
PANIC = r"\bKernel panic - not syncing: "
PANIC_HEAD = 8  # lines in which its stack begins
STACK = re.compile(r"\bCall Trace:")


def complaints(console, allow=(), allow_in=(), panic=None):
    """The lines of a kernel's log that mean trouble; panic: what the one that is expected says."""
    expected = of_panic(console, panic) if panic else set()
    return [line for i, line in enumerate(console)
            if any(pattern.search(line) for pattern in COMPLAINTS)
            and i not in expected
            and not HARMLESS.search(line) and not others_race(console, i)
            and not any(re.search(p, line) for p in allow)
            and not (allow_in and comes_from(console[i:i + TRACE], allow_in))]


def of_panic(console, says):
    """The indices of the lines that a panic accounts for: of the first one that says so."""
    first = re.compile(PANIC + f"(?:{says})")
    start = next((i for i, line in enumerate(console) if first.search(line)), None)
    if start is None:
        return set()
    lines = {start}
    lines.update([i for i in range(start, min(start + PANIC_HEAD, len(console)))
                  if STACK.search(console[i])][:1])
    end = re.compile(r"---\[ end Kernel panic - not syncing: " + f"(?:{says})")
    lines.update([i for i in range(start, len(console)) if end.search(console[i])][:1])
    return lines


def others_race(console, i):
    """Does line i tell of a data race in which none of our modules takes part?"""
    if not RACE.search(console[i]) or RACE_OF_MODULE.search(console[i]):
        return False
    report = itertools.takewhile(lambda line: not RACE_END.search(line),
                                 console[i + 1:i + 2 * TRACE])
    return not any(OURS.search(line) for line in report)


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
