// SPDX-License-Identifier: GPL-2.0-only
/* proto/wait.c once more: an object belongs to one module. */
#include "../proto/wait.c"
