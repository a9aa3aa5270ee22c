// SPDX-License-Identifier: GPL-2.0-only
/* proto/ipmb_frame.c once more: an object belongs to one module. */
#include "../proto/ipmb_frame.c"
