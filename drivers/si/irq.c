// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt of an interface: a line, or one of ACPI's general purpose events (GPE).
 *
 * The handler takes the pump, looks whether it is this interface that asserts it, and if so
 * runs the engine for a burst: the answer goes up from there. Nobody masks the line, which may
 * have other devices on it, but where that did not help: an interrupt that comes again and
 * again though nothing changes is that of a level which cannot be quenched (a BMC that hangs,
 * a bus that was cut off), and then the line is masked for a few milliseconds at a time.
 * A GPE is a level that masks itself when it comes.
 *
 * Called by the pacer and the engine. Lock: si->pump.
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>

#include "engine.h"
#include "si.h"

/* Bounds, in Documentation/house. */
#define STUCK_MAX		32	/* interrupts in a row that change nothing, */
#define STUCK_GAP_US		1000	/* one within this time of the other */
#define STUCK_PAUSE_MIN_US	1000
#define STUCK_PAUSE_MAX_US	10000
#define QUIET_US		3000	/* without an interrupt, before it is given back */

/**
 * si_irq_works() - does the interface have an interrupt to wait for?
 * @si: the interface
 */
bool si_irq_works(const struct si *si)
{
	return si->irq.claimed && !READ_ONCE(si->irq.broken) && !READ_ONCE(si->irq.quiet);
}

/**
 * si_irq_ack() - acknowledge it, and let it come again
 * @si: the interface
 *
 * Where the interface has an interrupt enable of its own (BT).
 *
 * Context: any, under si->pump, or while nobody else knows the interface.
 */
void si_irq_ack(struct si *si)
{
	if (si->irq.claimed && !si->irq.quiet && si->m->ops->irq)
		si->m->ops->irq(si->m, true);
}

#ifdef CONFIG_ACPI

/* Not under si->pump: ACPICA has a lock of its own here, in which on_gpe() runs. */
static void unmask_gpe(struct si *si)
{
	acpi_finish_gpe(NULL, si->desc.irq);
}

#else

static void unmask_gpe(struct si *si) { }

#endif

/* The pause is over: look whether the level is still there. */
static enum hrtimer_restart unmask(struct hrtimer *timer)
{
	struct si *si = container_of(timer, struct si, irq.timer);

	WRITE_ONCE(si->irq.last, pace_now());
	WRITE_ONCE(si->irq.masked, false);
	if (si->desc.irq_is_gpe)
		unmask_gpe(si);
	else
		enable_irq(si->desc.irq);
	return HRTIMER_NORESTART;
}

/* In si_irq_free() there is nobody any more who would unmask it, and nothing to come. */
static void mask_pump(struct si *si)
{
	WRITE_ONCE(si->irq.masked, true);
	if (!si->desc.irq_is_gpe)
		disable_irq_nosync(si->desc.irq);
	if (!si->irq.leaving)
		hrtimer_start(&si->irq.timer, ns_to_ktime((u64)si->irq.pause * NSEC_PER_USEC),
			      HRTIMER_MODE_REL);
}

/*
 * One came and nothing has changed by it. If that goes on at once, again and again, it is a
 * level that is stuck, or it is somebody else's and this interface asserts as well.
 */
static void useless_pump(struct si *si)
{
	ktime_t now = pace_now();

	if (!si->irq.level || si->irq.masked)
		return;
	if (ktime_us_delta(now, READ_ONCE(si->irq.last)) > STUCK_GAP_US) {
		si->irq.useless = 0;
		si->irq.pause = 0;
	}
	WRITE_ONCE(si->irq.last, now);
	if (++si->irq.useless < STUCK_MAX && !si->irq.leaving)
		return;
	si->irq.useless = 0;
	si->irq.pause = clamp_t(u32, si->irq.pause * 2, STUCK_PAUSE_MIN_US, STUCK_PAUSE_MAX_US);
	mask_pump(si);
}

/* Return: whether it was this interface's. */
static bool interrupt_pump(struct si *si, struct output *out)
{
	unsigned int progress = si->burst.progress;
	bool passed = si->irq.bursts != si->burst.count;

	/* Its registers may not be read, so whose interrupt it is cannot be told. */
	if (si->hold == SI_CUT) {
		useless_pump(si);
		return true;
	}
	if (step_told_pump(si)) {
		si->irq.missed = 0;
		si->irq.useless = 0;
		return true;
	}
	if (!si->m->ops->asserts(si->m)) {
		/* A pass since the last one may have taken its cause away. */
		si->irq.bursts = si->burst.count;
		return passed;
	}
	si->irq.missed = 0;
	si->irq.proved = true;
	si_irq_ack(si);
	engine_burst_pump(si, out, SI_FROM_INTERRUPT);
	if (progress == si->burst.progress)
		useless_pump(si);
	else
		si->irq.useless = 0;
	return true;
}

