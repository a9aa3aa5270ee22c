# SPDX-License-Identifier: GPL-2.0-only
"""The made-up machines that the tests of ipmidrv look at: one folder each, for its --root.

Each function of MACHINES gets a Tree and changes the good machine in it by what is wrong with
that one. Called by check.
"""
import os
import struct
import subprocess

KERNEL = "6.1.0-99-amd64"
VERSION = "40.0.1"
STACK = ("ipmi_msghandler", "ipmi_devintf", "ipmi_si", "ipmi_ssif", "ipmi_watchdog", "ipmi_poweroff")
DEVICE = "/sys/devices/platform/dmi-ipmi-si.0"
PROGRAM = "/sys/devices/platform/ipmi_vbmc.0"
UP = """[    3.781112] SMBIOS dmi-ipmi-si.0 kcs at i/o 0xca2 size 1 spacing 1 irq 5
[    3.820921] up as ipmi0, at try 1
"""
EMPTY = """[    4.421510] SMBIOS dmi-ipmi-si.0 kcs at i/o 0xca8 size 1 spacing 1 irq 0
[    7.445008] tried 3 times, the next try is in 3916 ms
\tInterface detection failed: the status register of the kcs at i/o address 0xca8, register spacing 1, \
which is at 0xca9, reads as 0xff, so nothing is there; if the BMC is only late it will be found, \
else give the right address (ports= or addrs=)
"""
TIMES = """waiting_us 310736
spinning_us 0
sleeping_us 277762
looks 2027
failures 0
answers_at_once 73
below_us      128 50
below_us      256 14
below_us     8192 2
"""
SIGNATURE = b"~Module signature appended~\n"


def smbios(kind, base, spacing=0, version=0x20):
    return struct.pack("<BBHBBBBQBB", 38, 18, 0x26, kind, version, 0x20, 0xff, base, spacing << 6, 0)


