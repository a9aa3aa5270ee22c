/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module consumer, for tests only: a consumer of the message handler in the kernel. What its
 * files share: the clients of consumer_client.c, and the cases.
 */
#ifndef CONSUMER_H
#define CONSUMER_H

#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#define ANSWER_MS	10000
#define NETFN_APP	0x06
#define NETFN_OEM	0x2e
#define GET_DEVICE_ID	0x01
#define CLIENTS		4
#define SAID_LEN	4000

/* One user of ipmi0, and what it has received. */
struct client {
	struct ipmi_user *user;
	spinlock_t lock;	/* guards @msgs */
	struct list_head msgs;
	wait_queue_head_t wait;
	atomic_t came;		/* calls of its receive callback */
	atomic_t shut;		/* calls of its shutdown callback */
	atomic_t pretimeouts;	/* calls of its pre-timeout callback */
	int came_before;	/* what came before its shutdown callback */
	int panics;		/* calls of its panic callback */
	int again;		/* requests that its receive callback still sends */
	bool keeps_none;	/* its receive callback frees what comes */
	int refused;		/* those that were refused */
	bool dead;		/* ipmi_destroy_user() has returned */
};

/* The clients of the case that runs. */
extern struct client clients[CLIENTS];

/* consumer_client.c: what did not hold is said, a line each */
extern char said[SAID_LEN];
extern size_t said_len;
void say_nothing(void);
__printf(1, 2) void say(const char *format, ...);
bool check(bool held, int line, const char *what);
void check_eq(long got, long want, int line, const char *what);

#define EXPECT(cond)		check(cond, __LINE__, #cond)
#define EXPECT_EQ(got, want)	check_eq(got, want, __LINE__, #got)

void to_bmc(struct ipmi_addr *addr);
int ask_at(struct client *c, struct ipmi_addr *addr, long msgid, u8 netfn, u8 cmd,
	   const void *data, u16 len);
int ask(struct client *c, long msgid);
int tell_bmc(struct client *c, const char *line);
int client_open_on(struct client *c, int number);
bool client_open(struct client *c);
bool client_open_watching(struct client *c, int number);
struct ipmi_recv_msg *client_take(struct client *c);
void client_close(struct client *c);
bool answered(struct client *c, long msgid, int line);
bool failed(struct client *c, long msgid, u8 cc, int line);
bool comes_to(atomic_t *count, int n);

#define ANSWERED(c, msgid) answered(c, msgid, __LINE__)
#define FAILED(c, msgid, cc) failed(c, msgid, cc, __LINE__)

/* The cases: consumer_life.c */
void stop_watching(void);
void case_spin(void);
void case_spin_stop(void);
void case_watch(void);
void case_watch_nothing(void);
void case_is_gone(void);
void case_is_back(void);
void case_unwatch(void);
void case_stay(void);
void case_left_behind(void);

#endif
