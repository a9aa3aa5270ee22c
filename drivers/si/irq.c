// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt of an interface: a line, or one of ACPI's general purpose events (GPE).
 *
 * While the machine is pumped it needs no interrupt, and a level would come again and again
 * until the pump has taken its cause away, so it is masked meanwhile. An edge cannot be,
 * since it would be replayed: it leaves a note instead, and only one that is younger than
 * the last look at the registers is a reason to look again. A GPE is a level that masks
 * itself when it comes.
 *
 * Called by the pacer and the engine. The handler writes no register, and reads one only to
 * tell whose interrupt it is. Lock: si->lock, for the flag and the line to change together;
 * not for a GPE.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>

#include "si.h"

/**
 * si_irq_works() - does the interface have an interrupt to wait for?
 * @si: the interface
 */
bool si_irq_works(const struct si *si)
{
	return si->irq_claimed && !READ_ONCE(si->irq_broken) && !READ_ONCE(si->irq_quiet);
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
	if (si->irq_claimed && !si->irq_quiet && si->m->ops->irq)
		si->m->ops->irq(si->m, true);
}

/**
 * si_irq_mask() - the machine is about to be pumped
 * @si: the interface
 *
 * Context: any.
 */
void si_irq_mask(struct si *si)
{
	if (!READ_ONCE(si->irq_level))
		return;
	guard(spinlock_irqsave)(&si->lock);
	if (si->irq_masked || !si->irq_level)
		return;
	si->irq_masked = true;
	disable_irq_nosync(si->desc.irq);
}

static void unmask_line(struct si *si)
{
	guard(spinlock_irqsave)(&si->lock);
	if (!si->irq_masked)
		return;
	si->irq_masked = false;
	enable_irq(si->desc.irq);
}

#ifdef CONFIG_ACPI

/* ACPICA has a lock of its own here, which is outside of ours while on_gpe() runs. */
static void unmask_gpe(struct si *si)
{
	if (xchg(&si->irq_masked, false))
		acpi_finish_gpe(NULL, si->desc.irq);
}

#else

static void unmask_gpe(struct si *si) { }

#endif

static void unmask(struct si *si)
{
	if (si->desc.irq_is_gpe)
		unmask_gpe(si);
	else
		unmask_line(si);
}

/**
 * si_irq_unmask() - the machine was pumped
 * @si: the interface
 *
 * Context: any.
 */
void si_irq_unmask(struct si *si)
{
	if (!si->irq_claimed)
		return;
	if (READ_ONCE(si->irq_masked))
		unmask(si);
	/* Pairs with the barrier in note(): one of the two sees the other. */
	smp_mb();
	if (READ_ONCE(si->irq_pending) && !READ_ONCE(si->away))
		pace_kick(si);
}

/*
 * Nothing to be seen: it was taken care of by a look that is over, as often happens to one
 * that crosses from another processor, or it is not ours, since others may share the line.
 */
static bool is_void(struct si *si)
{
	return !mutex_is_locked(&si->pump) && !si->m->ops->asserts(si->m);
}

/* One came. Return: whether somebody has to be found who looks at the registers. */
static bool note(struct si *si)
{
	WRITE_ONCE(si->irq_seen, true);
	WRITE_ONCE(si->irq_pending, true);
	/* Pairs with the barrier in si_irq_unmask(). */
	smp_mb();
	/* A BMC that is away may hold the line for ever: it is tried in its own time. */
	return !mutex_is_locked(&si->pump) && !READ_ONCE(si->away);
}

static irqreturn_t on_line(int irq, void *data)
{
	struct si *si = data;
	unsigned int passes = READ_ONCE(si->passes);

	si_count(si, SI_INTERRUPTS);
	/* Its registers may not be read. A level that it holds would come for ever. */
	if (READ_ONCE(si->hold) == SI_CUT) {
		si_irq_mask(si);
		return IRQ_HANDLED;
	}
	if (is_void(si)) {
		/* A pass since the last one may have taken its cause away. */
		if (xchg(&si->irq_passes, passes) != passes) {
			WRITE_ONCE(si->irq_seen, true);
			return IRQ_HANDLED;
		}
		if (!READ_ONCE(si->busy) || READ_ONCE(si->irq_quiet))
			return IRQ_NONE;
	}
	si_irq_mask(si);
	return note(si) ? IRQ_WAKE_THREAD : IRQ_HANDLED;
}

/*
 * The rest of it, in a thread of the kernel's that runs on the processor where the interrupt
 * came, before anything but other interrupts: nobody else has to be woken for an answer.
 */
static irqreturn_t on_line_thread(int irq, void *data)
{
	pace_interrupt(data);
	return IRQ_HANDLED;
}

/* What is not known to be an edge is taken for a level: masking an edge only costs. */
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

	si->irq_level = is_level(si->desc.irq);
	rv = request_threaded_irq(si->desc.irq, on_line, on_line_thread, IRQF_SHARED, "ipmi_si",
				  si);
	if (rv)
		si->irq_level = false;
	return rv;
}

#ifdef CONFIG_ACPI

/* It stays disabled until unmask_gpe(). */
static u32 on_gpe(acpi_handle device, u32 number, void *data)
{
	struct si *si = data;

	si_count(si, SI_INTERRUPTS);
	WRITE_ONCE(si->irq_masked, true);
	if (note(si))
		pace_kick(si);
	return ACPI_INTERRUPT_HANDLED;
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

	si->irq_broken = false;
	si->irq_quiet = false;
	si->irq_missed = 0;
	if (!si->desc.irq && !gpe)
		return;
	rv = gpe ? claim_gpe(si) : claim_line(si);
	if (rv) {
		dev_warn(dev, "unable to claim %s %d, running polled: %d\n",
			 gpe ? "ACPI GPE" : "interrupt", si->desc.irq, rv);
		return;
	}
	si->irq_claimed = true;
	si_irq_ack(si);
	dev_info(dev, gpe ? "Using ACPI GPE %d\n" : "Using irq %d\n", si->desc.irq);
}

/*
 * It is masked until it is given back: a level that is stuck, as may be that of an interface
 * which is cut off, would come for ever. Who shares it gets it back.
 */
static void free_line(struct si *si)
{
	si_irq_mask(si);
	free_irq(si->desc.irq, si);
	if (si->irq_masked && irq_has_action(si->desc.irq))
		enable_irq(si->desc.irq);
	si->irq_masked = false;
	si->irq_level = false;
}

/**
 * si_irq_free() - give it back, once the BMC raises it no more
 * @si: the interface
 *
 * Context: process.
 */
void si_irq_free(struct si *si)
{
	if (!si->irq_claimed)
		return;
	if (si->desc.irq_is_gpe) {
		unmask_gpe(si);
		free_gpe(si);
	} else {
		free_line(si);
	}
	si->irq_claimed = false;
}
