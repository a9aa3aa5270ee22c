// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices for QEMU: KCS and BT on ISA whose BMC takes its time, over each byte and over each
 * answer. tools/qemu builds a QEMU with them, for tools/bench.
 *
 *   -device ipmi-bmc-sim,id=b -device isa-ipmi-timed-kcs,bmc=b[,irq=5]
 *   -device ipmi-bmc-sim,id=b -device isa-ipmi-timed-bt,bmc=b[,irq=5]
 *
 * The registers are those of tests/fake, the answers those of any of QEMU's BMCs that answers at
 * once. All times are of the guest's clock, so with -icount they are exact, whatever the host does.
 * The guest says how long they are, by lines in OEM requests like those to the BMC of tests/bmc
 * (bmc_line() in tests/vm/lib); the answer to these is never late:
 *
 *   bytes US                  the firmware needs so long for each byte of either direction
 *   state US                  the state bits of KCS follow IBF so late
 *   delay MS                  it thinks so long about each request,
 *   delay lognormal MS SIGMA  or so long in the median
 *   fault late percent=P arg=MS   or, P times in a hundred, so much longer
 *   nofaults                  no longer
 *   accesses                  answers how many accesses to the registers there were
 */
#include "qemu/osdep.h"
#include <math.h>
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "hw/acpi/ipmi.h"
#include "hw/ipmi/ipmi.h"
#include "hw/irq.h"
#include "hw/isa/isa.h"
#include "hw/qdev-properties.h"
#include "qom/object.h"

#include "registers.h"

#define TYPE_TIMED	"isa-ipmi-timed"
#define TYPE_TIMED_KCS	TYPE_TIMED "-kcs"
#define TYPE_TIMED_BT	TYPE_TIMED "-bt"
OBJECT_DECLARE_TYPE(Timed, TimedClass, TIMED)

/* The requests that are for the device. */
#define NETFN_OEM	0x2e
#define CMD_LINE	0x70

struct TimedClass {
	ISADeviceClass parent_class;
	bool bt;
};

/*
 * A percentage of @late of the requests are late by late_ms more. @random: a sequence that is
 * always the same.
 */
struct Timed {
	ISADevice parent_obj;
	IPMIBmc *bmc;
	uint32_t port;
	int32_t isa_irq;
	qemu_irq irq;
	bool irq_on;
	uint32_t uuid;
	MemoryRegion io;
	QEMUTimer *timer;
	struct registers *registers;
	uint8_t *answer;
	unsigned int answer_len;
	uint32_t byte_us;
	uint32_t state_us;
	double think_ms;
	double sigma;
	double late;
	double late_ms;
	uint32_t random;
};

