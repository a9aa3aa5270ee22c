/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests of one tick, added up by program and by command.
 */
#ifndef TALLY_H
#define TALLY_H

#include "exchange.h"

#define TALLY_ROWS 256
#define TALLY_TIMES 1024

/* Times in microseconds. Of more than TALLY_TIMES a later one takes the place of an earlier. */
struct times_us {
	unsigned int at[TALLY_TIMES];
	unsigned long long count;
};

void times_add(struct times_us *t, unsigned long long us);
/* Sorts them; below which this share of them is. 0 if there are none. */
unsigned int times_share(struct times_us *t, unsigned int percent);

/**
 * struct tally_row - one program, or one command
 * @pid, @name: of the program
 * @intf: the N of the interface
 * @netfn, @cmd: the command, of a program the last one
 * @times: what each request took
 * @waits_us: before they went to the BMC, in all
 * @errors: how many failed
 */
struct tally_row {
	int pid;
	char name[32];
	int intf;
	unsigned int netfn;
	unsigned int cmd;
	struct times_us times;
	unsigned long long waits_us;
	unsigned int errors;
};

/**
 * struct tally - a tick
 * @programs, @commands: the rows
 * @all: of the whole
 * @bmc_us: how long BMCs have worked at requests
 */
struct tally {
	struct tally_row programs[TALLY_ROWS];
	struct tally_row commands[TALLY_ROWS];
	unsigned int nr_programs;
	unsigned int nr_commands;
	struct times_us all;
	unsigned long long bmc_us;
	unsigned int errors;
	unsigned int dropped;
};

void tally_clear(struct tally *t);
void tally_add(struct tally *t, const struct exchange *x);

enum tally_order { ORDER_RATE, ORDER_TIME, ORDER_ERRORS, ORDER_COUNT };

/* The most first. Commands are always sorted by their median time. */
void tally_sort(struct tally *t, enum tally_order order);

#endif /* TALLY_H */
