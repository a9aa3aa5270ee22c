/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of more than one byte in messages and records: IPMI has the low byte first.
 *
 * Pure. Used by proto/. The caller has seen that the bytes are there.
 */
#ifndef IPMI_BYTES_H
#define IPMI_BYTES_H

#include <ipmi/pure.h>

static inline u16 ipmi_get16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

static inline u32 ipmi_get32(const u8 *p)
{
	return ipmi_get16(p) | (u32)ipmi_get16(p + 2) << 16;
}

static inline void ipmi_put16(u8 *p, u16 val)
{
	p[0] = val;
	p[1] = val >> 8;
}

static inline void ipmi_put32(u8 *p, u32 val)
{
	ipmi_put16(p, val);
	ipmi_put16(p + 2, val >> 16);
}

#endif /* IPMI_BYTES_H */
