/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sensor data records and inventory, from the files QEMU's own BMC reads.
 */
#ifndef STORE_H
#define STORE_H

#include <stddef.h>
#include <stdint.h>

/* Reads records, one after another; those of inventory, each size bytes. Exit if they cannot. */
void store_read_sdr(const char *path);
void store_make_sdr(unsigned int sensors, unsigned int records);

/* One more, whatever it is; it gets an id of its own. */
void store_add_record(const uint8_t *record, size_t len);
void store_read_fru(const char *path, int size);

#endif
