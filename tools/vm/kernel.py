# SPDX-License-Identifier: GPL-2.0-only
"""Finds a distribution kernel to boot: its name, its image, its modules.

find() is called by run, shell and demo. What is not installed is downloaded,
unpacked in the cache and left there.
"""
import glob
import lzma
import os
import re
import shutil
import struct
import subprocess
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "build")
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                     "ipmi-drivers")


class Trouble(Exception):
    """Something a person has to read; its text says what to do."""


class Architecture:
    """How its machines are run, and what their programs are compiled with."""

    def __init__(self, name, qemu, serial, cross="", console="console=ttyS0", memory=0, cpus=2):
        self.name = name          # the end of its kernels' names, but for amd64's
        self.qemu = qemu.split()
        self.serial = serial.split()    # of the chardevs K and T: the console, and ttyS1 in the guest
        self.one_line = "chardev1=T" not in serial and "chardev:T" not in serial    # T is a part of K
        self.cross = cross        # begins the names of a cross compiler's tools; "": the host's own
        self.console = console    # kernel parameters
        self.memory = memory      # MB that a machine has at least
        self.cpus = cpus          # that it has at most


ARCHITECTURES = {arch.name: arch for arch in (
    Architecture("amd64", "qemu-system-x86_64", "-serial chardev:K -serial chardev:T"),
    Architecture("arm64", "qemu-system-aarch64 -cpu cortex-a57",
                 "-device pci-serial-2x,chardev1=K,chardev2=T", "aarch64-linux-gnu-"),
    # the firmware, skiboot, is the other end of the console, and has one. Emulated processors that
    # take turns wait for each other most of the time
    Architecture("powerpc64le", "qemu-system-ppc64", "-serial chardev:K", "powerpc64le-linux-gnu-",
                 console="console=hvc0 printk.devkmsg=on", memory=2048, cpus=1))}
HOST = ARCHITECTURES["amd64"]


class Kernel:
    def __init__(self, name, image, modules):
        self.name = name          # as uname -r says it
        self.arch = ARCHITECTURES.get(name.rsplit("-", 1)[-1], HOST)
        self.image = image        # /boot/vmlinuz-NAME, or vmlinux, or a copy of it
        self.modules = modules    # lib/modules/NAME
        # one of tools/debug-kernel, several times slower than a distribution's
        self.finds_leaks = self.short == "debug"
        self.finds_races = self.short == "kcsan"
        self.instrumented = self.finds_leaks or self.finds_races

    @property
    def short(self):
        """Its line, 6.1, or what sets it apart: debug, kcsan."""
        kind = self.name.rsplit("-", 1)[-1]
        return kind if kind in ("debug", "kcsan") else ".".join(self.name.split(".")[:2])

    @property
    def names(self):
        """What the tests call it: short, and newest if it is of tools/root, as tools/kver has it."""
        return {self.short} | ({"newest"} if newer_debian(self.name) else set())


def unknown(name):
    """A kernel of which there is nothing but its name, short or full."""
    return Kernel(name, None, None)


def find(name):
    """The kernel of that name, short (6.1) or full (6.1.0-56-amd64)."""
    answer = subprocess.run([os.path.join(TOP, "tools", "kver"), name], text=True,
                            capture_output=True, check=False)
    if not answer.returncode:
        name = answer.stdout.strip()
    elif not re.match(r"\d+\.\d+\..*-", name):
        raise Trouble(answer.stderr.strip())
    roots = ["/", os.path.join(CACHE, "kernels", name), os.path.join(CACHE, "headers", name)]
    roots += glob.glob(CACHE + "/root/*/")
    for root in roots:
        kernel = in_root(root, name)
        if kernel:
            return kernel
    if os.path.isdir(roots[2]):
        raise Trouble(f"there is no kernel in {roots[2]}; run tools/headers again")
    download(name, roots[1])
    kernel = in_root(roots[1], name)
    if not kernel:
        raise Trouble(f"the package linux-image-{name} holds no vmlinuz-{name} or no modules")
    return kernel


