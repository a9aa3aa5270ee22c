# SPDX-License-Identifier: GPL-2.0-only
"""Runs one virtual machine and hears it out: Machine, called by run, shell and demo.

It hears three channels: the guest's kernel console (K), the test's terminal (T) and
QEMU's control channel (Q). Every line of each goes to one log, with the seconds since
the start. Where there is one serial line only, the test talks through the kernel's log. The serial ports are pipes: a socket holds some hundred bytes only if each
comes alone, and QEMU drops what it cannot write.
"""
import fcntl
import functools
import json
import os
import re
import select
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time
import tty

import devicetree
import kernel as kernels
from channel import LEASH, Channel
from hostbmc import HostBmc
from hostprogram import HostProgram
from ipmisim import IpmiSim
from kernel import Trouble

MARK = b"@vm "           # begins the lines of guest-init
TALK = re.compile(r"\[ *\d+\.\d+\] @t ?(.*)")     # a line of the test's in the kernel's log
ESCAPE = b"\x1d"        # Ctrl-]
PIPE_SIZE = 1 << 20
BOOT_SECONDS = 300      # that a kernel may take to begin init; a busy host is no failure
RUNNING = set()         # processes
STOP = threading.Event()        # nothing is begun any more, and what runs is ended
LOCK = threading.Lock()         # for both


class Stopped(Exception):
    """This process was told to end: what a machine had shown until then is no verdict."""


def accelerator(arch):
    """tcg, which works everywhere, unless VM_ACCEL=kvm asks for more: a /dev/kvm that is there,
    and even runs a boot sector, may still hang a kernel."""
    if not shutil.which(arch.qemu[0]):
        raise Trouble(f"there is no {arch.qemu[0]} here; run tools/setup vm kernels")
    return "tcg" if arch.cross else os.environ.get("VM_ACCEL", "tcg")


@functools.cache
def built(emulator):
    """The program that this command builds, unless it has already."""
    said = subprocess.run([os.path.join(kernels.TOP, emulator)], stdout=subprocess.PIPE, text=True,
                          check=False)
    if said.returncode:
        raise Trouble(f"{emulator} did not build the QEMU that this machine wants (see above)")
    return [said.stdout.strip()]


def begin(command, log):
    """A machine's process. In a session of its own: who presses Ctrl-C means the process here,
    and that one knows first that it is to end, before its machines do."""
    with LOCK:
        if STOP.is_set():
            raise Stopped
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        RUNNING.add(process)
    return process


def stop_all():
    """End every machine of this process, and begin none."""
    with LOCK:
        STOP.set()
        for process in RUNNING:
            process.terminate()


def stop_when_told():
    """Make these signals an exception, so that no machine outlives this process."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda told, _: sys.exit(128 + told))


class Serial(Channel):
    """A serial port: two pipes."""

    def __init__(self, folder, letter):
        super().__init__(letter)
        path = os.path.join(folder, letter)
        for name in (path + ".in", path + ".out"):
            os.mkfifo(name)
        self.output = os.open(path + ".out", os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self.output, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        # both ends, or there would be nobody to open the other one yet
        self.input = os.open(path + ".in", os.O_RDWR)
        self.args = ["-chardev", f"pipe,id={letter},path={path}"]

    def fileno(self):
        return self.output

    def read(self):
        return os.read(self.output, 65536)

    def write(self, data):
        os.write(self.input, data)

    def close(self):
        os.close(self.output)
        os.close(self.input)


class Control(Channel):
    """QEMU's control channel, a socket it connects to."""

    def __init__(self, folder, letter):
        super().__init__(letter)
        path = os.path.join(folder, letter)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(1)
        self.conn = None
        self.args = ["-chardev", f"socket,id={letter},path={path}",
                     "-mon", f"chardev={letter},mode=control"]

    def fileno(self):
        return (self.conn or self.listener).fileno()

    def accept(self):
        self.conn = self.listener.accept()[0]
        self.conn.sendall(b'{"execute": "qmp_capabilities"}\n')

    def tell(self, command):
        self.conn.sendall(json.dumps(command).encode() + b"\n")

    def read(self):
        try:
            return self.conn.recv(65536)
        except ConnectionResetError:
            return b""

    def close(self):
        self.listener.close()
        if self.conn:
            self.conn.close()


# On a busy host an emulated timer may be late, which is no broken IO-APIC. RCU's patience is the
# kernel's default and a little; a clock that was calibrated on a busy host may run some times too
# fast, and its patience end too soon: see busy_host() in verdict.py.
BUSY_HOST = "no_timer_check rcupdate.rcu_cpu_stall_timeout=25"


