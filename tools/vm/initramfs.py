# SPDX-License-Identifier: GPL-2.0-only
"""Makes the guest's file system, in layers that the kernel unpacks one over the other.

base    dash, busybox, kmod and the in-tree modules that matter here; per kernel, cached.
        On another architecture busybox is all three
tools   ipmitool, FreeIPMI, ipmiutil, openipmicmd, wdctl, watchdog, sensors, node_exporter,
        strace, bash; cached
ours    the project's modules in lib/modules/KVER/updates, so that they win
payload test modules and files of one run; /vm/job, the script of one boot, and the programs it names

Each layer is a cpio archive; an initramfs is their concatenation. Called by run,
shell and demo through Guest.
"""
import glob
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time

import kernel as kernels
from kernel import CACHE, Trouble

HERE = os.path.dirname(os.path.abspath(__file__))
LOCK = threading.Lock()
STORE = os.path.join(CACHE, "initramfs")

# in-tree modules in every guest; what they depend on comes along
MODULES = """ipmi_msghandler ipmi_devintf ipmi_si ipmi_ssif ipmi_powernv ipmi_watchdog ipmi_poweroff
    acpi_ipmi acpi_power_meter hwmon ibmaem ibmpex watchdog softdog pretimeout_noop pretimeout_panic
    i2c_dev i2c_smbus i2c_piix4 i2c_i801 kunit""".split()

# what kmod is called as
KMOD = "modprobe insmod rmmod lsmod modinfo depmod".split()

# tools in guests that ask for them, and the package of each that is not installed here
TOOLS = {"ipmitool": "", "bmc-info": "", "ipmi-sensors": "", "ipmi-sel": "", "ipmi-fru": "",
         "ipmi-raw": "", "ipmi-chassis": "", "ipmi-config": "", "ipmi-locate": "", "bmc-device": "",
         "ipmi-dcmi": "", "strace": "", "bash": "", "wdctl": "", "watchdog": "watchdog",
         "ipmiutil": "ipmiutil", "openipmicmd": "openipmi"}

# of the registry that ipmitool reads at every start, the lines for the BMC in bmc.toml
ENTERPRISES = """PRIVATE ENTERPRISE NUMBERS
0
  Reserved
    Internet Assigned Numbers Authority
      iana&iana.org
32473
  Example Enterprise Number for Documentation Use
    See RFC 5612
      iana&iana.org
"""


def run(*command, **kwargs):
    return subprocess.run(command, check=True, **kwargs)


def pack(folder, archive):
    """Everything below folder as a cpio archive."""
    with open(archive + ".new", "wb") as out:
        run("sh", "-c", "find . -mindepth 1 | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet",
            cwd=folder, stdout=out)
    os.rename(archive + ".new", archive)


def copy_program(root, path, to):
    """A program and the libraries it needs."""
    dest = os.path.join(root, to)
    os.makedirs(os.path.dirname(dest), exist_ok=True)
    shutil.copy(path, dest)
    libs = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    if "not found" in libs:
        raise Trouble(f"{path} lacks a library:\n{libs}\nRun tools/setup vm.")
    for lib in re.findall(r"(/\S+) \(0x", libs):
        if not os.path.exists(root + lib):
            os.makedirs(os.path.dirname(root + lib), exist_ok=True)
            shutil.copy(lib, root + lib)


def program(name, package=""):
    """Where a program is on this machine, or in a package that is unpacked for it."""
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if path or not package:
        if not path:
            raise Trouble(f"there is no {name} here to put into the guest; run tools/setup vm")
        return os.path.realpath(path)
    folder = os.path.join(CACHE, "packages", package)
    if not os.path.isdir(folder):
        kernels.unpack(package, folder + ".new")
        os.rename(folder + ".new", folder)
    for found in glob.glob(f"{folder}/usr/*bin/{name}"):
        return found
    raise Trouble(f"the package {package} holds no {name}")


def cached(kind, inputs, make):
    """A folder of that kind with root/ and layer.cpio, made by make(root) if inputs are new."""
    digest = hashlib.sha256()
    for item in inputs:
        digest.update(repr(item).encode())
    folder = os.path.join(STORE, f"{kind}-{digest.hexdigest()[:12]}")
    with LOCK:
        if os.path.isdir(folder):
            os.utime(folder)
            return folder
        os.makedirs(STORE, exist_ok=True)
        new = tempfile.mkdtemp(dir=STORE)
        try:
            os.mkdir(os.path.join(new, "root"))
            make(os.path.join(new, "root"))
            pack(os.path.join(new, "root"), os.path.join(new, "layer.cpio"))
            # of each kind the newest is enough; one that was used lately may be in use
            for old in glob.glob(os.path.join(STORE, glob.escape(kind) + "-" + "?" * 12)):
                if os.stat(old).st_mtime < time.time() - 3600:
                    shutil.rmtree(old, ignore_errors=True)
            os.rename(new, folder)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            # another process may have been faster
            if not os.path.isdir(folder):
                raise
    return folder


