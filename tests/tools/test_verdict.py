# SPDX-License-Identifier: GPL-2.0-only
"""Does tools/vm/verdict.py see what it has to? Logs that are recorded or made up, no machine."""
import unittest
from types import SimpleNamespace

import verdict
from complaints import COMPLAINTS, complaints


def machine(test="", console=(), **more):
    """What Machine is after run(). console: lines, or (seconds here, line)."""
    timed = [line if isinstance(line, tuple) else (float(n), line) for n, line in enumerate(console)]
    plain = {"test": [(0.0, line) for line in test.splitlines()], "said": [], "host_status": 0,
             "console": [line for _, line in timed], "console_at": [at for at, _ in timed],
             "notes": [], "events": [], "status": 0, "timed_out": False, "limit": 30, "boots": 1,
             "bmc_status": 0}
    return SimpleNamespace(**{**plain, **more})


def case(**more):
    plain = {"host": None, "panic": None, "panic_says": None, "allow": [], "allow_in": [],
             "require": [], "forbid": [], "bmc_require": [], "bmc_forbid": [], "ends": None}
    return SimpleNamespace(**{**plain, **more})


def around(ktap, plan=1):
    return f"@vm boot 1.0 6.1\n1..{plan}\n{ktap}\n@vm exit 0\n@vm end 2.0\n"


def failures(said, of, skips=()):
    return [f"{name}: {why}" for name, why in verdict.judge(said, of, skips).failed]


class Results(unittest.TestCase):
    def test_a_case_that_passes(self):
        judged = verdict.judge(machine(around("ok 1 first")), case())
        self.assertEqual((judged.ok, judged.passed), (True, ["first"]))

    def test_what_fails_is_no_success_whatever_its_mark(self):
        for mark in ("", " # TODO later", " # XFAIL known", " # SKIP not ok"):
            self.assertEqual(failures(machine(around("# why\nnot ok 1 first" + mark)), case()),
                             ["first: why"], mark)

    def test_a_skip_is_a_failure(self):
        self.assertEqual(failures(machine(around("ok 1 first # SKIP no tool")), case()),
                         ["first: skipped (no tool); suite.toml expects no skip of it"])

    def test_unless_it_is_expected(self):
        judged = verdict.judge(machine(around("ok 1 first # SKIP no tool")), case(), ["^first$"])
        self.assertEqual((judged.ok, judged.skipped), (True, [("first", "no tool")]))

    def test_what_the_host_may_be_to_blame_for(self):
        for said, doubtful in ((machine(around("ok 1 first")), False),
                               (machine(around("not ok 1 first")), True),
                               (machine(around("ok 1 first"), timed_out=True), True),
                               (machine(around("not ok 1 first"), ["BUG: KASAN: of ours"]), False)):
            self.assertEqual(verdict.maybe_the_host(verdict.judge(said, case())), doubtful)
        none = verdict.Verdict()
        none.fail("set-up", "no such program")
        self.assertFalse(verdict.maybe_the_host(none))

    def test_the_plan_counts(self):
        self.assertEqual(failures(machine(around("ok 1 first", 2)), case()),
                         ["plan: the test planned 2 cases and ran 1"])

    def test_the_machine_has_to_end(self):
        said = machine(around("ok 1 first"), timed_out=True)
        self.assertEqual(failures(said, case()),
                         ["end: no end after 30 s, while it ran; the machine was stopped"])


def panic(seconds, says="sysrq triggered crash", more=()):
    """The log of a panic whose notifiers take so long."""
    lines = [f"[    7.8] Kernel panic - not syncing: {says}",
             "[    7.8] CPU: 0 PID: 104 Comm: panic Tainted: G           OE      6.1.0",
             "[    7.8] Call Trace:", "[    7.8]  <TASK>", "[    7.8]  panic+0x118/0x2f4",
             "[    7.8]  </TASK>", *more]
    return [(10.0, line) for line in lines] + [
        (10.0 + seconds, "[    7.9] Kernel Offset: disabled"),
        (10.1 + seconds, f"[    7.9] ---[ end Kernel panic - not syncing: {says} ]---")]


DIES = case(panic=4, panic_says="sysrq triggered crash")
DYING = "@vm boot 1.0 6.1\n1..1\nok 1 first\n"


