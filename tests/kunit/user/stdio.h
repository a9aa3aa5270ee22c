/* SPDX-License-Identifier: GPL-2.0-only */
/* See stdlib.h: snprintf() is the kernel's. */
#include <linux/kernel.h>