static bool on_interrupt(struct si *si)
{
	struct output out = OUTPUT_INIT(out);
	bool ours;

	si_count(si, SI_INTERRUPTS);
	scoped_guard(spinlock_irqsave, &si->pump)
		ours = interrupt_pump(si, &out);
	hand_up_end(si, &out, SI_FROM_INTERRUPT);
	return ours;
}

static irqreturn_t on_line(int irq, void *data)
{
	return on_interrupt(data) ? IRQ_HANDLED : IRQ_NONE;
}

/* What is not known to be an edge is taken for a level. */
static bool is_level(int irq)
{
	struct irq_data *data = irq_get_irq_data(irq);

	if (data && irqd_is_level_type(data))
		return true;
	return !(irq_get_trigger_type(irq) & IRQ_TYPE_EDGE_BOTH);
}

static int claim_line(struct si *si)
{
	int rv;

	si->irq.level = is_level(si->desc.irq);
	rv = request_irq(si->desc.irq, on_line, IRQF_SHARED, "ipmi_si", si);
	if (rv)
		si->irq.level = false;
	return rv;
}

#ifdef CONFIG_ACPI

/* It is disabled while this runs, and stays so until unmask_gpe() if it is stuck. */
static u32 on_gpe(acpi_handle device, u32 number, void *data)
{
	struct si *si = data;

	on_interrupt(si);
	return ACPI_INTERRUPT_HANDLED | (READ_ONCE(si->irq.masked) ? 0 : ACPI_REENABLE_GPE);
}

static int claim_gpe(struct si *si)
{
	if (ACPI_FAILURE(acpi_install_gpe_handler(NULL, si->desc.irq, ACPI_GPE_LEVEL_TRIGGERED,
						  on_gpe, si)))
		return -EBUSY;
	if (ACPI_FAILURE(acpi_enable_gpe(NULL, si->desc.irq))) {
		acpi_remove_gpe_handler(NULL, si->desc.irq, on_gpe);
		return -EIO;
	}
	si->irq.level = true;
	return 0;
}

static void free_gpe(struct si *si)
{
	acpi_disable_gpe(NULL, si->desc.irq);
	acpi_remove_gpe_handler(NULL, si->desc.irq, on_gpe);
}

#else

static int claim_gpe(struct si *si)
{
	return -ENODEV;
}

static void free_gpe(struct si *si) { }

#endif

/**
 * si_irq_init() - once in the life of an interface
 * @si: the interface
 */
void si_irq_init(struct si *si)
{
	ipmi_hrtimer_setup(&si->irq.timer, unmask, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}

/**
 * si_irq_start() - take the interrupt, if there is one
 * @si: the interface
 *
 * Without it the interface is polled.
 *
 * Context: process.
 */
void si_irq_start(struct si *si)
{
	struct device *dev = si->desc.dev;
	bool gpe = si->desc.irq_is_gpe;
	int rv;

	si->irq.broken = false;
	si->irq.quiet = false;
	si->irq.missed = 0;
	si->irq.leaving = false;
	si->irq.masked = false;
	if (!si->desc.irq && !gpe)
		return;
	rv = gpe ? claim_gpe(si) : claim_line(si);
	if (rv) {
		dev_warn(dev, "unable to claim %s %d, running polled: %d\n",
			 gpe ? "ACPI GPE" : "interrupt", si->desc.irq, rv);
		return;
	}
	scoped_guard(spinlock_irqsave, &si->pump) {
		si->irq.claimed = true;
		si->attn.use_irq = true;
		si_irq_ack(si);
	}
	dev_info(dev, gpe ? "Using ACPI GPE %d\n" : "Using irq %d\n", si->desc.irq);
}

/*
 * free_irq() polls the interrupt controller until the last interrupt was acknowledged by
 * whichever processor it went to, so there had better be none on its way. A level that is
 * stuck is masked meanwhile (irq.leaving); who shares the line gets it back.
 */
static void free_line(struct si *si)
{
	free_irq(si->desc.irq, si);
	if (si->irq.masked && irq_has_action(si->desc.irq))
		enable_irq(si->desc.irq);
}

/**
 * si_irq_free() - give it back, once the BMC raises it no more
 * @si: the interface
 *
 * Context: process.
 */
void si_irq_free(struct si *si)
{
	if (!si->irq.claimed)
		return;
	usleep_range(QUIET_US, 2 * QUIET_US);
	scoped_guard(spinlock_irqsave, &si->pump)
		si->irq.leaving = true;
	hrtimer_cancel(&si->irq.timer);
	if (si->desc.irq_is_gpe)
		free_gpe(si);
	else
		free_line(si);
	si->irq.level = false;
	si->irq.claimed = false;
}