def stamp(path):
    stat = os.stat(path)
    return path, stat.st_size, stat.st_mtime_ns


def module_name(path):
    return re.sub(r"\.ko(\.\w+)?$", "", os.path.basename(path)).replace("-", "_")


def in_tree(kernel):
    """Paths, below lib/modules/KVER, of the in-tree modules the guest gets."""
    try:
        with open(os.path.join(kernel.modules, "modules.dep"), encoding="utf-8") as f:
            lines = f.read().splitlines()
    except FileNotFoundError:
        # a package that was only unpacked has not been through depmod
        base = kernel.modules[:kernel.modules.rindex("/lib/modules")]
        run("depmod", "-b", base, kernel.name)
        return in_tree(kernel)
    needs = {}
    for line in lines:
        path, deps = line.split(":")
        if path.startswith("kernel/"):
            needs[module_name(path)] = [path] + [d for d in deps.split()
                                                 if d.startswith("kernel/")]
    paths = {path for name in MODULES for path in needs.get(name, [])}
    if not any(module_name(path) == "ipmi_msghandler" for path in paths):
        raise Trouble(f"{kernel.modules}/modules.dep knows no ipmi_msghandler: "
                      "the modules of this kernel are not installed completely, "
                      "or IPMI is built into it and cannot be replaced")
    return sorted(paths)


def own_programs(root):
    # busybox's own shell and modprobe would do, but prefer busybox, and know no softdeps
    copy_program(root, program("dash"), "bin/sh")
    copy_program(root, program("kmod"), "sbin/kmod")
    for name in KMOD:
        os.symlink("kmod", os.path.join(root, "sbin", name))
    copy_program(root, program("busybox"), "bin/busybox")


def other_programs(kernel, root):
    # beside the kernel, see tools/headers; a static one
    base = kernel.modules[:kernel.modules.rindex("/lib/modules")]
    os.makedirs(os.path.join(root, "bin"))
    shutil.copy(os.path.join(base, "bin/busybox"), os.path.join(root, "bin"))


def base_layer(kernel):
    busybox = program("busybox")
    inputs = [busybox] if kernel.arch.cross else [busybox, program("kmod"), program("dash")]
    init = os.path.join(HERE, "guest-init")
    modules = in_tree(kernel)

    def make(root):
        if kernel.arch.cross:
            other_programs(kernel, root)
        else:
            own_programs(root)
        # the other architecture's busybox is the same version
        for applet in run(busybox, "--list", capture_output=True, text=True).stdout.split():
            if not any(os.path.lexists(os.path.join(root, folder, applet))
                       for folder in ("bin", "sbin")):
                os.symlink("busybox", os.path.join(root, "bin", applet))
        for folder in "dev etc proc root sys tmp run vm usr/bin usr/sbin var".split():
            os.makedirs(os.path.join(root, folder), exist_ok=True)
        os.symlink("/run", os.path.join(root, "var", "run"))
        os.symlink("/tmp", os.path.join(root, "var", "tmp"))
        with open(os.path.join(root, "etc/passwd"), "w", encoding="utf-8") as f:
            f.write("root:x:0:0:root:/root:/bin/sh\n")
        shutil.copy(init, os.path.join(root, "init"))
        lib = os.path.join(root, "lib/modules", kernel.name)
        for path in modules:
            dest = os.path.join(lib, re.sub(r"\.ko\.\w+$", ".ko", path))
            os.makedirs(os.path.dirname(dest), exist_ok=True)
            with open(os.path.join(kernel.modules, path), "rb") as f, open(dest, "wb") as out:
                out.write(kernels.decompress(f.read()))
        for path in glob.glob(kernel.modules + "/modules.builtin*"):
            shutil.copy(path, lib)
        with open(os.path.join(lib, "modules.order"), "w", encoding="utf-8") as f:
            f.writelines(re.sub(r"\.ko\.\w+$", ".ko", path) + "\n" for path in modules)
        run("depmod", "-b", root, kernel.name)

    inputs = [stamp(p) for p in inputs + [init, __file__]]
    inputs += [stamp(os.path.join(kernel.modules, path)) for path in modules]
    return cached("base-" + kernel.name, inputs, make)


