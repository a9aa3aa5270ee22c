// SPDX-License-Identifier: GPL-2.0-only
/* The code of the trace events in trace.h. */
#include "msghandler.h"

#define CREATE_TRACE_POINTS
#include "trace.h"
