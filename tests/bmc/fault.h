/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How this BMC misbehaves: it thinks for some time, spoils single answers, or is away.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;

/*
 * A line of control, after its name:
 *   fault MODE [netfn=06] [cmd=01] [n=COUNT] [skip=COUNT] [percent=P] [arg=X]
 *   delay MS | MIN-MAX | lognormal MEDIAN SIGMA
 *   away closed|silent|busy MS
 * They return NULL or what is wrong with the line. docs in fault.c, README.md.
 */
const char *fault_add(int argc, char **argv);
const char *delay_set(int argc, char **argv);
const char *away_set(int argc, char **argv);

/* What a cold or warm reset leads to: an away line, or nothing (argc 0). */
const char *reset_set(int argc, char **argv);
void reset_begins(void);

/* The fault that keeps this request from being executed, if one does. */
struct fault *fault_before(uint8_t netfn, uint8_t cmd);

/* The fault that strikes this answer of so many bytes of data, and its work. */
struct fault *fault_for(uint8_t netfn, uint8_t cmd, size_t data_len);
void fault_answer(struct fault *f, const uint8_t *message, size_t len);

/* "mode hits" of each fault, and their end. */
void fault_list(char *text, size_t size);
void fault_clear(void);

/* The right answer to the request that the fault "hang" has swallowed. */
void fault_unhang(void);

/* The BMC is away and has taken care of this request. */
bool away_takes(const uint8_t *request, size_t len);

/* Milliseconds to think before the next answer. */
double delay_next(void);

#endif
