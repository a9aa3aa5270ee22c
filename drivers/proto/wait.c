// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wait plan: how long to wait before the next look at a BMC.
 *
 * Called by si/engine.c (plan, learn) for si/pace.c to carry out, by ssif/bus.c, and by the
 * user-space tests, which run it in simulated time; pure arithmetic, no lock
 * but the caller's own over the history.
 *
 * What it is made of: a look costs about a microsecond, a sleep about eight of
 * CPU, and a timer is late by a few or, in a virtual machine, by fifty. So a
 * handshake of some microseconds is spun for. A longer one is slept for in one
 * go, for as long as bytes are seen to take less what timers are seen to be
 * late; one in BYTES_PER_MEASURE is watched closely to keep that figure true, and
 * all are where timers are so late that sleeping costs more (an emulated machine).
 * For an answer, sleep until about the time when the quick ones come, then look
 * again each time the wait has grown by a twenty-fourth. A BMC that always needs the
 * same time then costs some two sleeps a request, an erratic one some fifteen,
 * and both two to four per cent of latency. An interrupt costs as much as a short spin and
 * tells later, so an answer that is usually there by then is spun for all the same.
 */
#include <ipmi/wait.h>

#define SPIN_LOOK_US		2	/* from one look to the next */
#define SPIN_US			10	/* a byte that takes no longer is spun for */
#define SPIN_MAX_US		25	/* at most that long */
#define SPIN_MEASURE_US		50	/* or that long, to see how long it takes */
#define SPIN_FAST_US		500	/* in maintenance mode */
#define SPIN_FAST_LOOK_US	5
#define BYTES_PER_MEASURE	32
#define BYTE_SLEEP_MIN_US	2
#define BYTE_SLEEP_MAX_US	1000

#define TOLD_BYTE_US		2	/* a byte that takes no longer is spun for all the same */
#define TOLD_MARGIN_US		20	/* in which the interrupt has to come */
#define TOLD_RELIED		64	/* times in a row, some messages */
#define TOLD_PAUSE		512	/* bytes until it is tried again */

#define SPIN_IRQ_US		50	/* for an answer: to be told of it takes about as long */

#define ANSWER_UNKNOWN_US	50	/* the first sleep then */
#define ANSWER_FIRST_MAX_US	4000	/* what one first answer can teach */
#define ANSWER_MAX_US		100000	/* what any number can */
#define ANSWER_SLEEP_MIN_US	20
#define ANSWER_GROWTH		24
#define EARLY_SHIFT		5	/* a thirty-second earlier, */
#define EARLY_HITS		3	/* after so many hits in a row twice as much, and so on, */
#define STREAK_MAX		7	/* to a half */
#define LATE_MISSES		16	/* in a row, and the usual time is not that any more */
#define SLEEP_MAX_US		10000
#define SLEEP_FAST_MAX_US	1000

/* The net below an interrupt that does not come: twice the usual time, and within this. */
#define NET_US		10000
#define NET_MAX_US	100000

static struct wait_plan spin(u32 us)
{
	return (struct wait_plan){ .how = WAIT_SPIN, .us = us };
}

static struct wait_plan nap(u32 us)
{
	return (struct wait_plan){ .how = WAIT_SLEEP, .us = us };
}

/* How long this wait may spin: the administrator's word, or @own. */
static u32 spin_limit(const struct wait_facts *facts, u32 own)
{
	if (facts->busy_us)
		return facts->busy_us;
	return facts->fast ? SPIN_FAST_US : own;
}

/* Is this handshake one to be watched closely? */
static bool measures_byte(const struct wait_history *hist)
{
	return !hist->byte_us || hist->byte_us <= SPIN_US || hist->bytes >= BYTES_PER_MEASURE;
}

/*
 * A handshake that takes much longer than any byte should is no handshake: let
 * the sleeps grow further, so that a dead BMC costs nothing.
 */
static struct wait_plan byte_backoff(u32 waited_us)
{
	u32 us = min_t(u32, waited_us / 4, max_t(u32, BYTE_SLEEP_MAX_US, waited_us / 8));

	return nap(clamp_t(u32, us, SPIN_US, SLEEP_MAX_US));
}

static struct wait_plan byte_plan(const struct wait_history *hist, const struct wait_facts *facts,
				  u32 waited_us)
{
	u32 limit;

	if (!hist->byte_us)
		limit = spin_limit(facts, SPIN_MEASURE_US);
	else if (hist->byte_us <= SPIN_US)
		limit = spin_limit(facts, SPIN_MAX_US);
	else if (hist->bytes >= BYTES_PER_MEASURE || hist->napless)
		limit = spin_limit(facts, hist->byte_us <= SPIN_MEASURE_US ? SPIN_MEASURE_US : 0);
	else
		limit = spin_limit(facts, 0);
	/* Do not spin for what takes longer than the spinning may. */
	if (waited_us < limit && hist->byte_us <= limit)
		return spin(SPIN_LOOK_US);

	if (!waited_us)
		return nap(measures_byte(hist) ? hist->byte_us / 2 : hist->nap_us);
	/* The nap was a little short. */
	if (waited_us < SPIN_MEASURE_US && waited_us < hist->byte_us + hist->byte_us / 2)
		return spin(SPIN_LOOK_US);
	if (waited_us < hist->byte_us * 2)
		return nap(clamp_t(u32, waited_us / 8, SPIN_US, SLEEP_MAX_US));
	return byte_backoff(waited_us);
}

