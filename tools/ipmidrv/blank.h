/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking serial numbers and UUIDs out of a text that others will read.
 */
#ifndef BLANK_H
#define BLANK_H

/* Reads the machine's serial numbers, as far as this user may. */
void blank_init(void);

/* The text with [serial] and [uuid] in their place; for the caller to free. */
char *blank_text(const char *text);

#endif /* BLANK_H */
