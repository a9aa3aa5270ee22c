/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers of a fake BMC (tests/fake) as device.c sees them: between the headers of
 * this project and those of QEMU, which do not go together in one file.
 */
#ifndef TESTS_QEMU_REGISTERS_H
#define TESTS_QEMU_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

/* Room for an answer; no message of either BMC is longer. */
#define REGISTERS_MAX 512
/* Nothing is due. */
#define REGISTERS_NEVER (~0ULL)

struct registers;

/**
 * registers_execute - the BMC behind the registers has a whole request
 * @opaque: as registers_new() was told
 * @req: the request, NetFn/LUN and command first
 * @n: its length
 * @rsp: room for REGISTERS_MAX bytes of the answer
 * @think_us: to be set to how long the BMC thinks
 *
 * Return: the length of the answer.
 */
typedef unsigned int registers_execute(void *opaque, const uint8_t *req, unsigned int n,
				       uint8_t *rsp, uint32_t *think_us);

struct registers *registers_new(bool bt, registers_execute *execute, void *opaque);
void registers_delay(struct registers *r, uint32_t byte_us, uint32_t state_us);
uint8_t registers_read(struct registers *r, uint64_t now_ns, unsigned int reg);
void registers_write(struct registers *r, uint64_t now_ns, unsigned int reg, uint8_t val);
void registers_run(struct registers *r, uint64_t now_ns);
void registers_attention(struct registers *r, uint64_t now_ns, bool on, bool interrupt);
uint64_t registers_due(const struct registers *r);
unsigned int registers_accesses(const struct registers *r);
bool registers_interrupt(const struct registers *r);

#endif /* TESTS_QEMU_REGISTERS_H */