/* An interrupt ends the wait; this is for the one that does not come. */
static struct wait_plan irq_plan(u32 usual_us, u32 waited_us)
{
	u32 us = waited_us ?: min_t(u32, usual_us, NET_MAX_US) * 2;

	return (struct wait_plan){
		.how = WAIT_EVENT, .us = clamp_t(u32, us, NET_US, NET_MAX_US),
	};
}

/*
 * Of a byte an interrupt may tell as well, at each or at those of an answer only, or never. It is
 * waited for a little longer than it takes, to see whether it does; if it has many times in a row
 * it is relied upon, and if it has not, that is tried again some messages later.
 */
static struct wait_plan told_plan(const struct wait_history *hist, u32 waited_us)
{
	if (hist->told >= TOLD_RELIED)
		return irq_plan(hist->byte_us, waited_us);
	return nap(hist->byte_us + TOLD_MARGIN_US);
}

static bool is_told(const struct wait_history *hist, const struct wait_facts *facts, u32 waited_us)
{
	if (!facts->irq || facts->fast || facts->busy_us)
		return false;
	if (hist->told < 0 || hist->byte_us < TOLD_BYTE_US)
		return false;
	return !waited_us || hist->told >= TOLD_RELIED;
}

static struct wait_plan answer_plan(const struct wait_history *hist,
				    const struct wait_facts *facts, unsigned int slot,
				    u32 waited_us)
{
	u32 usual = hist->answer_us[slot % WAIT_SLOTS];
	u32 first = usual ?: ANSWER_UNKNOWN_US;
	u32 limit = spin_limit(facts, 0);
	bool brief = usual && usual <= (facts->irq ? SPIN_IRQ_US : SPIN_US);

	if (facts->irq)
		return brief && waited_us < SPIN_IRQ_US ? spin(SPIN_LOOK_US) :
							  irq_plan(usual, waited_us);
	if (brief) {
		first = 0;
		limit = max_t(u32, limit, SPIN_MAX_US);
	} else if (limit && !usual) {
		first = 0;
	}
	if (waited_us + ANSWER_SLEEP_MIN_US < first)
		return nap(first - waited_us);
	/* Spin around the time when it should come, not from the beginning. */
	if (waited_us >= first && waited_us - first < limit)
		return spin(brief ? SPIN_LOOK_US : SPIN_FAST_LOOK_US);
	return nap(clamp_t(u32, waited_us / ANSWER_GROWTH, ANSWER_SLEEP_MIN_US,
			   facts->fast ? SLEEP_FAST_MAX_US : SLEEP_MAX_US));
}

/**
 * wait_slot() - where the answer time of a command is remembered
 * @netfn_lun: first byte of the request
 * @cmd: its second
 *
 * Context: any.
 * Return: less than WAIT_SLOTS. Commands may share a slot.
 */
unsigned int wait_slot(u8 netfn_lun, u8 cmd)
{
	return (cmd ^ cmd >> 5 ^ (netfn_lun >> 3) * 5U) % WAIT_SLOTS;
}

/**
 * wait_plan() - how to wait before the next step()
 * @hist: what was measured on the interface
 * @facts: what is true of it now
 * @verdict: what the last step() returned
 * @slot: the request's slot, from wait_slot()
 * @waited_us: since @verdict was returned first, in a row; 0 = just now
 *
 * An IPMI_STEP_SOON that goes on beyond 8 ms is treated like a think time: the
 * longest sleep is 10 ms, and a BMC that is dead for 5 s costs some 600 looks.
 *
 * Context: any.
 * Return: the plan. For verdicts that are nothing to wait for, a spin of 0.
 */
struct wait_plan wait_plan(const struct wait_history *hist, const struct wait_facts *facts,
			   enum ipmi_step verdict, unsigned int slot, u32 waited_us)
{
	switch (verdict) {
	case IPMI_STEP_SOON:
		if (is_told(hist, facts, waited_us))
			return told_plan(hist, waited_us);
		return byte_plan(hist, facts, waited_us);
	case IPMI_STEP_TICK:
		return answer_plan(hist, facts, slot, waited_us);
	case IPMI_STEP_IDLE:
		return (struct wait_plan){ .how = WAIT_EVENT };
	default:
		return spin(0);
	}
}

/* A figure moves a quarter of the way, but not to more than twice in one go. */
static u32 moved(u32 figure, u32 seen)
{
	if (seen < figure)
		return figure - (figure - seen + 3) / 4;
	return figure + (min_t(u32, seen - figure, figure) + 3) / 4;
}

