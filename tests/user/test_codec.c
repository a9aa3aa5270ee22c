// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"
static void nothing(void) { }
static const struct test codec_tests[] = { TEST(nothing) };
SUITE(codec);
