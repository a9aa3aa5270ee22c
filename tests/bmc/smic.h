/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other link: SMIC registers in memory that a guest shares with us (ivshmem-plain).
 *
 * Every step of SMIC is a handshake by its BUSY bit and no register does anything by being
 * read, so plain memory can be one. QEMU has no SMIC of its own.
 */
#ifndef SMIC_H
#define SMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link.h"

/*
 * PATH[,SPACING[,SHIFT]]: a file of a page or more; bytes from one register to the next, and
 * bits by which its value is shifted. NULL or what is wrong.
 */
const char *smic_open(const char *where);
bool smic_is_open(void);

/* As link_send(), link_hw() and link_close(). */
void smic_send(const uint8_t *bytes, size_t len);
void smic_hw(enum hw command);
void smic_close(double ms);

#endif