class Panics(unittest.TestCase):
    def test_the_one_that_is_expected(self):
        judged = verdict.judge(machine(DYING, panic(2.2)), DIES)
        self.assertEqual((judged.passed, judged.failed), (["first", "panic"], []))

    def test_another_one(self):
        bad = failures(machine(DYING, panic(2.2, "hung_task: blocked tasks")), DIES)
        self.assertIn("panic: there was none that says /sysrq triggered crash/", bad)
        self.assertTrue(any("kernel log: [    7.8] Kernel panic - not syncing: hung_task" in line
                            for line in bad))

    def test_a_second_stack_is_not_of_it(self):
        more = ["[    7.8] WARNING: CPU: 0 PID: 104 at kernel/x.c:1 f+0x1/0x2",
                "[    7.8] Call Trace:"]
        self.assertEqual(len(failures(machine(DYING, panic(2.2, more=more)), DIES)), 2)

    def test_a_stack_long_after_its_beginning_is_not_of_it(self):
        log = [line for line in panic(2.2) if "Call Trace" not in line[1]]
        log[8:8] = [(12.0, "[    7.8] pad")] * 8 + [(12.0, "[    7.8] Call Trace:")]
        self.assertEqual(failures(machine(DYING, log), DIES), ["kernel log: [    7.8] Call Trace:"])

    def test_a_budget_of_six_seconds_is_seen(self):
        said = machine(DYING, panic(6.1))
        judged = verdict.judge(said, DIES)
        self.assertEqual(judged.failed, [("panic", "its notifiers took 6.1 s")])
        self.assertEqual(verdict.busy_host(said, judged), "its notifiers took 6.1 s")

    def test_a_late_panic_is_no_excuse_for_more(self):
        said = machine(DYING, panic(6.1), notes=["SEL: 01"])
        judged = verdict.judge(said, case(panic=4, panic_says="sysrq", bmc_forbid=["SEL:"]))
        self.assertIsNone(verdict.busy_host(said, judged))

    def test_notifiers_that_do_not_end(self):
        self.assertEqual(failures(machine(DYING, panic(1)[:6]), DIES),
                         ["panic: its notifiers did not end"])


STALL = ["[   50.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
         "[   50.0] Call Trace:", "[   50.0]  <TASK>"]
HUNG = ["[   50.0] INFO: task rmmod:99 blocked for more than 30 seconds.",
        "[   50.0] Call Trace:"]
LOCKUP = ["[   50.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [insmod:99]",
          "[   50.0] Call Trace:"]


class Patience(unittest.TestCase):
    def judged(self, lines, first_at, last_at):
        console = [(first_at, "[    0.0] Linux version 6.1")] + [(last_at, line) for line in lines]
        said = machine(around("ok 1 first"), console)
        judged = verdict.judge(said, case())
        self.assertFalse(judged.ok)
        return verdict.busy_host(said, judged)

    def test_a_stall_and_a_hung_task_are_failures(self):
        for lines in (STALL, HUNG, LOCKUP):
            self.assertIsNone(self.judged(lines, 2.0, 54.0))

    def test_a_clock_that_runs_too_fast_gets_a_second_run(self):
        for lines in (STALL, HUNG, LOCKUP):
            self.assertEqual(self.judged(lines, 2.0, 14.5), "its clock ran 4.0 times too fast")

    def test_but_not_for_anything_else(self):
        self.assertIsNone(self.judged(STALL + ["[   50.0] BUG: KASAN: slab-out-of-bounds"], 2.0, 14.5))

    def test_the_next_boot_begins_its_stamps_again(self):
        console = [(2.0, "[    0.0] a"), (3.0, "[    4.2] a"), (3.0, "[    4.0] b"), (7.0, "[   10.0] b"),
                   (15.0, "[    0.0] a"), (16.0, "[    1.0] b")]
        self.assertEqual(verdict.clock_rate(machine(console=console)), 2.0)


def race(headline, *frames):
    return ["[   20.0] " + "=" * 66, f"[   20.0] BUG: KCSAN: {headline}", "[   20.0] ",
            "[   20.0] write to 0xffff888004a5c2a8 of 8 bytes by task 120 on cpu 0:",
            *(f"[   20.0]  {frame}" for frame in frames),
            "[   20.0] ", "[   20.0] Reported by Kernel Concurrency Sanitizer on:",
            "[   20.0] CPU: 0 PID: 120 Comm: stress Not tainted 6.1.170-kcsan #1",
            "[   20.0] " + "=" * 66]


