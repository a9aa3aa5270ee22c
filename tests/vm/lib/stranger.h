/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that use /dev/ipmi0 beside the one that is measured, or are in its way otherwise: what
 * they do, and with how much of a processor. Linked to every program of this folder.
 */
#ifndef STRANGER_H
#define STRANGER_H

/* Mounts control groups, makes one for strangers. Before anything else. */
void strangers_prepare(void);

/*
 * A process on the first processor, which has /dev/ipmi0 open, does first() once, if there is one,
 * and again() until strangers_end(). Which of them it is, from 0.
 */
int stranger_start(void (*first)(void), void (*again)(void));
void stranger_signal(int number, int signal);
void strangers_end(void);

/* What they got done since the last call: requests answered, files opened, and so on. */
long strangers_did(void);

/*
 * For first(): of which class it is, or that it is in the group; that it wants events; that it
 * does without the device.
 */
void as_idle_class(void);
void as_nice(void);
void as_real_time(void);
void in_group(void);
void as_listener(void);
void without_device(void);

/* For again(). */
void ask(void);
void ask_in_batches(void); /* some requests at once, and then all answers */
void burn(void);
void spin_and_sleep(void); /* 40 ms and 10 ms */
void open_device(void);
void register_many(void); /* for as many commands as it may, and forgets them */
void read_slowly(void);

/* The group has a hundredth of a processor, or all; stands still, or goes on. */
void group_throttle(int on);
void group_freeze(int on);

/* This process' processor; its class. End the program if they cannot. */
void run_on(int cpu);
void schedule_as(int policy, int priority);

#define STRANGER_PRIORITY 90 /* of as_real_time() */

/* Prints that there is no test without that, and ends the program. */
void bail_out(const char *what, const char *why) __attribute__((noreturn));

#endif
