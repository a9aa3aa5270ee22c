/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which driver a module is, for modinfo and for those who look whether ours or the kernel's own is
 * there. Each module's main file has it, once. The number, IPMI_DRIVERS_VERSION, is in the file
 * VERSION and comes from include/ipmi/compat.mk. It is above the 39.2 of the kernel's own, because
 * DKMS takes the higher one.
 */
#ifndef IPMI_VERSION_H
#define IPMI_VERSION_H

#define IPMI_DRIVERS_AUTHOR	"The ipmi-drivers authors"

#endif
