# SPDX-License-Identifier: GPL-2.0-only
"""OpenIPMI's ipmi_sim as the BMC beside one machine: IpmiSim, made by machine.py.

It has what the other BMCs here have not: a LAN interface, with users, on a port of the loopback
device, serial over LAN to the guest's third serial port, a chassis (ipmisim-chassis), and sensors
whose limits can be set. Sensors and inventory are those of bmc.toml. It is a channel of the machine:
what it says goes to the machine's log as "B|" lines.
"""
import os
import shutil
import socket
import time

import bmc
import initramfs
from channel import ProgramChannel
from kernel import Trouble

START_SECONDS = 10
TRIES = 3               # another process may take a port that was free a moment ago
LIMIT = "3600"          # seconds, should this process be killed

USER, PASSWORD = "admin", "secret"
GUID = "a123456789abcdefa123456789abcdef"       # without it there is no session

LAN_CONF = """name "sim"
chassis_control "{chassis} 0x20"
startlan 1
  addr 127.0.0.1 {lan}
  priv_limit admin
  allowed_auths_user none md2 md5 straight
  allowed_auths_operator none md2 md5 straight
  allowed_auths_admin none md2 md5 straight
  guid {guid}
endlan
serial 15 127.0.0.1 {vm} codec VM ipmb 0x20
sol "tcp:127.0.0.1:{sol}" 115200
user 1 true "" "" user 10 none md2 md5 straight
user 2 true "{user}" "{password}" admin 10 none md2 md5 straight
"""

EMULATED = """mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
sel_enable 0x20 1000 0x0a
"""
CHASSIS = "ipmisim-chassis"
LIMITS = 0x0a95         # of a sensor with limits: going low at lower ones, going high at upper ones


def numbers(data):
    return " ".join(f"0x{byte:02x}" for byte in data)


def sensors(data):
    """The commands that make the sensors of bmc.toml, their records, and the inventory."""
    records = [(bmc.MC_LOCATOR, bytes([bmc.BMC, 0, 0, 0x1f, 0, 0, 0, 0x06, 1, 0]) + bmc.text("BMC"))]
    for sensor in data["analog"]:
        name = f"0x20 0 {sensor['number']}"
        upper, lower = ([bmc.raw(sensor, v) for v in sensor.get(side, [])] for side in ("upper", "lower"))
        has = "".join("111" if side else "000" for side in (upper, lower))
        yield f"sensor_add {name} {sensor['type']} 1"
        yield f"sensor_set_value {name} {bmc.raw(sensor, sensor['reading'])} 0"
        # upper ones first, from non-recoverable to non-critical; lower ones in the same order
        yield (f"sensor_set_threshold {name} settable {has} "
               + numbers((upper or [0] * 3)[::-1] + (lower or [0] * 3)))
        yield f"sensor_set_event_support {name} enable scanning per-state" + f" {LIMITS:015b}" * 4
        records.append(bmc.full(sensor))
    for sensor in data["discrete"]:
        name = f"0x20 0 {sensor['number']}"
        yield f"sensor_add {name} {sensor['type']} 0x6f"
        yield (f"sensor_set_event_support {name} enable scanning per-state"
               + f" {sensor['states']:015b}" * 4)
        records.append(bmc.compact(sensor, sensor["name"], 0x6f, sensor["states"]))
    for number, fru in enumerate(data["fru"]):
        yield f"mc_add_fru_data 0x20 {number} {bmc.FRU_SIZE} data {numbers(bmc.fru_image(fru))}"
        if number:
            records.append(bmc.fru_locator(number, fru))
    for number, record in enumerate(records):
        yield f"main_sdr_add 0x20 {numbers(bmc.record(number, *record))}"


def free_ports():
    """A UDP port for the LAN, TCP ports for QEMU and for serial over LAN; on the loopback device."""
    sockets = {"lan": socket.socket(type=socket.SOCK_DGRAM), "vm": socket.socket(),
               "sol": socket.socket()}
    ports = {}
    for name, s in sockets.items():
        s.bind(("127.0.0.1", 0))
        ports[name] = s.getsockname()[1]
    for s in sockets.values():
        s.close()
    return ports


class IpmiSim(ProgramChannel):
    """A process that listens before this returns. environment: how to reach it over LAN."""

    def __init__(self, folder):
        super().__init__("B")
        self.status = 0
        self.last_words = ""
        for _ in range(TRIES):
            ports = free_ports()
            self.start(folder, ports)
            if self.listens(ports["vm"]):
                break
            self.close()
        else:
            raise Trouble(f"ipmi_sim did not start:\n{self.last_words}")
        # without reconnect QEMU 7.2 crashes at its start
        self.args = ["-chardev", f"socket,id=host,host=127.0.0.1,port={ports['vm']},reconnect=1",
                     "-chardev", f"socket,id=sol,host=127.0.0.1,port={ports['sol']},"
                     "server=on,wait=off",
                     "-device", "isa-serial,chardev=sol,index=2,irq=7"]
        self.environment = {"SIM_PORT": str(ports["lan"]), "SIM_USER": USER,
                            "SIM_PASSWORD": PASSWORD}

    def start(self, folder, ports):
        state = os.path.join(folder, "sim")
        os.makedirs(state, exist_ok=True)
        chassis = shutil.copy(os.path.join(os.path.dirname(__file__), CHASSIS), state)
        emulated = [EMULATED, *sensors(bmc.read()), "mc_enable 0x20", ""]
        for name, text in (("lan.conf", LAN_CONF.format(guid=GUID, user=USER, password=PASSWORD,
                                                        chassis=chassis, **ports)),
                           ("sim.emu", "\n".join(emulated))):
            with open(os.path.join(state, name), "w", encoding="utf-8") as f:
                f.write(text)
        self.spawn(["timeout", "-k", "5", LIMIT, initramfs.program("ipmi_sim", "openipmi"), "-n",
                    "-c", f"{state}/lan.conf", "-f", f"{state}/sim.emu", "-s", state])

    def listens(self, port):
        """Without a connection: it takes one only, and that is QEMU's."""
        end = time.monotonic() + START_SECONDS
        mine = f"0100007F:{port:04X} 00000000:0000 0A"
        while time.monotonic() < end and self.process.poll() is None:
            with open("/proc/net/tcp", encoding="ascii") as f:
                if mine in f.read():
                    return True
            time.sleep(0.05)
        return False

    def close(self):
        """It has no end of its own; one that has ended before has crashed."""
        self.status = self.process.poll() or 0
        if self.process.poll() is None:
            self.process.terminate()
        said = self.process.communicate()[0]
        self.last_words = said.decode(errors="replace")
