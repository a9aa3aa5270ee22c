# SPDX-License-Identifier: GPL-2.0-only
"""Do check-messages and check-names see what is wrong? Each runs on a small tree of its own."""
import os
import subprocess
import tempfile
import unittest

TOOLS = os.path.join(os.path.dirname(__file__), "..", "..", "tools")
DRIVER = r'''
#define pr_fmt(fmt) "ipmi_si: " fmt
/* Called by run_it() of other.c; pr_warn("not this one\n") is none. */
static void run_it(int n)
{
	pr_warn("address 0x%lx, \"%s\": "
		"%*ph and %d%%\n", addr, name, 3, bytes, n);
	dev_info(dev, gpe ? "GPE %d\n" : "irq %d\n", n);
	dev_warn_ratelimited(dev, "%s\n", f(a, b));
	return offer_refuse(&desc, -1, "no (%6.6x)", n);
}
'''
LINES = ['ipmi_si: address 0x…, "…": … and …%', "GPE …", "irq …", "no (…)"]
PAGE = "## The lines of the log\n\n" + "".join(f"| `{line}` | meaning | |\n" for line in LINES)
FLOW = "```\nrun_it      si/a.c\n```\n"


class Pages(unittest.TestCase):
    def run_on(self, tool, driver=DRIVER, page=PAGE, flow=FLOW):
        """(exit status, output) of a check on a tree with one driver, one page, and flow.md."""
        with tempfile.TemporaryDirectory() as top:
            for path, text in (("drivers/si/a.c", driver), ("drivers/si/other.c", ""),
                               ("Documentation/troubleshooting.md", page),
                               ("Documentation/flow.md", flow)):
                path = os.path.join(top, path)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as f:
                    f.write(text)
            run = subprocess.run([os.path.join(TOOLS, tool), top], capture_output=True, text=True, check=False)
            return run.returncode, run.stdout + run.stderr

    def finds(self, what, tool, **tree):
        status, said = self.run_on(tool, **tree)
        self.assertEqual(status, 1, said)
        self.assertIn(what, said)

    def test_a_page_that_is_true(self):
        for tool in ("check-messages", "check-names"):
            status, said = self.run_on(tool)
            self.assertEqual(status, 0, said)

    def test_a_line_that_is_on_no_page(self):
        self.finds("drivers/si/a.c:8: irq …", "check-messages", page=PAGE.replace("| `irq …` | meaning | |\n", ""))

    def test_a_line_that_no_source_has(self):
        self.finds("troubleshooting.md:4: GPE …", "check-messages", driver=DRIVER.replace("GPE", "event"))

    def test_a_tree_without_a_message(self):
        self.finds("no message", "check-messages", driver="", page="")

    def test_a_name_on_a_page(self):
        self.finds("run_that", "check-names", page=PAGE + "see `run_that()`\n")
        self.finds("si/b.c", "check-names", page=PAGE + "see `si/b.c`\n")

    def test_a_name_in_a_comment(self):
        self.finds("a.c:3: walk_it()", "check-names", driver=DRIVER.replace("by run_it()", "by walk_it()"))
        self.finds("a.c:3: another.c", "check-names", driver=DRIVER.replace("of other.c", "of another.c"))

    def test_a_function_in_the_wrong_file(self):
        self.finds("run_it is not in other.c", "check-names", flow=FLOW.replace("si/a.c", "other.c"))


if __name__ == "__main__":
    unittest.main()