# a line as the kernel says it, for each pattern of complaints.py
SAID = """WARNING: CPU: 0 PID: 99 at kernel/kthread.c:659 kthread_park+0x7e/0x90
BUG: kernel NULL pointer dereference, address: 0000000000000008
kernel BUG at mm/slub.c:4389!
Oops: 0002 [#1] PREEMPT SMP NOPTI
Call Trace:
Kernel panic - not syncing: Fatal exception
general protection fault, probably for non-canonical address 0x1: 0000 [#1]
divide error: 0000 [#1] PREEMPT SMP
invalid opcode: 0000 [#1] PREEMPT SMP
Unable to handle kernel paging request at virtual address ffff000008a2c2a8
BUG: KASAN: slab-use-after-free in f+0x10/0x20 [ipmi_si]
UBSAN: shift-out-of-bounds in drivers/si/io.c:10:2
ODEBUG: free active (active state 0) object type: timer_list hint: f+0x0/0x10
refcount_t: underflow; use-after-free.
list_del corruption. prev->next should be ffff888004a5c2a8, but was 0
memcpy: detected field-spanning write (size 8) of single field "a" at b.c:1 (size 4)
possible circular locking dependency detected
possible irq lock inversion dependency detected
bad unlock balance detected!
Invalid wait context
suspicious RCU usage
scheduling while atomic: insmod/99/0x00000002
sleeping function called from invalid context at drivers/si/io.c:10
INFO: task rmmod:99 blocked for more than 30 seconds.
watchdog: soft lockup - CPU#0 stuck for 22s! [insmod:99]
rcu: INFO: rcu_preempt self-detected stall on CPU
unreferenced object 0xffff888004a5c2a8 (size 64):
irq 5: nobody cared (try booting with the "irqpoll" option)
insmod: page allocation failure: order:0, mode:0xcc0(GFP_KERNEL)
sysfs: cannot create duplicate filename '/devices/platform/ipmi_bmc.1'
kobject: tried to create ipmi twice
Trying to free nonexistent resource <0000000000000ca2-0000000000000ca2>
percpu ref (css_release) <= 0 (-1) after switching to atomic
DEBUG_LOCKS_WARN_ON(lock->magic != lock)""".splitlines()


class Lines(unittest.TestCase):
    def test_each_is_a_complaint(self):
        log = [f"[   20.0] {line}" for line in SAID]
        self.assertEqual(complaints(log), log)

    def test_each_pattern_has_a_line(self):
        self.assertEqual([pattern.pattern for pattern in COMPLAINTS
                          if not any(pattern.search(line) for line in SAID)], [])

    def test_what_a_kernel_says_anyway(self):
        self.assertEqual(complaints(["[    0.1] Spectre V2 : WARNING: Unprivileged eBPF is enabled with"
                                     " eIBRS on, data leaks possible via Spectre v2 BHB attacks!",
                                     "[    1.0] ipmi_si: debugging is off"]), [])


class Races(unittest.TestCase):
    def test_both_functions_are_ours(self):
        self.assertEqual(len(complaints(race("data-race in f [ipmi_si] / g [ipmi_si]"))), 1)

    def test_a_helper_that_one_of_ours_called(self):
        log = race("data-race in __list_add_valid / __list_del_entry_valid",
                   "__list_add_valid+0x1e/0x60", "intf_queue+0x40/0x90 [ipmi_msghandler]",
                   "vfs_write+0x10/0x20")
        self.assertEqual(complaints(log), [log[1]])

    def test_none_of_ours(self):
        log = race("data-race in tick_nohz_stop_tick / tick_sched_do_timer",
                   "tick_nohz_stop_tick+0x10/0x20", "do_idle+0x1/0x2", "i801_access+0x3/0x4 [i2c_i801]")
        self.assertEqual(complaints(log), [])

    def test_a_stack_of_ours_after_the_report_is_not_in_it(self):
        log = race("data-race in a / b", "a+0x1/0x2") + race("data-race in c / d", "f+0x1/0x2 [ipmi_si]")
        self.assertEqual(complaints(log), [log[len(log) // 2 + 1]])


if __name__ == "__main__":
    unittest.main()
