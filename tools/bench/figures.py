# SPDX-License-Identifier: GPL-2.0-only
"""What is made of the figures: ratios, the table, the picture. Called by run."""
import glob
import json
import os
import statistics
import subprocess
import tempfile

import kernel as kernels
import plan

WIDTH = 30


def ratio(entry):
    """Median of ours by that of the kernel's own, or None."""
    if not entry["ours"] or not entry["intree"]:
        return None
    theirs = statistics.median(entry["intree"])
    return statistics.median(entry["ours"]) / theirs if theirs else None


def number(value):
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def both(values):
    """The median, and how far the others are from it."""
    if not values:
        return "-"
    middle = statistics.median(values)
    spread = (max(values) - min(values)) / 2 / abs(middle) if middle else 0
    return number(middle) + (f" ±{spread:.0%}" if spread >= 0.005 else "")


def verdict(name, value):
    if value is None:
        return ""
    good = plan.FIGURES.get(name, ("", "-"))[1]
    if not good:
        return ""
    if abs(value - 1) < 0.03:
        return "same"
    return "better" if (value > 1) == (good == "+") else "worse"


def show(table, kernel):
    """Prints all of it, a group at a time."""
    last = None
    for key, entry in table.items():
        group, case, name = key.split("/")
        if group != last:
            print(f"\n{group} ({plan.GROUPS[group].__doc__ if group in plan.GROUPS else ''})")
            print(f"  {'case':<{WIDTH}} {'figure':<10} {'ours':>16} {'in-tree':>16}  unit"
                  "           ratio")
            last = group
        value = ratio(entry)
        print(f"  {case:<{WIDTH}} {name:<10} {both(entry['ours']):>16} "
              f"{both(entry['intree']):>16}  {plan.FIGURES.get(name, ('', ''))[0]:<12}"
              f" {'' if value is None else f'{value:7.2f}'} {verdict(name, value)}".rstrip())
    rounds = max(len(v) for entry in table.values() for v in entry.values())
    print(f"\nLinux {kernel.name}, medians of up to {rounds} boots each, ± half the range. Timed"
          " figures are of an emulated machine:\nonly the ratios mean something.")


def sizes(kernel, modules):
    """Of the modules: file and code; {key: {stack: [values]}}"""
    table = {}
    for path in sorted(glob.glob(os.path.join(modules, "drivers", "*.ko"))):
        name = os.path.basename(path)[:-3]
        theirs = glob.glob(os.path.join(kernel.modules, "kernel", "**", name + ".ko*"),
                           recursive=True)
        for stack, found in (("ours", [path]), ("intree", theirs)):
            if not found:
                continue
            with open(found[0], "rb") as f, tempfile.NamedTemporaryFile() as plain:
                plain.write(kernels.decompress(f.read()))
                plain.flush()
                said = subprocess.run(["size", plain.name], capture_output=True,
                                      check=True).stdout.split()
            entry = table.setdefault(f"size/{name}/text", {"ours": [], "intree": []})
            entry[stack].append(float(said[6]))
    return table


def lines(top):
    """Lines of code of this stack's modules, without comments; {key: {stack: [values]}}"""
    table = {}
    for folder in sorted(glob.glob(os.path.join(top, "drivers", "*", ""))):
        said = subprocess.run(["cloc", "--json", "--quiet", folder], capture_output=True,
                              check=True).stdout
        table[f"lines/{os.path.basename(folder[:-1])}/lines"] = {
            "ours": [float(json.loads(said)["SUM"]["code"])], "intree": []}
    return table


def label(group, case, name):
    """What a bar is of."""
    exact = {"ns": "instructions a request", "accesses": "register accesses a request"}
    return f"{case}: {exact[name]}" if name in exact else f"{group}: {case}, {name}"


def plot(table, kernel, path):
    """Ratios as bars: to the left of 1 less than the kernel's own, to the right more."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot

    chosen = [(label(*key.split("/")), ratio(entry), key.split("/")[2])
              for key, entry in table.items()
              if ratio(entry) and key.split("/")[2] in ("ns", "accesses", "rate", "p99", "cpu",
                                                        "first", "error", "wall", "text")]
    if not chosen:
        return
    height = 0.22 * len(chosen) + 1.2
    figure, axes = pyplot.subplots(figsize=(9, height))
    colors = {"better": "#2c7fb8", "worse": "#d95f0e", "same": "#999999"}
    axes.barh([c[0] for c in chosen], [c[1] - 1 for c in chosen], left=1,
              color=[colors[verdict(c[2], c[1])] for c in chosen])
    axes.set_xscale("log", base=2)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xticks([1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16],
                    ["1/16", "1/8", "1/4", "1/2", "1", "2", "4", "8", "16"])
    axes.invert_yaxis()
    axes.tick_params(axis="y", labelsize=7)
    axes.set_title(f"This stack by the kernel's own, Linux {kernel.name}\n"
                   "blue: better, orange: worse", fontsize=9)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