static uint64_t now(void)
{
	return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* Evenly between 0 and 1, neither of them. */
static double chance(Timed *t)
{
	t->random = t->random * 1664525 + 1013904223;
	return ((t->random >> 8) + 0.5) / (1 << 24);
}

static uint32_t think_us(Timed *t)
{
	double ms = t->think_ms;

	/* Box and Muller: a normal deviate of two even ones */
	if (t->sigma)
		ms *= exp(t->sigma * sqrt(-2 * log(chance(t))) * cos(2 * M_PI * chance(t)));
	if (t->late && chance(t) * 100 < t->late)
		ms += t->late_ms;
	return ms * 1000;
}

static const char *take_line(Timed *t, const char *line)
{
	static char number[16];
	double a, b;

	if (sscanf(line, "bytes %" SCNu32, &t->byte_us) == 1 ||
	    sscanf(line, "state %" SCNu32, &t->state_us) == 1) {
		registers_delay(t->registers, t->byte_us, t->state_us);
	} else if (sscanf(line, "delay lognormal %lf %lf", &a, &b) == 2) {
		t->think_ms = a;
		t->sigma = b;
		t->random = 1;
	} else if (sscanf(line, "delay %lf", &a) == 1) {
		t->think_ms = a;
		t->sigma = 0;
	} else if (sscanf(line, "fault late percent=%lf arg=%lf", &a, &b) == 2) {
		t->late = a;
		t->late_ms = b;
	} else if (!strcmp(line, "nofaults")) {
		t->late = 0;
	} else if (!strcmp(line, "accesses")) {
		snprintf(number, sizeof(number), "%u", registers_accesses(t->registers));
		return number;
	} else {
		return "error: isa-ipmi-timed does not know this line";
	}
	return "ok";
}

static unsigned int answer_line(Timed *t, const uint8_t *req, unsigned int n, uint8_t *rsp)
{
	char line[REGISTERS_MAX];
	const char *said;

	memcpy(line, req + 2, n - 2);
	line[n - 2] = 0;
	said = take_line(t, line);
	rsp[0] = req[0] | 4;
	rsp[1] = req[1];
	rsp[2] = 0;
	memcpy(rsp + 3, said, strlen(said));
	return 3 + strlen(said);
}

static unsigned int execute(void *opaque, const uint8_t *req, unsigned int n, uint8_t *rsp,
			    uint32_t *think)
{
	Timed *t = opaque;
	uint8_t copy[MAX_IPMI_MSG_SIZE];

	n = MIN(n, sizeof(copy));
	if (n > 2 && req[0] >> 2 == NETFN_OEM && req[1] == CMD_LINE)
		return answer_line(t, req, n, rsp);
	memcpy(copy, req, n);
	t->answer = rsp;
	t->answer_len = 0;
	IPMI_BMC_GET_CLASS(t->bmc)->handle_command(t->bmc, copy, n, sizeof(copy), 0);
	t->answer = NULL;
	*think = think_us(t);
	return t->answer_len;
}

/* From within execute(). */
static void take_answer(IPMIInterface *ii, uint8_t id, unsigned char *rsp, unsigned int n)
{
	Timed *t = TIMED(ii);

	if (!t->answer)
		return;
	t->answer_len = MIN(n, REGISTERS_MAX);
	memcpy(t->answer, rsp, t->answer_len);
}

/* After whatever may have changed the registers. */
static void update(Timed *t)
{
	uint64_t due = registers_due(t->registers);

	if (due == REGISTERS_NEVER)
		timer_del(t->timer);
	else
		timer_mod(t->timer, due);
	if (t->irq)
		qemu_set_irq(t->irq, t->irq_on && registers_interrupt(t->registers));
}

static void on_timer(void *opaque)
{
	Timed *t = opaque;

	registers_run(t->registers, now());
	update(t);
}

static uint64_t io_read(void *opaque, hwaddr addr, unsigned int size)
{
	Timed *t = opaque;
	uint8_t val = registers_read(t->registers, now(), addr);

	update(t);
	return val;
}

static void io_write(void *opaque, hwaddr addr, uint64_t val, unsigned int size)
{
	Timed *t = opaque;

	registers_write(t->registers, now(), addr, val);
	update(t);
}

static const MemoryRegionOps io_ops = {
	.read = io_read,
	.write = io_write,
	.impl = { .min_access_size = 1, .max_access_size = 1 },
	.endianness = DEVICE_LITTLE_ENDIAN,
};

static void set_atn(IPMIInterface *ii, int on, int interrupt)
{
	Timed *t = TIMED(ii);

	registers_attention(t->registers, now(), on, interrupt && t->irq_on);
	update(t);
}

static void set_irq_enable(IPMIInterface *ii, int on)
{
	Timed *t = TIMED(ii);

	t->irq_on = on;
}

static void nothing(IPMIInterface *ii)
{
}

static void no_reset(IPMIInterface *ii, bool cold)
{
}

static void *backend(IPMIInterface *ii)
{
	return NULL;
}

static bool is_bt(Timed *t)
{
	return TIMED_GET_CLASS(t)->bt;
}

/* Of SMBIOS and ACPI. */
static void get_fwinfo(IPMIInterface *ii, IPMIFwInfo *info)
{
	Timed *t = TIMED(ii);

	info->interface_name = is_bt(t) ? "bt" : "kcs";
	info->interface_type = is_bt(t) ? IPMI_SMBIOS_BT : IPMI_SMBIOS_KCS;
	info->ipmi_spec_major_revision = 2;
	info->base_address = t->port;
	info->register_length = is_bt(t) ? 3 : 2;
	info->register_spacing = 1;
	info->i2c_slave_address = t->bmc->slave_addr;
	info->memspace = IPMI_MEMSPACE_IO;
	info->irq_type = IPMI_LEVEL_IRQ;
	info->interrupt_number = t->isa_irq;
	info->uuid = t->uuid;
}

static void realize(DeviceState *dev, Error **errp)
{
	Timed *t = TIMED(dev);

	if (!t->bmc) {
		error_setg(errp, "%s needs bmc=, the id of an ipmi-bmc-sim",
			   object_get_typename(OBJECT(dev)));
		return;
	}
	t->bmc->intf = IPMI_INTERFACE(dev);
	t->uuid = ipmi_next_uuid();
	t->random = 1;
	t->irq_on = true;
	t->registers = registers_new(is_bt(t), execute, t);
	t->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, on_timer, t);
	if (!t->port)
		t->port = is_bt(t) ? 0xe4 : 0xca2;
	if (t->isa_irq > 0)
		t->irq = isa_get_irq(ISA_DEVICE(dev), t->isa_irq);
	memory_region_init_io(&t->io, OBJECT(dev), &io_ops, t, is_bt(t) ? "ipmi-bt" : "ipmi-kcs",
			      is_bt(t) ? 3 : 2);
	isa_register_ioport(ISA_DEVICE(dev), &t->io, t->port);
}

static void instance_init(Object *obj)
{
	ipmi_bmc_find_and_link(obj, (Object **)&TIMED(obj)->bmc);
}

static Property properties[] = {
	DEFINE_PROP_UINT32("ioport", Timed, port, 0),
	DEFINE_PROP_INT32("irq", Timed, isa_irq, 5),
	DEFINE_PROP_END_OF_LIST(),
};

static void class_init(ObjectClass *oc, void *data)
{
	DeviceClass *dc = DEVICE_CLASS(oc);
	IPMIInterfaceClass *iic = IPMI_INTERFACE_CLASS(oc);

	dc->realize = realize;
	device_class_set_props(dc, properties);
	iic->handle_rsp = take_answer;
	iic->handle_if_event = nothing;
	iic->set_atn = set_atn;
	iic->set_irq_enable = set_irq_enable;
	iic->reset = no_reset;
	iic->get_backend_data = backend;
	iic->get_fwinfo = get_fwinfo;
	ACPI_DEV_AML_IF_CLASS(oc)->build_dev_aml = build_ipmi_dev_aml;
}

static void bt_class_init(ObjectClass *oc, void *data)
{
	TIMED_CLASS(oc)->bt = true;
}

static const TypeInfo types[] = {
	{
		.name = TYPE_TIMED,
		.parent = TYPE_ISA_DEVICE,
		.abstract = true,
		.instance_size = sizeof(Timed),
		.instance_init = instance_init,
		.class_size = sizeof(TimedClass),
		.class_init = class_init,
		.interfaces = (InterfaceInfo[]){
			{ TYPE_IPMI_INTERFACE }, { TYPE_ACPI_DEV_AML_IF }, { }
		},
	},
	{ .name = TYPE_TIMED_KCS, .parent = TYPE_TIMED },
	{ .name = TYPE_TIMED_BT, .parent = TYPE_TIMED, .class_init = bt_class_init },
};

DEFINE_TYPES(types)
