// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bringing an interface up: is there a BMC, what can it do, give it to the core.
 *
 * Called by probe.c's work, again and again until it succeeds, with no lock held.
 * Nobody else knows the interface yet.
 */
#include <linux/idr.h>
#include <linux/slab.h>

#include "si.h"

static DEFINE_IDA(numbers);

/* One question to the BMC; the answer's completion code, or an errno. */
static int ask_cc(struct si *si, u8 cmd, const u8 *data, unsigned int len, u8 *rsp,
		  unsigned int cap)
{
	u8 rq[3] = { IPMI_NETFN_APP_REQUEST << 2, cmd };
	int n;

	memcpy(rq + 2, data, len);
	n = engine_ask(si, rq, 2 + len, rsp, cap);
	if (n < 0)
		return n;
	if (rsp[0] >> 2 != IPMI_NETFN_APP_RESPONSE || rsp[1] != cmd)
		return -EIO;
	if (cmd == IPMI_GET_DEVICE_ID_CMD)
		quirks_find(si, rsp, n);
	return rsp[2];
}

/* Of a spacing that was not asked for only success is told. */
#define STORY(si, other, ...)				\
	do {						\
		if (!(other))				\
			offer_story(si, __VA_ARGS__);	\
	} while (0)

/*
 * -ENODEV: nothing is there; -EPROTO: what is there does not look like it; -EIO: it does not
 * answer; -EINTR: it had no time to answer.
 */
static int find_bmc(struct si *si, bool other)
{
	const struct si_desc *desc = &si->desc;
	const char *space = desc->is_mem ? "mem" : "i/o";
	const struct ipmi_failure *f;
	u8 rsp[IPMI_MACHINE_MAX];
	int rv;

	if (!si->m->ops->present(si->m)) {
		STORY(si, other,
		      "Interface detection failed: the status register of the %s at %s address 0x%lx, register spacing %u, which is at 0x%lx, reads as 0xff, so nothing is there; if the BMC is only late it will be found, else give the right address (ports= or addrs=)",
		      desc->type->name, space, desc->addr, desc->regspacing,
		      desc->addr + desc->type->status_reg * desc->regspacing);
		return -ENODEV;
	}

	rv = ask_cc(si, IPMI_GET_DEVICE_ID_CMD, NULL, 0, rsp, sizeof(rsp));
	if (rv >= 0)
		return 0;
	if (si_is_halted(si)) {
		STORY(si, other, "The last try was ended before it came to anything");
		return -EINTR;
	}
	f = si->m->ops->failure(si->m);
	STORY(si, other,
	      "There appears to be no BMC at this location: Get Device ID over %s at %s address 0x%lx, register spacing %u, got no valid answer (%s: %s, status 0x%02x); it is tried again",
	      desc->type->name, space, desc->addr, desc->regspacing, ipmi_phase_name(f->phase),
	      ipmi_cause_name(f->cause), f->status);
	if (f->cause == IPMI_CAUSE_BUSY || f->cause == IPMI_CAUSE_SILENT)
		return -EIO;
	return -EPROTO;
}

/* The machine reads the answer itself: buffer sizes, and the time the BMC may take. */
static void get_bt_capabilities(struct si *si)
{
	u8 rsp[IPMI_MACHINE_MAX];

	if (si->desc.type == &ipmi_bt_ops)
		ask_cc(si, 0x36, NULL, 0, rsp, sizeof(rsp));
}

/* Has the BMC an event message buffer? It has if it lets us enable it. */
static void find_event_buffer(struct si *si)
{
	u8 rsp[IPMI_MACHINE_MAX] = {};
	u8 enables;

	si->attn.has_events = false;
	if (ask_cc(si, IPMI_GET_BMC_GLOBAL_ENABLES_CMD, NULL, 0, rsp, sizeof(rsp)))
		return;
	enables = rsp[3];
	if (!(enables & IPMI_BMC_EVT_MSG_BUFF)) {
		enables |= IPMI_BMC_EVT_MSG_BUFF;
		if (ask_cc(si, IPMI_SET_BMC_GLOBAL_ENABLES_CMD, &enables, 1, rsp, sizeof(rsp)))
			return;
	}
	si->attn.has_events = true;
}

static int get_machine(struct si *si)
{
	if (!si->m)
		si->m = kzalloc(si->desc.type->size, GFP_KERNEL);
	if (!si->m)
		return -ENOMEM;
	memset(si->m, 0, si->desc.type->size);
	si->m->ops = si->desc.type;
	si->desc.type->init(si->m, &si->io.regs);
	si->busy = false;
	si->hold = SI_RUNS;
	si->doubt = false;
	si->away = false;
	si->starved = false;
	si->quirks = 0;
	memset(&si->attn, 0, sizeof(si->attn));
	return 0;
}

