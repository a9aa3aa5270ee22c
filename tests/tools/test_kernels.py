# SPDX-License-Identifier: GPL-2.0-only
"""Do the names of kernels mean what tools/kver says? With a cache that holds nothing but names."""
import os
import subprocess
import sys
import tempfile
import unittest

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TOOLS = os.path.join(TOP, "tools")
NEWER = ("7.98.4+deb13-amd64", "7.98.10+deb13-amd64", "7.98.10+deb13-rt-amd64", "7.97.12+deb13-amd64")
HEADERS = ("6.96.5+deb12-arm64", "6.96.5+deb12-686", "6.96.5+deb12-amd64")


class Kernels(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cache = folder.name
        for name in HEADERS:
            self.put("headers/" + name, name)

    def put(self, root, name):
        build = os.path.join(self.cache, "ipmi-drivers", root, "lib/modules", name, "build")
        os.makedirs(build)
        with open(os.path.join(build, "Makefile"), "w", encoding="utf-8"):
            pass

    def run_tool(self, *words):
        env = {**os.environ, "XDG_CACHE_HOME": self.cache, "PYTHONPATH": os.path.join(TOOLS, "vm")}
        done = subprocess.run(words, cwd=TOP, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        return done.returncode, done.stdout.strip(), done.stderr

    def means(self, name, full):
        self.assertEqual(self.run_tool(os.path.join(TOOLS, "kver"), name)[:2], (0, full))

    def newer(self):
        for name in NEWER:
            self.put("root/trixie", name)

    def test_newest_is_of_the_newer_debian(self):
        self.newer()
        self.put("headers/9.99.1-amd64", "9.99.1-amd64")
        self.means("newest", "7.98.10+deb13-amd64")

    def test_there_is_no_newest(self):
        status, out, err = self.run_tool(os.path.join(TOOLS, "kver"), "newest")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("tools/root", err)

    def test_lines_and_full_names(self):
        self.newer()
        self.means("7.98", "7.98.10+deb13-amd64")
        self.means("7.98.4+deb13-amd64", "7.98.4+deb13-amd64")
        self.means("7.97", "7.97.12+deb13-amd64")
        self.means("7.98-rt", "7.98.10+deb13-rt-amd64")
        self.assertEqual(self.run_tool(os.path.join(TOOLS, "kver"), "7.9")[0], 1)

    def test_architectures(self):
        for arch in ("686", "arm64"):
            self.means("6.96-" + arch, "6.96.5+deb12-" + arch)
        self.means("6.96", "6.96.5+deb12-amd64")

    def test_what_tests_call_them(self):
        self.newer()
        said = self.run_tool(sys.executable, "-c", "import kernel; print(*[sorted(kernel.unknown(name).names)"
                             f" for name in ('newest', '{NEWER[1]}', '{HEADERS[2]}')])")
        self.assertEqual(said[1], "['newest'] ['7.98', 'newest'] ['6.96']", said[2])


if __name__ == "__main__":
    unittest.main()