/* The sleep that would have ended in time, or rather a thirty-second late. */
static void learn_nap(struct wait_history *hist, u32 waited_us)
{
	u32 aim = hist->byte_us + hist->byte_us / 32 + 1;
	u32 late = min_t(u32, waited_us, 2 * aim);

	/* The shortest sleep takes as long as two bytes: with such timers it costs more too. */
	hist->napless = hist->nap_us <= BYTE_SLEEP_MIN_US && late >= 2 * aim;
	if (late > aim)
		hist->nap_us -= min_t(u32, hist->nap_us, (late - aim + 3) / 4);
	else
		hist->nap_us += (aim - late + 3) / 4;
	hist->nap_us = clamp_t(u32, hist->nap_us, BYTE_SLEEP_MIN_US,
			       max_t(u32, hist->byte_us, BYTE_SLEEP_MIN_US));
}

static void learn_byte(struct wait_history *hist, u32 waited_us, bool told)
{
	bool measured = told || measures_byte(hist);

	hist->bytes++;
	if (!hist->byte_us)
		hist->byte_us = clamp_t(u32, waited_us, 1, BYTE_SLEEP_MAX_US);
	else if (measured || waited_us < hist->byte_us)
		hist->byte_us = clamp_t(u32, moved(hist->byte_us, waited_us), 1, SLEEP_MAX_US);
	if (!measured) {
		if (!hist->napless)
			learn_nap(hist, waited_us);
		return;
	}
	/* Come from above: there, what is too long is the timer's lateness alone. */
	hist->nap_us = hist->byte_us;
	hist->napless = false;
	hist->bytes = 0;
}

/* A byte is over: was it an interrupt that told? */
static void learn_told(struct wait_history *hist, u32 waited_us, bool told)
{
	if (hist->told < 0) {
		hist->told++;
		return;
	}
	if (told)
		hist->told = min_t(int, hist->told + 1, TOLD_RELIED);
	else if (waited_us >= TOLD_BYTE_US)
		hist->told = -TOLD_PAUSE;
}

/* There at the first look, @hits times in a row: it may have been for long. */
static u32 earlier(u32 usual, int hits)
{
	int shift = EARLY_SHIFT - max_t(int, hits - EARLY_HITS, 0);

	return usual - (usual >> shift);
}

/* Not even there at the second look, @misses times in a row: the BMC may be another one now. */
static u32 later(u32 usual, u32 more, int misses)
{
	return usual + (misses < LATE_MISSES ? min_t(u32, more, (usual + 255) / 256) : more);
}

/*
 * When to look first the next time. Told by an interrupt: that is how long it takes. Found at
 * the first look: a little earlier, and more so after some in a row. At the second: a little
 * later, so that a steady BMC takes one to two. At a later one: by a hair, so that of an
 * erratic BMC one answer in eight is found at the first look; but by much after many in a row.
 */
static void learn_answer(u32 *answer_us, s8 *streak, u32 waited_us, unsigned int looks)
{
	u32 usual = *answer_us;
	u32 more = waited_us > usual ? (min_t(u32, waited_us - usual, usual) + 3) / 4 : 0;

	if (!usual) {
		usual = min_t(u32, waited_us, ANSWER_FIRST_MAX_US);
		*streak = STREAK_MAX;
	} else if (!looks) {
		usual = moved(usual, waited_us);
		*streak = STREAK_MAX;
	} else if (looks == 1) {
		*streak = min_t(int, max_t(int, *streak, 0) + 1, STREAK_MAX);
		usual = min_t(u32, waited_us, earlier(usual, *streak));
	} else if (looks == 2) {
		*streak = 0;
		usual += more;
	} else {
		*streak = max_t(int, min_t(int, *streak, 0) - 1, -LATE_MISSES);
		usual = later(usual, more, -*streak);
	}
	*answer_us = clamp_t(u32, usual, 1, ANSWER_MAX_US);
}

/**
 * wait_learn() - a wait is over
 * @hist: what was measured on the interface
 * @verdict: what was waited for: the verdict before the one that ended it
 * @slot: the request's slot
 * @waited_us: how long it took
 * @looks: at which look it was seen to be over, 1 = the first one, 0 = there is an interrupt,
 *	and it was not looked for
 * @told: that look was an interrupt's
 *
 * Context: any, one caller at a time.
 */
void wait_learn(struct wait_history *hist, enum ipmi_step verdict, unsigned int slot,
		u32 waited_us, unsigned int looks, bool told)
{
	slot %= WAIT_SLOTS;
	if (verdict == IPMI_STEP_SOON) {
		learn_byte(hist, waited_us, told);
		learn_told(hist, waited_us, told);
	} else if (verdict == IPMI_STEP_TICK) {
		learn_answer(&hist->answer_us[slot], &hist->streak[slot], waited_us, looks);
	}
}