class Tree:
    """A machine: write() files below its folder, remove() them."""

    def __init__(self, folder, objects):
        self.folder, self.objects = folder, objects

    def path(self, path):
        return self.folder + path

    def write(self, path, content="", mode=0o644):
        full = self.path(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if os.path.lexists(full):
            os.unlink(full)
        with open(full, "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(full, mode)

    def link(self, path, target):
        os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
        if os.path.lexists(self.path(path)):
            os.unlink(self.path(path))
        os.symlink(target, self.path(path))

    def remove(self, *paths):
        for path in paths:
            subprocess.run(["rm", "-rf", self.path(path)], check=True)

    def module_file(self, name, version="", vermagic=KERNEL, signed=False, folder="kernel/drivers/char/ipmi"):
        """A file that libkmod takes for a module: an ELF object with .modinfo, and a signature."""
        info = [f"vermagic={vermagic} SMP mod_unload", f"name={name}", "license=GPL"]
        info += [f"version={version}"] * bool(version)
        key = "-".join((name, version, vermagic)).replace("/", "_")
        built = os.path.join(self.objects, key + ".ko")
        if not os.path.exists(built):
            text = "\\0".join(info) + "\\0"
            source = f'static const char i[] __attribute__((used, section(".modinfo"))) = "{text}";\n'
            subprocess.run(["gcc", "-x", "c", "-c", "-o", built, "-"], input=source.encode(), check=True)
        with open(built, "rb") as f:
            data = f.read()
        if signed:
            data += b"DebianKey1Sign" + struct.pack(">BBBBB3xI", 0, 2, 1, 6, 4, 4) + SIGNATURE
        for old in ("kernel/drivers/char/ipmi", "updates"):
            self.remove(f"/lib/modules/{KERNEL}/{old}/{name}.ko")
        self.write(f"/lib/modules/{KERNEL}/{folder}/{name}.ko", data)

    def depmod(self):
        folder = self.path(f"/lib/modules/{KERNEL}")
        if os.path.isdir(folder):
            for name in ("modules.builtin", "modules.order"):
                self.write(f"/lib/modules/{KERNEL}/{name}")
            subprocess.run(["depmod", "-b", self.folder, KERNEL], check=True, stderr=subprocess.DEVNULL)

    def loaded(self, name, version=""):
        self.write(f"/sys/module/{name}/initstate", "live\n")
        self.remove(f"/sys/module/{name}/version")
        if version:
            self.write(f"/sys/module/{name}/version", version + "\n")

    def log(self, *lines):
        self.write("/dev/kmsg", "".join(f"6,{n},{4000000 + n * 1000},-;{line}\n" for n, line in enumerate(lines)),
                   mode=0o600)

    def debugfs(self, path, content):
        self.write("/sys/kernel/debug/" + path, content)
        os.chmod(self.path("/sys/kernel/debug"), 0o700)

    def interface(self, number=0, version=VERSION, irq=5, works=1):
        device = DEVICE if not number else DEVICE[:-1] + str(number)
        self.write(device + "/type", "kcs\n")
        self.write(device + "/params", f"kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq={irq},ipmb=32\n")
        self.write(device + "/interrupts_enabled", f"{works}\n")
        for name, value in (("complete_transactions", 41), ("interrupts", 200), ("hosed_count", 0)):
            self.write(f"{device}/{name}", f"{value}\n")
        if version:
            self.write(device + "/nr_users", "1\n")
            self.write(device + "/nr_msgs", "0\n")
            for name, value in (("sent_local_commands", 40), ("handled_local_responses", 40),
                                ("refused_requests", 0)):
                self.write(f"{device}/ipmi_stats/{name}", f"{value}\n")
        self.link(device + "/driver", "../../../bus/platform/drivers/ipmi_si")
        self.link(f"/sys/bus/platform/drivers/ipmi_si/{os.path.basename(device)}",
                  "../../../.." + device[4:])
        folder = f"/sys/devices/virtual/ipmi/ipmi{number}"
        self.link(f"/sys/class/ipmi/ipmi{number}", f"../../devices/virtual/ipmi/ipmi{number}")
        self.write(folder + "/dev", f"240:{number}\n")
        self.link(folder + "/device", "../../../platform/" + os.path.basename(device))
        self.write(f"/dev/ipmi{number}", mode=0o600)

    def program(self, number=0, comm="ipmi-vbmc"):
        """An interface whose BMC is a program: ipmi_vbmc."""
        self.loaded("ipmi_vbmc", VERSION)
        for name, value in (("type", "vbmc"), ("params", f"vbmc,program,pid=8123,ipmb=32,comm={comm}"),
                            ("requests", 52), ("answers", 50), ("timeouts", 1), ("refused", 1), ("late_answers", 0),
                            ("events", 3), ("messages", 0), ("watchdog_pretimeouts", 0), ("nr_users", 1),
                            ("nr_msgs", 0), ("ipmi_stats/sent_local_commands", 51), ("ipmi_stats/bmc_away", 0)):
            self.write(f"{PROGRAM}/{name}", f"{value}\n")
        self.link("/sys/bus/platform/devices/ipmi_vbmc.0", "../../../devices/platform/ipmi_vbmc.0")
        folder = f"/sys/devices/virtual/ipmi/ipmi{number}"
        self.link(f"/sys/class/ipmi/ipmi{number}", f"../../devices/virtual/ipmi/ipmi{number}")
        self.write(folder + "/dev", f"240:{number}\n")
        self.link(folder + "/device", "../../../platform/ipmi_vbmc.0")
        self.write(f"/dev/ipmi{number}", mode=0o600)

    def hwmon(self):
        """ipmi_hwmon shows the sensors of ipmi0."""
        self.loaded("ipmi_hwmon", VERSION)
        folder = "/sys/devices/platform/ipmi_hwmon.0/hwmon/hwmon3"
        for name in ("name", "temp1_input", "temp1_label", "fan1_input", "fan1_alarm"):
            self.write(f"{folder}/{name}", "ipmi\n" if name == "name" else "0\n")
        self.link(folder + "/device", "../../../ipmi_hwmon.0")
        self.link("/sys/class/hwmon/hwmon3", "../../devices/platform/ipmi_hwmon.0/hwmon/hwmon3")
        self.write("/sys/class/hwmon/hwmon0/temp1_input", "1\n")
        self.debugfs("ipmi_hwmon/ipmi0/records", "# 2 records; the walk ended: all read\n")

    def no_interface(self):
        self.remove("/sys/class/ipmi/ipmi0", "/sys/devices", "/dev/ipmi0",
                    "/sys/bus/platform/drivers/ipmi_si/dmi-ipmi-si.0")

    def not_loaded(self):
        self.no_interface()
        self.remove("/sys/class/ipmi", "/sys/module", "/sys/kernel/debug", "/sys/bus/platform/drivers/ipmi_si")

    def intree(self):
        for name in STACK[:3]:
            self.module_file(name, "39.2" if name == "ipmi_msghandler" else "", signed=True)
            self.loaded(name, "39.2" if name == "ipmi_msghandler" else "")
        self.remove(*(f"/lib/modules/{KERNEL}/updates/{name}.ko" for name in STACK))
        self.remove("/sys/kernel/debug", DEVICE)
        self.interface(version="")

    def good(self):
        self.write("/proc/sys/kernel/osrelease", KERNEL + "\n")
        self.write("/proc/cmdline", "root=/dev/sda1 ro\n")
        self.write("/proc/cpuinfo", "flags\t\t: fpu vme\n")
        self.write("/proc/ioports", "0000-0cf7 : PCI Bus 0000:00\n  0ca2-0ca2 : dmi-ipmi-si.0\n    0ca2-0ca2 : ipmi_si\n")
        self.write("/proc/1/comm", "init\n")
        for name, text in (("sys_vendor", "Example"), ("product_name", "Server 1"), ("bios_version", "3.4"),
                           ("bios_date", "05/14/2021"), ("chassis_type", "23")):
            self.write("/sys/class/dmi/id/" + name, text + "\n")
        self.write("/sys/firmware/dmi/entries/38-0/raw", smbios(1, 0xca3), mode=0o400)
        self.write(f"/boot/config-{KERNEL}",
                   "CONFIG_IPMI_HANDLER=m\nCONFIG_IPMI_SI=m\nCONFIG_IPMI_DEVICE_INTERFACE=m\n")
        for name in STACK:
            self.module_file(name, VERSION, folder="updates")
        for name in STACK[:3]:
            self.loaded(name, VERSION)
        self.write("/sys/module/ipmi_msghandler/parameters/max_msgs_per_user", "100\n")
        self.write("/etc/modprobe.d/empty.conf")
        self.debugfs("ipmi_si/discovery", UP)
        self.debugfs("ipmi_si/dmi-ipmi-si.0/times", TIMES)
        self.log("IPMI message handler: version 40.0.1 of ipmi-drivers", "usb 1-1: new device",
                 "dmi-ipmi-si.0: IPMI kcs interface initialized")
        self.interface()


def good(_tree):
    pass


def two(tree):
    tree.interface(number=1)
    tree.debugfs("ipmi_si/discovery", UP + UP.replace("ipmi0", "ipmi1").replace("si.0", "si.1"))


def wrong_smbios(tree):
    tree.no_interface()
    tree.write("/sys/firmware/dmi/entries/38-0/raw", smbios(1, 0xca9), mode=0o400)
    tree.write("/proc/ioports", "0000-0cf7 : PCI Bus 0000:00\n  0ca8-0ca8 : IPMI Address 1\n  0ca9-0ca9 : IPMI Address 2\n")
    tree.debugfs("ipmi_si/discovery", EMPTY)


def wrong_user(tree):
    """The same as wrong_smbios, looked at by a user who is not root."""
    wrong_smbios(tree)


def other_works(tree):
    """One record is wrong, and an interface is up all the same."""
    tree.debugfs("ipmi_si/discovery", EMPTY.replace("si.0", "si.1") + UP)


def not_installed(tree):
    tree.not_loaded()
    tree.remove("/lib/modules")


def not_loaded(tree):
    tree.not_loaded()


def no_ipmi(tree):
    tree.not_loaded()
    tree.write(f"/boot/config-{KERNEL}", "# CONFIG_IPMI_HANDLER is not set\nCONFIG_IPMI_HANDLERS=y\n")


def mix(tree):
    tree.loaded("ipmi_si")
    tree.no_interface()


def mix_files(tree):
    tree.module_file("ipmi_devintf", signed=True)


def refused(tree):
    tree.not_loaded()
    tree.log("IPMI message handler: ipmi_si is refused: its version is none (srcversion 12), and mine is 40.0.1")


def blacklisted(tree):
    tree.not_loaded()
    tree.write("/etc/modprobe.d/local.conf", "blacklist ipmi_si\n")


def install_false(tree):
    tree.not_loaded()
    tree.write("/etc/modprobe.d/local.conf", "install ipmi_devintf /bin/false\n")


def secure_boot(tree):
    tree.not_loaded()
    tree.write("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n")
    tree.log("Loading of unsigned module is rejected")


def sig_enforce(tree):
    tree.not_loaded()
    tree.write("/sys/module/module/parameters/sig_enforce", "Y\n")


def signed(tree):
    """Signed modules on a kernel that wants them: not loaded, and no more than that is wrong."""
    tree.not_loaded()
    for name in STACK:
        tree.module_file(name, VERSION, signed=True, folder="updates")
    tree.write("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n")


def other_kernel(tree):
    tree.not_loaded()
    tree.module_file("ipmi_si", VERSION, vermagic="6.1.0-1-amd64", folder="updates")


def no_devintf(tree):
    tree.remove("/sys/class/ipmi", "/sys/devices/virtual", "/dev/ipmi0", "/sys/module/ipmi_devintf")


def no_node(tree):
    tree.remove("/dev/ipmi0")


def container(tree):
    tree.remove("/dev/ipmi0")
    tree.write("/.dockerenv")


def user(tree):
    """Nothing is wrong, but that who looks is not root."""


def group(tree):
    os.chmod(tree.path("/dev/ipmi0"), 0o666)


def away(tree):
    tree.debugfs("ipmi_si/discovery", UP.replace("try 1", "try 1, but its BMC has not answered for 2077 ms"))
    tree.log("ipmi_si dmi-ipmi-si.0: BMC does not answer: kcs write: busy (status 0x02); requests fail until it does")


def away_counter(tree):
    tree.write(DEVICE + "/ipmi_stats/bmc_away", "1\n")


def away_intree(tree):
    """No more than the log to go by, as a user who may read it."""
    tree.intree()
    tree.log("ipmi_si dmi-ipmi-si.0: BMC does not answer: x", "dmi-ipmi-si.0: BMC answers again after 9 ms",
             "ipmi_si dmi-ipmi-si.0: BMC does not answer: y")


def back(tree):
    tree.log("ipmi_si dmi-ipmi-si.0: BMC does not answer: x", "dmi-ipmi-si.0: BMC answers again after 9 ms")


def dead_irq(tree):
    tree.write(DEVICE + "/interrupts_enabled", "0\n")


def hoarder(tree):
    tree.write(DEVICE + "/nr_msgs", "100\n")
    tree.write(DEVICE + "/ipmi_stats/refused_requests", "7\n")
    for pid, name, count in ((8123, "ipmi_exporter", 3), (99, "hoarder", 97)):
        tree.write(f"/proc/{pid}/comm", name + "\n")
        tree.link(f"/proc/{pid}/fd/4", "/dev/ipmi0")
        tree.write(f"/proc/{pid}/fdinfo/4", f"pos:\t0\nipmi-messages:\t{count}\n")


def intree(tree):
    tree.intree()


def intree_wrong(tree):
    tree.intree()
    tree.no_interface()
    tree.write("/sys/firmware/dmi/entries/38-0/raw", smbios(1, 0xca9), mode=0o400)
    tree.log("dmi-ipmi-si.0: Interface detection failed", "ipmi_si: Unable to find any System Interface(s)")


def virtual(tree):
    tree.no_interface()
    tree.write("/sys/class/dmi/id/sys_vendor", "QEMU\n")
    tree.remove("/sys/firmware")
    tree.debugfs("ipmi_si/discovery", "No source has offered an interface: SMBIOS has no record of type 38.\n")


def devicetree(tree):
    tree.not_loaded()
    tree.remove("/sys/firmware")
    tree.write("/sys/firmware/devicetree/base/model", "Example\0")


def taken(tree):
    tree.no_interface()
    tree.write("/proc/ioports", "0000-0cf7 : PCI Bus 0000:00\n  0ca2-0ca3 : superio\n")
    tree.debugfs("ipmi_si/discovery", EMPTY.splitlines(True)[0] + "[    7.445008] tried 1 time, the next try is in 1 ms\n"
                 "\tCould not set up I/O space at i/o address 0xca2, register spacing 1: -16; see /proc/ioports for who has it\n")


def slow(tree):
    tree.debugfs("ipmi_si/dmi-ipmi-si.0/times", TIMES + "below_us    32768 30\n")
    tree.write(DEVICE + "/nr_msgs", "12\n")
    tree.write(DEVICE + "/ipmi_stats/late_responses", "3\n")
    for name, value in (("requests", 1000), ("request_us_total", 50000000), ("bmc_us_total", 20000000)):
        tree.write(f"{DEVICE}/ipmi_stats/{name}", f"{value}\n")
    tree.write("/sys/class/watchdog/watchdog0/identity", "IPMI\n")
    tree.write("/sys/class/watchdog/watchdog0/timeout", "60\n")


def program(tree):
    """A virtual machine whose only BMC is a program."""
    virtual(tree)
    tree.remove("/sys/module/ipmi_si", "/sys/kernel/debug/ipmi_si")
    tree.program()
    tree.hwmon()


def program_away(tree):
    program(tree)
    tree.write(PROGRAM + "/ipmi_stats/bmc_away", "1\n")


def program_hostile(tree):
    """A program may call itself what it likes."""
    program(tree)
    tree.write(PROGRAM + "/params", b"vbmc,program,pid=8123,ipmb=32,comm=kcs,irq=5\x1b[31m\xff\n")


def program_bare(tree):
    """Without ipmi_devintf."""
    program(tree)
    tree.remove("/sys/class/ipmi", "/sys/devices/virtual", "/dev/ipmi0", "/sys/module/ipmi_devintf")


def program_none(tree):
    """ipmi_vbmc is loaded, and no program has come."""
    program(tree)
    tree.no_interface()
    tree.remove("/sys/bus/platform", "/sys/class/hwmon")


def beside(tree):
    """Hardware, and a program beside it."""
    tree.program(number=1)
    tree.hwmon()


def hostile(tree):
    """Who writes these files wants the terminal, the JSON or the memory of who reads them."""
    tree.write("/sys/class/dmi/id/sys_vendor", b"\x1b[2J\x9b31m evil \xff\xfe\xc0\x80 \xe2\x80\xae\n")
    tree.write("/sys/class/dmi/id/product_name", b"A" * 100000)
    tree.write(DEVICE + "/type", b"\x1b]0;title\x07" * 50)
    tree.write(DEVICE + "/params", b"kcs,i/o,0x" + b"f" * 1000 + b",irq=99999999999999999999\n")
    tree.write(DEVICE + "/nr_msgs", b"-9223372036854775808\n")
    tree.write(DEVICE + "/ipmi_stats/\x1b[31mname", b"5\n")
    tree.write(DEVICE + "/ipmi_stats/sent_local_commands", b"99999999999999999999999999\n")
    tree.write("/sys/firmware/dmi/entries/38-0/raw", b"\x26\xff", mode=0o400)
    tree.write("/sys/firmware/dmi/entries/38-1/raw", b"\x26\x12\x00\x00\xff" + b"\xff" * 300, mode=0o400)
    tree.debugfs("ipmi_si/discovery", b"[x\n[] \n\t\x1b[31m\n[    1.0]\n[    1.0]\n\tup as ipmi0\n" + b"[ " * 4000 + b"up as ipmi\x00")
    tree.debugfs("ipmi_si/dmi-ipmi-si.0/times", b"below_us 99999999999999999999 99999999999999999999\n" * 100)
    tree.log("BMC does not answer: \x1b[31m" + "x" * 5000)
    tree.write("/proc/1/comm", b"\x1b[31m\xff\n")
    tree.link("/proc/1/fd/3", "/dev/ipmi0")
    tree.write("/proc/1/fdinfo/3", b"ipmi-messages" * 100 + b":\nipmi-messages:\t-1\n:\n")


# name: (who makes it, the user that looks at it)
MACHINES = {f.__name__: (f, uid) for f, uid in (
    (good, 0), (two, 0), (wrong_smbios, 0), (wrong_user, 1000), (other_works, 0), (not_installed, 0), (not_loaded, 0),
    (no_ipmi, 0), (mix, 0), (mix_files, 0), (refused, 0), (blacklisted, 0), (install_false, 0), (secure_boot, 0),
    (sig_enforce, 0), (signed, 0), (other_kernel, 0), (no_devintf, 0), (no_node, 0), (container, 0), (user, 1000),
    (group, 1000), (away, 0), (away_counter, 0), (away_intree, 0), (back, 0), (dead_irq, 0), (hoarder, 0), (intree, 0),
    (intree_wrong, 0), (virtual, 0), (devicetree, 0), (taken, 0), (slow, 0), (hostile, 0), (program, 0),
    (program_away, 0), (program_hostile, 0), (program_bare, 0), (program_none, 0), (beside, 0))}


def make(name, folder, objects):
    tree = Tree(folder, objects)
    tree.good()
    MACHINES[name][0](tree)
    tree.depmod()