def in_root(root, name):
    for lib in ("lib", "usr/lib"):
        modules = os.path.join(root, lib, "modules", name)
        if not os.path.isdir(os.path.join(modules, "kernel")):
            continue
        for image in (os.path.join(root, "boot", "vmlinuz-" + name),
                      os.path.join(root, "boot", "vmlinux-" + name),
                      os.path.join(modules, "vmlinuz")):
            if os.access(image, os.R_OK):
                return Kernel(name, image, modules)
    return None


def unpack(package, folder):
    """Put the contents of a Debian package, not installed, into folder."""
    deb = subprocess.run([os.path.join(TOP, "tools", "setup"), "--fetch", package],
                         stdout=subprocess.PIPE, text=True, check=False)
    if deb.returncode:
        raise Trouble(f"the package {package} cannot be downloaded (see above)")
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["dpkg-deb", "-x", deb.stdout.strip(), folder], check=True)
    return deb.stdout.strip()


def download(name, folder):
    print(f"kernel {name} is not installed: downloading its package", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(folder)) as new:
        root = os.path.join(new, "root")
        chroot = newer_debian(name)
        if chroot:
            download_inside(chroot, name, new)
            for deb in glob.glob(new + "/*.deb"):
                subprocess.run(["dpkg-deb", "-x", deb, root], check=True)
        else:
            os.unlink(unpack("linux-image-" + name, root))
        os.rename(root, folder)


def newer_debian(name):
    """The chroot of tools/root that has the headers of a kernel this distribution has not."""
    for build in glob.glob(f"{CACHE}/root/*/lib/modules/{glob.escape(name)}/build"):
        return build[:build.index("/lib/modules/")]
    return None


def download_inside(chroot, name, folder):
    # since 7.0 the image and its modules are packages of their own
    script = (f"cd /var/tmp && {{ apt-get -q download linux-binary-{name} linux-modules-{name}"
              f" linux-base-{name} ||"
              f" apt-get -q download linux-image-{name}; }}")
    done = subprocess.run(["chroot", chroot, "sh", "-c", script], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise Trouble(f"apt-get download of kernel {name} in {chroot} failed:\n{done.stderr}"
                      "It has to be root; run tools/root again if its package lists are old.")
    for deb in glob.glob(os.path.join(chroot, "var/tmp/*.deb")):
        shutil.move(deb, folder)


def bootable(kernel):
    """What to give to QEMU's -kernel.

    QEMU can enter an unpacked kernel directly (PVH). That saves the guest from
    unpacking it, which takes an emulated processor longer than all of the rest.
    """
    with open(kernel.image, "rb") as f:
        image = f.read()
    stat = os.stat(kernel.image)
    path = os.path.join(CACHE, "vmlinux", f"{kernel.name}-{stat.st_size}-{int(stat.st_mtime)}")
    if not os.path.exists(path):
        elf = payload(image)
        # the owner and type of the note that names the 32-bit entry point
        if not elf.startswith(b"\x7fELF") or b"\x12\0\0\0Xen\0" not in elf:
            return kernel.image
        os.makedirs(os.path.dirname(path), exist_ok=True)
        for old in glob.glob(os.path.join(CACHE, "vmlinux", glob.escape(kernel.name) + "-*")):
            os.unlink(old)
        with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), delete=False) as f:
            f.write(elf)
        os.rename(f.name, path)
    return path


def payload(image):
    """The ELF file inside a bzImage, b"" if it cannot be had."""
    if image[0x202:0x206] != b"HdrS":
        return b""
    setup_sects = image[0x1f1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sects + 1) * 512 + offset
    data = image[start:start + length]
    try:
        return decompress(data)
    except (OSError, lzma.LZMAError, subprocess.CalledProcessError):
        return b""


def decompress(data):
    """Undo gzip, xz or zstd; bytes after the end of the stream do not matter."""
    if data.startswith(b"\x1f\x8b"):
        return subprocess.run(["gzip", "-dcq"], input=data, check=False,
                              stdout=subprocess.PIPE).stdout
    if data.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMADecompressor().decompress(data)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        return subprocess.run(["zstd", "-dcq"], input=data, check=False, stderr=subprocess.DEVNULL,
                              stdout=subprocess.PIPE).stdout
    return data
