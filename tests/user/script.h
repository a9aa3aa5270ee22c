/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The script: registers that expect each access, in order, and read as it says.
 *
 * For what a fake BMC forgives: an access too many, in the wrong order, or with a wrong bit, and
 * a bound that is missed by a microsecond. Scripts are written from the specification's flow.
 */
#ifndef TESTS_USER_SCRIPT_H
#define TESTS_USER_SCRIPT_H

#include <ipmi/machine.h>

/**
 * struct access - one access to a register
 * @write: the host writes @val; else it reads, and gets @val
 * @reg: the register
 * @val: the byte
 */
struct access {
	bool write;
	u8 reg;
	u8 val;
};

#define RD(r, v) { .reg = (r), .val = (v) }
#define WR(r, v) { .write = true, .reg = (r), .val = (v) }

/**
 * struct script - a machine, and what is to happen at its registers
 * @regs: its registers; must be first
 * @m: the machine
 * @want: the accesses of this call
 * @count: how many
 * @pos: how many there were
 * @line: of the test
 */
struct script {
	struct ipmi_regs regs;
	struct ipmi_machine *m;
	const struct access *want;
	unsigned int count;
	unsigned int pos;
	int line;
};

void script_begin(struct script *s, const struct ipmi_machine_ops *ops);
void script_end(struct script *s);
void script_expect(struct script *s, const struct access *want, unsigned int count, int line);
void script_done(struct script *s);
void script_step(struct script *s, u32 us, enum ipmi_step verdict, const struct access *want,
		 unsigned int count, int line);
void script_wait(struct script *s, u32 us, enum ipmi_step verdict, unsigned int reg, u8 val,
		 int line);
void script_failure(struct script *s, const struct ipmi_failure *want, int line);

/* With clang, ARRAY_SIZE() of the kernel takes constant initializers only. */
#define ACCESSES(...)                                                                             \
	((const struct access[]){ __VA_ARGS__ }),                                                 \
		(sizeof((const struct access[]){ __VA_ARGS__ }) / sizeof(struct access))

/* One step, after some us: its verdict, and all its accesses. */
#define STEP(s, us, verdict, ...)                                                                 \
	script_step(s, us, verdict, ACCESSES(__VA_ARGS__), __LINE__)
/* So many us in steps that find the status @val in @reg, and nothing to do. */
#define WAIT(s, us, verdict, reg, val) script_wait(s, us, verdict, reg, val, __LINE__)
/* It has failed, with this story: phase, cause, status, code, executed, dead. */
#define FAILURE(s, ...) script_failure(s, &(struct ipmi_failure){ __VA_ARGS__ }, __LINE__)
/* Any other call of the machine, with all its accesses. */
#define CALL(s, call, ...)                                                                        \
	do {                                                                                      \
		script_expect(s, ACCESSES(__VA_ARGS__), __LINE__);                                \
		call;                                                                             \
		script_done(s);                                                                   \
	} while (0)

#endif /* TESTS_USER_SCRIPT_H */