static int give_to_core(struct si *si)
{
	int rv;

	rv = si_sysfs_add(si);
	if (rv)
		return rv;
	si->stopping = false;
	rv = ipmi_register_smi(&si_handlers, si, si->desc.dev, si->desc.slave_addr);
	if (rv)
		si_sysfs_remove(si);
	return rv;
}

static void no_place(struct si *si, int error)
{
	const struct si_desc *desc = &si->desc;

	offer_story(si,
		    "Could not set up I/O space at %s address 0x%lx, register spacing %u: %d; see %s for who has it",
		    desc->is_mem ? "mem" : "i/o", desc->addr, desc->regspacing, error,
		    desc->is_mem ? "/proc/iomem" : "/proc/ioports");
	if (IPMI_HAS_IOPORT && desc->is_mem && desc->addr <= SI_LAST_PORT)
		offer_story_add(si, "; if it is a port, load with type=%s ports=0x%lx",
				desc->type->name, desc->addr);
}

/* @other: with a spacing that is only tried in case the source is wrong */
static int try_here(struct si *si, bool other)
{
	int rv;

	rv = io_map(si);
	if (rv) {
		if (!other)
			no_place(si, rv);
		return rv;
	}
	rv = get_machine(si);
	if (rv)
		STORY(si, other, "There was no memory for it");
	else
		rv = find_bmc(si, other);
	if (rv)
		io_unmap(si);
	return rv;
}

/* Is another spacing worth a look? Where a BMC is busy or silent, this is the right one. */
static bool may_be_elsewhere(const struct si *si, bool unknown, int error)
{
	if (unknown)
		return !si_is_halted(si);
	return si->desc.source == SI_SMBIOS && (error == -ENODEV || error == -EPROTO);
}

/*
 * A source that does not know the spacing leaves it to us to find out, and SMBIOS, which has two
 * bits for it, may be wrong.
 */
static int find_place(struct si *si)
{
	static const u8 spacings[] = { 1, 4, 16 };
	unsigned int said = si->desc.regspacing;
	unsigned int i;
	int first;

	si->desc.regspacing = said ?: spacings[0];
	first = try_here(si, false);
	if (!first)
		return 0;
	if (!may_be_elsewhere(si, !said, first)) {
		si->desc.regspacing = said;
		return first;
	}
	for (i = 0; i < ARRAY_SIZE(spacings); i++) {
		if (spacings[i] == (said ?: spacings[0]))
			continue;
		si->desc.regspacing = spacings[i];
		if (try_here(si, true)) {
			offer_story_add(si, "; nor with spacing %u", spacings[i]);
			continue;
		}
		if (said)
			dev_warn(si->desc.dev,
				 "the firmware says that the registers are %u bytes apart, but they are %u\n",
				 said, spacings[i]);
		return 0;
	}
	si->desc.regspacing = said;
	return first;
}

/**
 * bringup() - one try to bring an interface up
 * @si: the candidate
 *
 * Context: process, sleeps; bounded by the table in Documentation/house.
 * Return: 0 and the core has it, or an errno and nothing is left of the try.
 */
int bringup(struct si *si)
{
	int rv;

	/* Parameters are for those that have a number. */
	si->number = INT_MAX;
	rv = find_place(si);
	if (rv)
		return rv;
	get_bt_capabilities(si);
	find_event_buffer(si);
	si_wait_turn(si);
	/* What is not up need not be taken down. */
	if (si_is_halted(si)) {
		rv = -EINTR;
		goto err_io;
	}
	rv = ida_alloc(&numbers, GFP_KERNEL);
	if (rv < 0)
		goto err_story;
	si->number = rv;
	rv = give_to_core(si);
	if (rv)
		goto err_number;
	si_debugfs_add(si);
	dev_info(si->desc.dev, "IPMI %s interface initialized\n", si->desc.type->name);
	return 0;

err_number:
	ida_free(&numbers, si->number);
err_story:
	offer_story(si, "There is a BMC, but it was not registered: %d; see the log", rv);
err_io:
	io_unmap(si);
	return rv;
}

/**
 * takedown() - undo bringup()
 * @si: the interface, which the core has
 *
 * Context: process, sleeps.
 */
void takedown(struct si *si)
{
	si_debugfs_remove(si);
	ipmi_unregister_smi(si->intf);
	si_sysfs_remove(si);
	ida_free(&numbers, si->number);
	io_unmap(si);
}