class Machine:
    """One boot. After run(): status, timed_out, seconds, console, test, events."""

    def __init__(self, image, initrd, devices, log, append="", cpus=2, memory=512, board="pc",
                 seconds=60, parallel=False, bmc=None, boots=1, host=None,
                 console=None, arch=kernels.HOST, tree=None, emulator=None):
        self.image, self.initrd, self.devices = image, initrd, devices
        self.append, self.cpus, self.board = append, min(cpus, arch.cpus), board
        self.memory = max(memory, arch.memory)
        self.console_option = console or arch.console
        self.arch = arch
        self.emulator = emulator    # a command that prints the path of its QEMU
        self.tree = tree        # a source file of what its device tree has beside QEMU's
        self.limit = seconds    # from its first boot on, once init runs
        self.init_at = None     # when that was
        self.parallel = parallel    # processors may run at the same time even if emulated
        self.log_path = log
        self.bmc = bmc          # "host", "fast": with a BMC of tests/bmc, its chardev is called host;
                                # "ipmi_sim": with that one
        self.beside = None      # it, while it runs
        self.bmc_status = 0     # its exit status
        self.host = host        # a program that is run here once the guest's init runs
        self.half = None        # it, once it runs
        self.host_status = 0    # its exit status
        self.said = []          # its lines
        self.boots = boots      # resets before the last of so many boots are no end
        self.console = []       # lines of the kernel
        self.console_at = []    # and the seconds when each came
        self.test = []          # lines of the test's terminal, (seconds, text)
        self.notes = []         # lines of the BMC of tests/bmc
        self.events = []        # what QMP reported, (seconds, event)
        self.status = None
        self.timed_out = False
        self.seconds = 0.0

    def command(self, channels, folder):
        accel = accelerator(self.arch)
        if accel == "tcg" and not self.parallel:
            # with a thread per processor, a processor can run code while another patches it,
            # and a kernel stops at a breakpoint it has just removed: one boot in fifty
            accel += ",thread=single"
        args = [*built(self.emulator), *self.arch.qemu[1:]] if self.emulator else [*self.arch.qemu]
        args += ["-accel", accel, "-machine", self.board, "-smp", str(self.cpus),
                "-m", str(self.memory), "-display", "none", "-nodefaults", "-no-user-config"]
        if self.tree:
            args += ["-dtb", devicetree.blob(args, self.tree, folder)]
        args += [*(["-no-reboot"] if self.boots == 1 else []), "-kernel", self.image,
                 "-initrd", self.initrd, "-append",
                 f"{self.console_option} {BUSY_HOST} panic=-1 {self.append}".strip()]
        for channel in channels:
            args += channel.args
        args += self.arch.serial
        for device in self.devices:
            args += device.split(" ", 1)
        # a limit of its own, should this process be killed
        limit = ("infinity" if self.limit == float("inf")
                 else str(int(self.limit) + BOOT_SECONDS + 30))
        return [*LEASH, "timeout", "--foreground", "-k", "5", limit] + args

    def run(self, on_line=None, interactive=False):
        """Boot and wait for the end. on_line(text) sees each line of the test's terminal;
        interactive: once the guest said "@vm shell", the terminal here is the guest's."""
        folder, channels = tempfile.mkdtemp(prefix="ipmi-vm-"), []
        started = time.monotonic()
        with open(self.log_path, "w", encoding="utf-8") as log:
            try:
                self.open(channels, folder)
                process = begin(self.command(channels, folder), log)
                try:
                    self.listen(process, channels, log, started, on_line, interactive)
                    if not self.timed_out:
                        process.wait(10)
                except subprocess.TimeoutExpired:
                    self.timed_out = True
                finally:
                    if process.poll() is None:
                        process.terminate()
                        process.wait()
                    with LOCK:
                        RUNNING.discard(process)
                    self.status = process.returncode
            finally:
                self.seconds = time.monotonic() - started
                self.close(channels, log)
                shutil.rmtree(folder)
        if STOP.is_set():
            raise Stopped

    def open(self, channels, folder):
        """What it hears; the control channel is the last of them."""
        if self.bmc:
            self.beside = IpmiSim(folder) if self.bmc == "ipmi_sim" else HostBmc(folder, self.bmc)
            channels.append(self.beside)
        channels += [Serial(folder, "K"), Serial(folder, "T")]
        channels.append(Control(folder, "Q"))

    def close(self, channels, log):
        # the program beside it first: what it still does needs the others
        for channel in sorted(channels, key=lambda channel: channel.letter != "H"):
            channel.close()
        if self.beside:
            self.bmc_status = self.beside.status
            log.write(self.beside.last_words)
            self.notes += self.beside.last_words.splitlines()
        if self.host:
            self.host_status = self.half.status if self.half else None

    def must_have_begun(self):
        """Trouble if QEMU did not like its options."""
        if self.status and not self.console and not self.events:
            with open(self.log_path, encoding="utf-8") as log:
                raise Trouble(f"QEMU did not start:\n{log.read().strip()}")

    def listen(self, process, channels, log, started, on_line, interactive):
        picker = selectors.DefaultSelector()
        for channel in channels:
            picker.register(channel, selectors.EVENT_READ)
        control = channels[-1]
        # the BMC beside it outlives the machine
        while any(key.fileobj.letter != "B" for key in picker.get_map().values()):
            now = time.monotonic() - started
            if now > (BOOT_SECONDS if self.init_at is None else self.init_at + self.limit):
                self.timed_out = True
                log.write(f"[{now:8.3f}] Q| no end after {self.limit} seconds\n")
                return
            if not control.conn and process.poll() is not None:
                return
            if self.host and self.init_at is not None and not self.half:
                environment = getattr(self.beside, "environment", {})
                self.half = HostProgram(self.host, environment, self.limit)
                channels.append(self.half)
                picker.register(self.half, selectors.EVENT_READ)
            for key, _ in picker.select(0.5):
                channel = key.fileobj
                if channel is control and not control.conn:
                    picker.unregister(control)
                    control.accept()
                    picker.register(control, selectors.EVENT_READ)
                    continue
                data = channel.read()
                if not data:
                    picker.unregister(channel)
                    data = b"\n" if channel.rest else b""
                now = time.monotonic() - started
                for line in channel.lines(data):
                    self.take(channel.letter, now, line, log, on_line)
                    if self.boots > 1 and self.begun() == self.boots:
                        control.tell({"execute": "set-action",
                                      "arguments": {"reboot": "shutdown"}})
                        self.boots = 1
                    if interactive and line == "@vm shell":
                        self.limit = float("inf")
                        terminal(channel, log)

    def begun(self):
        """How many boots have begun."""
        return sum(text.startswith("@vm boot ") for _, text in self.test)

    def take(self, letter, now, line, log, on_line):
        if letter == "Q":
            message = json.loads(line)
            if "event" not in message:
                return
            message.pop("timestamp", None)
            self.events.append((round(now, 3), message))
            line = json.dumps(message)
        talk = letter == "K" and self.arch.one_line and TALK.match(line)
        if talk:
            letter, line = "T", talk[1]
        if letter == "K":
            self.console.append(line)
            self.console_at.append(now)
        elif letter == "B":
            self.notes.append(line)
        elif letter == "H":
            self.said.append(line)
        elif letter == "T":
            self.test.append((round(now, 3), line))
            if self.init_at is None:
                self.init_at = now
            if on_line:
                on_line(line)
        log.write(f"[{now:8.3f}] {letter}| {line}\n")
        log.flush()