def tools_layer():
    paths = {name: program(name, package) for name, package in TOOLS.items()}

    def make(root):
        for name, path in paths.items():
            copy_program(root, path, "usr/bin/" + name)
        os.makedirs(os.path.join(root, "usr/share/misc"))
        with open(os.path.join(root, "usr/share/misc/enterprise-numbers.txt"), "w",
                  encoding="utf-8") as f:
            f.write(ENTERPRISES)

    return cached("tools", [stamp(p) for p in sorted(paths.values()) + [__file__]], make)


def strip(kernel, module, to):
    """A module as INSTALL_MOD_STRIP=1 installs it."""
    os.makedirs(os.path.dirname(to), exist_ok=True)
    run(kernel.arch.cross + "strip", "--strip-debug", "-o", to, module)


def copy(root, path, source):
    """A file of the guest."""
    dest = os.path.join(root, path)
    os.makedirs(os.path.dirname(dest), exist_ok=True)
    shutil.copy(source, dest)


def is_program(path):
    with open(path, "rb") as f:
        return f.read(4) == b"\x7fELF"


def our_layer(kernel, base, modules, work):
    """The modules below a folder in lib/modules/KVER/updates; an archive in work."""
    found = sorted(path for path in glob.glob(os.path.join(modules, "**", "*.ko"), recursive=True)
                   if "/tests/" not in path[len(modules):])
    if not found:
        raise Trouble(f"there are no modules (*.ko) below {modules}: "
                      f"build them with: tools/build {kernel.name}")
    root = os.path.join(work, "ours")
    lib = os.path.join(root, "lib/modules", kernel.name)
    in_tree_lib = os.path.join(base, "root/lib/modules", kernel.name)
    shutil.copytree(in_tree_lib, lib)
    for path in found:
        strip(kernel, path, os.path.join(lib, "updates", os.path.basename(path)))
    run("depmod", "-b", root, kernel.name)
    # the in-tree ones are in the base already
    shutil.rmtree(os.path.join(lib, "kernel"))
    pack(root, root + ".cpio")
    return root + ".cpio"


class Guest:
    """File systems for one kernel and one stack; initrd() makes one for each boot."""

    def __init__(self, kernel, stack, modules, files, work):
        """files: {path in the guest: path here}, what any job may need."""
        base = base_layer(kernel)
        self.work = tempfile.mkdtemp(dir=work)
        self.kernel = kernel
        self.layers = [os.path.join(base, "layer.cpio")]
        if stack == "ours":
            self.layers.append(our_layer(kernel, base, modules, self.work))
        self.programs = {path: source for path, source in files.items() if is_program(source)}
        root = os.path.join(self.work, "payload")
        os.makedirs(root)
        for path, source in files.items():
            if path not in self.programs:
                copy(root, path, source)
        for path in glob.glob(os.path.join(modules, "tests/modules/*.ko")):
            strip(kernel, path, os.path.join(root, "vm/modules", os.path.basename(path)))
        pack(root, root + ".cpio")
        self.layers.append(root + ".cpio")

    def initrd(self, job, tools=False, more=()):
        """A file for QEMU's -initrd; job is the text of a shell script, see guest-init; more
        are archives, see extra.py. A program that it names is there, and all if it names none:
        they are a hundred megabytes, which each boot would unpack."""
        folder = tempfile.mkdtemp(dir=self.work)
        root = os.path.join(folder, "root")
        named = set(re.findall(r"/(vm/bin/\S+)", job)) & set(self.programs)
        for path in named or self.programs:
            copy(root, path, self.programs[path])
        os.makedirs(os.path.join(root, "vm"), exist_ok=True)
        with open(os.path.join(root, "vm/job"), "w", encoding="utf-8") as f:
            f.write(job)
        pack(root, os.path.join(folder, "job.cpio"))
        if tools and self.kernel.arch.cross:
            raise Trouble(f"there are no tools for a guest on {self.kernel.arch.name}")
        layers = self.layers + list(more) + [os.path.join(folder, "job.cpio")]
        if tools:
            layers.insert(1, os.path.join(tools_layer(), "layer.cpio"))
        path = os.path.join(folder, "initrd")
        # still in use, see cached()
        os.utime(os.path.dirname(self.layers[0]))
        with open(path, "wb") as out:
            for layer in layers:
                with open(layer, "rb") as f:
                    shutil.copyfileobj(f, out)
        return path
