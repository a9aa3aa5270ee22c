/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_ssif on tests/modules/ssif_fake_main.c, for the programs of ../ssif/.
 */
#ifndef FAKE_SSIF_H
#define FAKE_SSIF_H

#include <stdbool.h>

#define DEVICE "/sys/class/ipmi/ipmi0/device"
#define FAKE "/sys/kernel/debug/ssif_fake/"
#define DRIVER "/sys/bus/i2c/drivers/ipmi_ssif/"
#define CLIENT "0-0010" /* its device, where no other adapter is */
#define NETFN_OEM 0x2e
#define CMD_ECHO 0x42

#define BOUND 7.0 /* seconds for a request whatever happens: the house's 6, and a busy machine */
#define BACK 1.5 /* until a BMC that is back is found: 0.75, and a busy machine */
#define AT_ONCE 0.5 /* for one to a BMC that is known to be away */

/* its parameters; an open device of it; how long its answers are to an echo */
extern char fake_parameters[128];
extern int fake_fd, fake_answer_len;

bool fake_by_i2c(void);
void fake_arguments(int argc, char **argv);
void fake_set(const char *name, long value);
void fake_fault(const char *text);
void fake_load(const char *more);
void fake_driver(void);
int fake_echo_on(int file, int len);
int fake_echo(int len);
int fake_enables(void);
bool fake_enables_become(int mask, int want); /* in 5 s */
double fake_until_answer(double wait);
int fake_next_type(double *took);

/* cases: the first, one of several programs, and the last */
void fake_is_there(void);
void what_comes_by_itself(void);
void fake_leaves_nothing(void);

#endif /* FAKE_SSIF_H */
