/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The system event log.
 */
#ifndef SEL_H
#define SEL_H

#include <stdint.h>

#define SEL_RECORD 16 /* bytes of one */
#define SEL_RECORDS 1024

/* Adds a record, gives it its id and time; the id, 0 if the log is full. */
uint16_t sel_add(uint8_t record[SEL_RECORD]);

/* The i-th record, NULL behind the last. */
const uint8_t *sel_record(unsigned int i);

uint32_t sel_time(void);

#endif
