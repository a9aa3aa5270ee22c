/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of scripts for the KCS machine: IPMI 2.0, sections 9.7 to 9.10.
 */
#ifndef TESTS_USER_SCRIPT_KCS_H
#define TESTS_USER_SCRIPT_KCS_H

#include "script.h"

#define OBF		0x01
#define IBF		0x02
#define ATN		0x04
#define IDLE		0x00
#define READ		0x40
#define WRITE		0x80
#define ERROR		0xc0

#define ST(v)		RD(1, v)
#define COMMAND(v)	WR(1, v)
#define OUT(v)		RD(0, v)
#define IN(v)		WR(0, v)

#endif /* TESTS_USER_SCRIPT_KCS_H */
