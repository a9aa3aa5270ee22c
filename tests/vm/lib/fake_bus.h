/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What went over the bus of tests/modules/ssif_fake_main.c, for the programs of ../ssif/.
 */
#ifndef FAKE_BUS_H
#define FAKE_BUS_H

#include <stdbool.h>

#define APP (NETFN_APP << 2)
#define CMD_COLD_RESET 0x02
#define CMD_SET_ENABLES 0x2e
#define CMD_GET_ENABLES 0x2f
#define CMD_CLEAR_FLAGS 0x30
#define CMD_GET_FLAGS 0x31
#define CMD_GET_MESSAGE 0x33
#define CMD_SEND_MESSAGE 0x34
#define CMD_READ_EVENT 0x35

/* A transfer on the bus, see tests/modules/ssif_fake_log.c; times in seconds, as now(). */
struct transfer {
	double begun, ended;
	char how;
	int cmd, rv, len;
	unsigned char bytes[4];
};

/* All since the last fake_forget(): how many; *all is good until the next call. */
int fake_log(const struct transfer **all);
void fake_forget(void);

/* Does a request begin with it, and with these two bytes? How often did that happen? */
bool is_begin(const struct transfer *t, int netfn_lun, int cmd);
int fake_requests(int netfn_lun, int cmd);

/* Waits until that request was sent n times since fake_forget(): false after so many seconds. */
bool fake_until_sent(int netfn_lun, int cmd, int n, double wait);

/* The times of a request's beginnings, in order: how many, at most max. */
int fake_times(int netfn_lun, int cmd, double *times, int max);

/* All counters: remember them; are just these others by so much? ("sent_messages 1", ..., NULL) */
void fake_counters(void);
bool fake_counted(const char *const *changes);

/* Are just these counters others by so much? */
#define COUNTED(...) fake_counted((const char *const[]){ __VA_ARGS__, NULL })

/*
 * One echo, by a BMC that thinks so long: how often its answer was looked for. And the time from
 * the end of the request to the first look, and the least from one look to the next.
 */
int looks_at(int think_us);
extern double to_first_look, between_looks;

/* The tries of a BMC that is away, since fake_forget(): how many. */
#define TRIES_MAX 64

struct try {
	double begun, ended;
	int writes;
};

extern struct try tries[TRIES_MAX];
int find_tries(void);

/* Waits until so many are over. */
void until_tries(int n, double wait);

#endif /* FAKE_BUS_H */
