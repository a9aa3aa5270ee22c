/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DCMI's power meter. Its capabilities have the number of one of PICMG's commands, so that
 * picmg.c asks whose a request is.
 */
#ifndef DCMI_H
#define DCMI_H

#include <stdbool.h>
#include <stdint.h>

struct request;
struct answer;

/* The line "dcmi": watts, and up to which a limit can be set; NULL or what is wrong. */
const char *dcmi_set(int argc, char **argv);

/* It has a meter, and the request is one of DCMI's; its data has a byte. */
bool dcmi_is_for(const struct request *rq);

/* Get DCMI Capabilities Info. */
uint8_t dcmi_capabilities(const struct request *rq, struct answer *a);

#endif
