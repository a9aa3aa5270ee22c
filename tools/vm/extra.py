# SPDX-License-Identifier: GPL-2.0-only
"""What a few tests want in their guest beside the tools: layers of its file system.

image      the kernel that runs, as a file to start again: /boot/vmlinuz
systemd    as the guest's first process, and guest-init a service of it
ipmidrv    the project's command, with the libraries it needs
vbmc       a BMC in the guest: that of tests/bmc, the project's ipmi-vbmc, /vm/vbmc/start for both
scrapers   sensors and node_exporter, which read /sys/class/hwmon
ipmi_sim   OpenIPMI's simulator
python     the interpreter, and what the example on Documentation/vbmc.md imports: python3 -S
selftests  the kernel's own test programs that concern us, of its source package

Called by run. What initramfs.py says of layers holds here too.
"""
import os
import shlex
import shutil
import subprocess
import tempfile

import bmc
import hostbmc
import initramfs
import kernel as kernels
from kernel import CACHE, Trouble

SYSTEMD = "/lib/systemd/systemd"

# the service that systemd.unit= of a test names, and what its manager is told
SYSTEMD_FILES = {
    "etc/systemd/system/guest.service": """[Unit]
DefaultDependencies=no
[Service]
ExecStart=/init
""",
    "etc/systemd/system.conf.d/watchdog.conf": """[Manager]
RuntimeWatchdogSec=8
RuntimeWatchdogPreSec=3
RuntimeWatchdogPreGovernor=noop
""",
    "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "etc/os-release": "ID=guest\n",
}

SELFTESTS = {"watchdog-test": "tools/testing/selftests/watchdog/watchdog-test.c"}
SOURCE = "linux-source-6.1"


def image(kernel):
    def make(root):
        os.mkdir(os.path.join(root, "boot"))
        shutil.copy(kernel.image, os.path.join(root, "boot/vmlinuz"))

    return initramfs.cached("image-" + kernel.name, [initramfs.stamp(kernel.image)], make)


def systemd(_kernel):
    if not os.path.exists(SYSTEMD):
        raise Trouble(f"there is no {SYSTEMD} here to put into the guest; run tools/setup vm")

    def make(root):
        initramfs.copy_program(root, SYSTEMD, "lib/systemd/systemd")
        for path, text in SYSTEMD_FILES.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as f:
                f.write(text)

    return initramfs.cached("systemd", [initramfs.stamp(SYSTEMD), initramfs.stamp(__file__)], make)


def source(path):
    """A file of the kernel's source package, of which only such files are kept."""
    kept = os.path.join(CACHE, "source", os.path.basename(path))
    with initramfs.LOCK:
        if not os.path.exists(kept):
            unpack(path, kept)
    return kept


def unpack(path, kept):
    deb = subprocess.run([os.path.join(kernels.TOP, "tools", "setup"), "--fetch", SOURCE],
                         stdout=subprocess.PIPE, text=True, check=False)
    if deb.returncode:
        raise Trouble(f"the package {SOURCE} cannot be downloaded (see above)")
    os.makedirs(os.path.dirname(kept), exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(kept), delete=False) as out:
        # the last tar ends when it has what it wants, and the others by that
        subprocess.run(["sh", "-c", "dpkg-deb --fsys-tarfile \"$1\" |"
                        " tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |"
                        " tar -xJO --wildcards --occurrence=1 \"*/$2\"",
                        "sh", deb.stdout.strip(), path],
                       stdout=out, stderr=subprocess.DEVNULL, check=False)
    if not os.path.getsize(out.name):
        os.unlink(out.name)
        raise Trouble(f"there is no {path} in {deb.stdout.strip()}")
    os.rename(out.name, kept)


def selftests(_kernel):
    paths = {name: source(path) for name, path in SELFTESTS.items()}

    def make(root):
        os.makedirs(os.path.join(root, "usr/bin"))
        for name, path in paths.items():
            initramfs.run("gcc", "-static", "-O2", "-w", "-o",
                          os.path.join(root, "usr/bin", name), path)

    return initramfs.cached("selftests", [initramfs.stamp(p) for p in paths.values()], make)


