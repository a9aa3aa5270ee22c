# SPDX-License-Identifier: GPL-2.0-only
"""Makes the data of the virtual BMC (QEMU's ipmi-bmc-sim) from bmc.toml, and SMBIOS records.

files() and smbios() are called by suite, readings() by demo and suite.
"""
import os
import struct
import subprocess
import tempfile
import tomllib

from kernel import BUILD, TOP, Trouble

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bmc.toml")
FOLDER = os.path.join(BUILD, "vm", "bmc")
FRU_SIZE = 256
MAX_SENSORS = 20            # the simulator's
BMC = 0x20                  # its address on the IPMB

FULL, COMPACT, FRU_LOCATOR, MC_LOCATOR = 0x01, 0x02, 0x11, 0x12


def read():
    with open(SOURCE, "rb") as f:
        return tomllib.load(f)


def text(string):
    """A string with its type/length byte (8-bit text)."""
    data = string.encode("latin-1")
    if len(data) > 16:
        raise Trouble(f"{SOURCE}: {string!r} is longer than the 16 bytes a sensor record holds")
    return bytes([0xc0 | len(data)]) + data


def raw(sensor, value):
    """The byte that stands for a value of an analog sensor."""
    number = round((value / 10 ** sensor.get("exp", 0) - sensor.get("b", 0)) / sensor["m"])
    if not 0 <= number <= 255:
        raise Trouble(f"{SOURCE}: {sensor['name']}: {value} does not fit into a byte")
    return number


def record(number, kind, body):
    return struct.pack("<HBBB", number, 0x51, kind, len(body)) + body


def full(sensor):
    lower = [raw(sensor, v) for v in sensor.get("lower", [])]
    upper = [raw(sensor, v) for v in sensor.get("upper", [])]
    readable = (0x07 if lower else 0) | (0x38 if upper else 0)
    # event masks: going low at lower limits, going high at upper ones
    events = (0x0015 if lower else 0) | (0x0a80 if upper else 0)
    lower, upper = lower or [0] * 3, upper or [0] * 3
    m, b, exp = sensor["m"], sensor.get("b", 0), sensor.get("exp", 0)
    nominal = raw(sensor, sensor["reading"])
    body = bytes([BMC, 0, sensor["number"], *sensor["entity"], 0x7f, 0x68, sensor["type"], 0x01])
    body += struct.pack("<HHH", events | (readable & 7) << 12, events | (readable & 0x38) << 9,
                        readable)
    body += bytes([0, sensor["unit"], 0, 0, m & 0xff, (m >> 8 & 3) << 6,
                   b & 0xff, (b >> 8 & 3) << 6, 0, (exp & 15) << 4])
    body += bytes([0x01, nominal, 0, 0, 0xff, 0])
    body += bytes(upper[::-1] + lower) + bytes([1, 1, 0, 0, 0])
    return FULL, body + text(sensor["name"])


def compact(sensor, name, kind, states):
    body = bytes([BMC, 0, sensor["number"], *sensor["entity"], 0x63, 0x40, sensor["type"], kind])
    body += struct.pack("<HHH", states, states, states)
    body += bytes([0, sensor.get("unit", 0), 0, 1, 0, 0, 0, 0, 0, 0, 0])
    return COMPACT, body + text(name)


def fru_locator(number, fru):
    body = bytes([BMC, number, 0x80, 0, 0, 0x10, 0, *fru["entity"], 0])
    return FRU_LOCATOR, body + text(fru["name"])


def sdr(data):
    """The whole repository."""
    records = [(MC_LOCATOR, bytes([BMC, 0, 0, 0x1f, 0, 0, 0, 0x06, 1, 0]) + text("BMC"))]
    for sensor in data["analog"]:
        records.append(full(sensor))
        records.append(compact(sensor, sensor["name"] + " state", 0x01, 0x0a95))
    for sensor in data["discrete"]:
        records.append(compact(sensor, sensor["name"], 0x6f, sensor["states"]))
    for number, fru in enumerate(data["fru"]):
        if number:
            records.append(fru_locator(number, fru))
    for sensor in data["analog"] + data["discrete"]:
        if sensor["number"] >= MAX_SENSORS:
            raise Trouble(f"{SOURCE}: {sensor['name']}: the simulator has {MAX_SENSORS} sensors")
    return b"".join(record(number, *rest) for number, rest in enumerate(records))


def checksum(data):
    return bytes([-sum(data) & 0xff])


