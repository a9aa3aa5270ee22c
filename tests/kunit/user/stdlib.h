/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of tests/user want of C's library, in the kernel. Only they include this.
 */
#ifndef TESTS_KUNIT_STDLIB_H
#define TESTS_KUNIT_STDLIB_H

#include <linux/bug.h>
#include <linux/slab.h>

#define malloc(n) kmalloc(n, GFP_KERNEL)
#define calloc(n, size) kcalloc(n, size, GFP_KERNEL)
#define free(p) kfree(p)
#define abort() BUG()

#endif /* TESTS_KUNIT_STDLIB_H */
