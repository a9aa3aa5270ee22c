# SPDX-License-Identifier: GPL-2.0-only
"""Does tools/check count what is said, and leave out what there is no time for?"""
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import time
import unittest

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
CHECK = os.path.join(TOP, "tools", "check")


def load():
    loader = importlib.machinery.SourceFileLoader("tools_check", CHECK)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("tools_check", loader))
    loader.exec_module(module)
    return module


class Check(unittest.TestCase):
    def setUp(self):
        self.check = load()
        self.lines = []

    def run_check(self, script, **options):
        return self.check.run(["sh", "-c", script], lambda line, flush: self.lines.append(line), **options)

    def test_counts_lines(self):
        count = self.run_check("echo ok 1 - a; echo not ok 2 - b; exit 1")
        self.assertEqual(count.counts(), [1, 1, 0])
        self.assertEqual(count.remarks, ["failed: sh -c echo ok 1 - a; echo not ok 2 - b; exit 1: b"])

    def test_no_time_is_no_failure(self):
        count = self.run_check("echo ok 1 - a; sleep 100", until=time.time() + 1)
        self.assertEqual(count.counts(), [1, 0, 0])
        self.assertFalse(count.ended)
        self.assertTrue(count.remarks[0].startswith("left out: "))

    def test_no_time_is_no_success_of_what_failed(self):
        count = self.run_check("echo not ok 1 - a; sleep 100", until=time.time() + 1)
        self.assertEqual(count.counts(), [0, 1, 0])

    def test_what_prepares_ends_too(self):
        with self.assertRaises(self.check.LeftOut):
            self.check.prepares(["sleep", "100"], time.time() + 1)
        self.assertFalse(self.check.running)

    def test_time_enough(self):
        self.assertTrue(self.check.prepares(["true"], time.time() + 100))
        self.assertFalse(self.check.prepares(["false"], float("inf")))

    def test_all_of_it_is_left_out(self):
        with subprocess.Popen([sys.executable, CHECK, "smoke"], cwd=TOP, stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "CHECK_UNTIL": "1", "SMOKE": ""}) as child:
            said = child.communicate()[0]
        self.assertIn("# left out: tools/check-smoke: ", said)
        self.assertIn("0 passed, 0 failed, 0 skipped", said)
        self.assertEqual(child.returncode, 0)
