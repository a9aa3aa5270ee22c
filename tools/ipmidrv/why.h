/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of `ipmidrv why` share: the facts, and the stages that judge them.
 */
#ifndef WHY_H
#define WHY_H

#include "findings.h"
#include "firmware.h"
#include "iface.h"
#include "log.h"
#include "modules.h"

/**
 * struct facts - all that is read of the machine, once, before it is judged
 * @ours: what is loaded is all of ipmi-drivers
 * @discovery: the report of ipmi_si, NULL if it cannot be read
 * @ssif: that of ipmi_ssif
 */
struct facts {
	struct firmware fw;
	struct modules modules;
	struct log log;
	struct iface ifaces[IFACES_MAX];
	int nr_ifaces;
	bool ours;
	char *discovery;
	char *ssif;
};

/* why_software.c */
void stage_kernel(struct findings *f, const struct facts *m);
void stage_files(struct findings *f, const struct facts *m);
void stage_modules(struct findings *f, const struct facts *m);

/* why_hardware.c */
void stage_machine(struct findings *f, const struct facts *m);
void stage_firmware(struct findings *f, const struct facts *m);
void stage_probe(struct findings *f, const struct facts *m);

/* why_device.c */
void stage_device(struct findings *f, const struct facts *m);
void stage_bmc(struct findings *f, const struct facts *m);
void stage_use(struct findings *f, const struct facts *m);
void stage_hwmon(struct findings *f, const struct facts *m);

/* why_slow.c */
void slow_stages(struct findings *f, const struct facts *m);

/* why_probe.c; the exit status */
int probe_address(const char *text, bool yes);

#endif /* WHY_H */