def ipmidrv(_kernel):
    built = os.path.join(kernels.TOP, "build/ipmidrv/ipmidrv")
    with initramfs.LOCK:
        initramfs.run("make", "-s", "-C", os.path.join(kernels.TOP, "tools/ipmidrv"))

    def make(root):
        initramfs.copy_program(root, built, "usr/sbin/ipmidrv")

    return initramfs.cached("ipmidrv", [initramfs.stamp(built), initramfs.stamp(__file__)], make)


VBMC_START = """#!/bin/sh
cd /vm/vbmc || exit
bmc --detached --socket bmc.sock {arguments} >bmc.log 2>&1 &
ipmi-vbmc unix:/vm/vbmc/bmc.sock >ipmi-vbmc.log 2>&1 &
for try in $(seq 100); do
	[ ! -c /dev/ipmi0 ] || exit 0
	sleep 0.1
done
cat bmc.log ipmi-vbmc.log
exit 1
"""


def vbmc(_kernel):
    joiner = os.path.join(kernels.TOP, "build/ipmi-vbmc/static/ipmi-vbmc")
    hostbmc.build("fast")
    with initramfs.LOCK:
        initramfs.run("make", "-s", "-C", os.path.join(kernels.TOP, "tools/ipmi-vbmc"), "STATIC=1")
    fake = os.path.join(hostbmc.FOLDER, "fast")
    arguments = bmc.host_arguments()
    files = [path for path in arguments if os.path.isabs(path)]

    def make(root):
        os.makedirs(os.path.join(root, "vm/vbmc"))
        os.makedirs(os.path.join(root, "usr/sbin"))
        shutil.copy(joiner, os.path.join(root, "usr/sbin/ipmi-vbmc"))
        shutil.copy(fake, os.path.join(root, "usr/sbin/bmc"))
        for path in files:
            shutil.copy(path, os.path.join(root, "vm/vbmc"))
        words = " ".join(shlex.quote(os.path.basename(a) if a in files else a) for a in arguments)
        start = os.path.join(root, "vm/vbmc/start")
        with open(start, "w", encoding="utf-8") as f:
            f.write(VBMC_START.format(arguments=words))
        os.chmod(start, 0o755)

    inputs = [initramfs.stamp(p) for p in [joiner, fake, __file__, *files]]
    return initramfs.cached("vbmc", inputs, make)


def programs(layer, packages):
    """Programs, each of a Debian package, as a layer."""
    paths = {name: initramfs.program(name, package) for name, package in packages.items()}

    def make(root):
        for name, path in paths.items():
            initramfs.copy_program(root, path, "usr/bin/" + name)

    return initramfs.cached(layer, [initramfs.stamp(p) for p in [*paths.values(), __file__]], make)


def scrapers(_kernel):
    return programs("scrapers", {"sensors": "lm-sensors",
                                 "prometheus-node-exporter": "prometheus-node-exporter"})


def ipmi_sim(_kernel):
    return programs("ipmi_sim", {"ipmi_sim": "openipmi"})


# what the example imports; each module of a file of its own is copied, with what it imports
PYTHON_IMPORTS = "fcntl, os, struct"


def python(_kernel):
    path = initramfs.program("python3")
    said = subprocess.run([path, "-I", "-S", "-c", f"import {PYTHON_IMPORTS}, sys\n"
                           "for m in list(sys.modules.values()): print(getattr(m, '__file__', None) or '')"],
                          capture_output=True, text=True, check=True).stdout
    files = sorted(set(said.split()))
    library = os.path.dirname(next(f for f in files if os.path.basename(f) == "os.py"))

    def make(root):
        initramfs.copy_program(root, path, path[1:])
        if os.path.basename(path) != "python3":
            os.symlink(path, os.path.join(root, "usr/bin/python3"))
        # where extensions would be: it complains if there is no such folder
        os.makedirs(os.path.join(root, library[1:], "lib-dynload"))
        for file in files:
            initramfs.copy_program(root, file, file[1:])

    return initramfs.cached("python", [initramfs.stamp(p) for p in [path, *files, __file__]], make)


KINDS = {"image": image, "systemd": systemd, "selftests": selftests, "ipmidrv": ipmidrv,
         "vbmc": vbmc, "scrapers": scrapers, "ipmi_sim": ipmi_sim, "python": python}


def layers(kinds, kernel):
    """The archives of these kinds."""
    return [os.path.join(KINDS[kind](kernel), "layer.cpio") for kind in kinds]
