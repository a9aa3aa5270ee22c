// SPDX-License-Identifier: GPL-2.0-only
/* proto/attn.c once more: an object belongs to one module. */
#include "../proto/attn.c"