def fru_area(head, fields):
    body = head + b"".join(bytes([0xc0 | len(f)]) + f.encode("latin-1") if f else b"\xc0"
                           for f in fields) + b"\xc1"
    size = -(-(len(body) + 1) // 8) * 8
    body = bytes([body[0], size // 8]) + body[2:]
    body = body.ljust(size - 1, b"\0")
    return body + checksum(body)


def fru_image(fru):
    areas, offsets = b"", [0, 0]
    if fru["board"]:
        offsets[0] = 1
        made = (10958 * 24 * 60).to_bytes(3, "little")      # minutes from 1996 to 2026
        areas += fru_area(b"\x01\0\0" + made, fru["board"])
    if fru["product"]:
        offsets[1] = 1 + len(areas) // 8
        areas += fru_area(b"\x01\0\0", fru["product"])
    header = bytes([1, 0, 0, *offsets, 0, 0])
    image = header + checksum(header) + areas
    if len(image) > FRU_SIZE:
        raise Trouble(f"{SOURCE}: fru {fru['name']} is larger than {FRU_SIZE} bytes")
    return image.ljust(FRU_SIZE, b"\xff")


def write(name, data):
    os.makedirs(FOLDER, exist_ok=True)
    path = os.path.join(FOLDER, name)
    with open(path + f".{os.getpid()}", "wb") as f:
        f.write(data)
    os.rename(f.name, path)
    return path.replace(",", ",,")      # as QEMU's options want it


def smbios(name, base, kind=1, modifier=0):
    """A type 38 record: an interface (1 KCS, 2 SMIC, 3 BT), and its base as it is in there."""
    body = struct.pack("<BBHBBBBQBB", 38, 18, 0x3100, kind, 0x20, BMC, 0xff, base, modifier, 0)
    return write(name, body + b"\0\0")


def spmi(name, port, kind):
    """The ACPI table SPMI without its header: an interface at an I/O port."""
    return write(name, struct.pack("<BBHBBBBI", kind, 1, 0x0200, 0, 0, 0, 0, 0) +
                 struct.pack("<BBBBQ", 1, 8, 0, 1, port) + bytes(5))


def aml(source):
    """An ACPI table, compiled."""
    name = os.path.basename(source).replace(".asl", "")
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, name + ".aml")
        run = subprocess.run(["iasl", "-p", made, source], capture_output=True, text=True)
        if run.returncode:
            raise Trouble(f"{source}: {run.stdout}{run.stderr}")
        with open(made, "rb") as f:
            return write(name + ".aml", f.read())


def files():
    """What "{...}" in the hardware of tests/vm/suite.toml stands for."""
    data = read()
    who = data["identity"]
    options = (f"sdrfile={write('sdr.bin', sdr(data))},"
               f"frudatafile={write('fru.bin', b''.join(map(fru_image, data['fru'])))},"
               f"fruareasize={FRU_SIZE},guid={who['guid']},mfg_id={who['manufacturer']},"
               f"product_id={who['product']},fwrev1={who['firmware'][0]},"
               f"fwrev2={who['firmware'][1]}")
    si = os.path.join(TOP, "tests", "vm", "si")
    return {"bmc": options, "smbios_ca8": smbios("smbios-ca8.bin", 0xca9),
            "smbios_ca2": smbios("smbios-ca2.bin", 0xca3),
            "smbios_mem": smbios("smbios-mem.bin", 0xca2),
            "smbios_wide": smbios("smbios-wide.bin", 0xca3, modifier=0x40),
            "smbios_type0": smbios("smbios-type0.bin", 0xca3, kind=0),
            "smbios_base0": smbios("smbios-base0.bin", 0),
            "smbios_nothing": smbios("smbios-nothing.bin", 0, kind=0),
            "smbios_odd": smbios("smbios-odd.bin", 0xca3, modifier=0xc0),
            "spmi": spmi("spmi.bin", 0xe4, 3),
            "aml_gpe": aml(os.path.join(si, "gpe.asl")),
            "aml_noift": aml(os.path.join(si, "noift.asl"))}


def many(data, count):
    """The first analog sensor, so many times: a big server."""
    first = data["analog"][0]
    return b"".join(record(n, *full({**first, "number": n, "name": f"Sensor {n}"}))
                    for n in range(count))


def host_arguments(sensors=0):
    """The same for the BMC of tests/bmc; or with so many sensors instead."""
    data = read()
    who = data["identity"]
    repository = write(f"sdr-{sensors}.bin", many(data, sensors)) if sensors else write(
        "sdr.bin", sdr(data))
    arguments = ["--sdr", repository, "--fru-size", str(FRU_SIZE),
                 "--fru", write("fru.bin", b"".join(map(fru_image, data["fru"])))]
    for name, value in (("guid", who["guid"]), ("manufacturer", who["manufacturer"]),
                        ("product", who["product"]), ("firmware1", who["firmware"][0]),
                        ("firmware2", who["firmware"][1])):
        arguments += ["--line", f"set {name} {value}"]
    return arguments


def readings():
    """Set Sensor Reading commands, as lists of bytes, that give each sensor its reading."""
    for sensor in read()["analog"]:
        yield [0x04, 0x30, sensor["number"], 0x01, raw(sensor, sensor["reading"])]
