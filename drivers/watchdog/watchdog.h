/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_watchdog inside. Included by drivers/watchdog/ only.
 *
 *	device.c, legacy.c    the device that programs open: of the watchdog core, or our own
 *	params.c              the module's parameters
 *	ending.c              the timer's last words: restart, power off, sleep, module exit
 *	timer.c               the one timer: is it armed, and does the BMC know?
 *	bmc.c                 the commands
 *	pretimeout.c          what the BMC says before it acts
 *	main.c                the interface it is on, panic, reboot, sleep
 *
 * Locks, in the order in which they are taken:
 *
 *	shown_lock (mutex, device.c)	which device there is, and which interface sysfs shows to be
 *					used; taken under the message handler's registry too
 *	the watchdog core's own		held while it calls device.c
 *	wdt.lock (mutex)		all of struct wdt_timer; held while the BMC is
 *					asked, so not taken where an answer is delivered
 */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include <linux/ipmi.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <ipmi/compat.h>

struct device;
struct notifier_block;
struct watchdog_device;

/* In seconds. The BMC counts in a u16 of 100 ms, and a u8 of seconds before the end. */
#define WDT_TIMEOUT_MAX		6553
#define WDT_PRETIMEOUT_MAX	255
#define WDT_REBOOT_MIN		120	/* what a reboot may take */

/* How long one command may take, and so how long a caller waits; see Documentation/house. */
#define WDT_ASK_MS	7000	/* the transports are done with a request after 6 s */
#define WDT_EXIT_MS	1000	/* the same for a process that is ending */

/* IPMI 2.0, table 27-3. */
enum wdt_action {
	WDT_ACTION_NONE,
	WDT_ACTION_RESET,
	WDT_ACTION_POWER_OFF,
	WDT_ACTION_POWER_CYCLE,
};

enum wdt_preaction {
	WDT_PRE_NONE,
	WDT_PRE_SMI,
	WDT_PRE_NMI,
	WDT_PRE_INT,
};

/* What we do when the BMC says that it will act soon. */
enum wdt_preop {
	WDT_PREOP_NONE,		/* the watchdog core's governor decides */
	WDT_PREOP_PANIC,
	WDT_PREOP_GIVE_DATA,	/* a byte to read; needs the legacy device */
};

/**
 * struct wdt_set - what Set Watchdog Timer says, in our units
 * @action: enum wdt_action
 * @preaction: enum wdt_preaction
 * @timeout: seconds
 * @pretimeout: seconds before the end, 0 = none
 * @keep: do not stop a timer that runs (from IPMI 1.5 on)
 * @forget: forget that the timer has expired
 */
struct wdt_set {
	u8 action;
	u8 preaction;
	unsigned int timeout;
	unsigned int pretimeout;
	bool keep;
	bool forget;
};

/**
 * struct wdt_state - what Get Watchdog Timer says
 * @running: it counts
 * @ours: for the operating system (SMS/OS), not for the firmware
 * @expired: it has expired for the operating system
 */
struct wdt_state {
	bool running;
	bool ours;
	bool expired;
};

/**
 * struct wdt_timer - the timer as programs see it
 * @lock: see above
 * @user: the BMC, NULL without an interface
 * @is_old: an IPMI 1.0 BMC, which stops the timer at each Set
 * @armed: it is to run; if the BMC forgets it, it is armed again
 * @must_set: the BMC does not know whether it is to run, or has to be told anew
 * @told: that the BMC could not be told was said
 * @held: no program may start it now
 * @asleep: the machine is about to sleep, or sleeps: the BMC is told of the timer as it wakes
 * @warned: bit 0: the pre-timeout of what is set was heard
 * @set: what it was armed with
 * @timeout: as set by parameter or ioctl
 * @pretimeout: likewise
 * @fed: when it was fed last, nanoseconds of the monotonic clock
 *
 * @armed, @set and @fed are also read without the lock, at panic and in the NMI. A
 * pre-timeout sets @must_set and @warned without it.
 */
struct wdt_timer {
	struct mutex lock;
	struct ipmi_user *user;
	bool is_old;
	bool armed;
	bool must_set;
	bool told;
	bool held;
	bool asleep;
	unsigned long warned;
	struct wdt_set set;
	unsigned int timeout;
	unsigned int pretimeout;
	u64 fed;
};

extern struct wdt_timer wdt;

/* timer.c */
int timer_start(void);
int timer_stop(void);
int timer_hold(void);
void timer_release(void);
int timer_feed(void);
int timer_set_timeout(unsigned int timeout);
int timer_set_pretimeout(unsigned int pretimeout);
unsigned int timer_left(void);
int timer_attach_locked(bool start);
void timer_again_locked(void);
void timer_detach_locked(bool stop);
void timer_listen_locked(void);
bool timer_was_pretimeout(void);
bool timer_is_before_end(void);
void timer_quiet(void);
bool timer_may_pass(int rv);
int timer_tell_locked(const struct wdt_set *set);
int timer_note_locked(int rv, u64 since);
void timer_tell_later_locked(void);

/* ending.c */
void timer_extend(unsigned int timeout);
void timer_end(void);
void timer_sleep(void);
void timer_wake(void);
void timer_exit(void);

/* bmc.c */
int bmc_set(struct ipmi_user *user, const struct wdt_set *set);
int bmc_stop(struct ipmi_user *user, unsigned int timeout);
int bmc_reset(struct ipmi_user *user);
int bmc_get(struct ipmi_user *user, struct wdt_state *state);
void bmc_set_at_panic(struct ipmi_user *user, const struct wdt_set *set);

/* params.c */
extern unsigned int param_panic_timeout;
extern int param_interface;
extern int param_start_now;
extern u8 param_action;
extern u8 param_preaction;
extern u8 param_preop;
bool nowayout_get(void);
const char *action_name(void);
void params_ready(void);

/* device.c */
extern struct watchdog_device wdt_device;
int device_init(void);
void device_exit(void);
int device_show(void);
void device_follow(void);
int device_set_preop(u8 preop);
int device_set_timeout(unsigned int timeout);
void device_pretimeout(void);
void device_say(int number);

/* legacy.c */
int legacy_register(void);
void legacy_unregister(void);
bool legacy_claim(void);
void legacy_pretimeout(void);

/* pretimeout.c */
void pretimeout_exit(void);
void pretimeout_message(void *unused);
int pretimeout_nmi_locked(bool on);
void pretimeout_test_locked(void);

/* main.c */
unsigned int boot_status(void);
struct device *interface_device(void);
int interface_use(int number);

#endif /* WATCHDOG_H */