def shell_job():
    """The line of a job (see guest-init) that leads to "@vm shell"."""
    size = os.get_terminal_size() if os.isatty(1) else os.terminal_size((0, 0))
    return f"shell {size.lines or 24} {size.columns or 80}\n"


def terminal(guest, log):
    """Join this process's terminal and the guest's until the guest ends, or Ctrl-]."""
    here = sys.stdin.fileno()
    old = termios.tcgetattr(here) if os.isatty(here) else None
    if old:
        print("(Ctrl-] ends the machine at once)", flush=True)
        tty.setraw(here)
    inputs = [guest, here]
    data, guest.rest = guest.rest, b""
    try:
        while True:
            shown, mark, rest = data.partition(MARK)
            if not mark:
                # it may have come in part
                part = next((n for n in (3, 2, 1) if data.endswith(MARK[:n])), 0)
                shown, rest = data[:len(data) - part], data[len(data) - part:]
            sys.stdout.buffer.write(shown)
            sys.stdout.buffer.flush()
            log.write(shown.decode(errors="replace").replace("\r", ""))
            if mark:
                guest.rest = mark + rest
                return
            data = rest
            ready = select.select(inputs, [], [])[0]
            if here in ready:
                typed = os.read(here, 4096)
                if ESCAPE in typed:
                    raise KeyboardInterrupt
                if not typed:
                    inputs.remove(here)
                    typed = b"exit\n"
                guest.write(typed)
            if guest in ready:
                more = guest.read()
                if not more:
                    return
                data += more
    finally:
        if old:
            termios.tcsetattr(here, termios.TCSADRAIN, old)
