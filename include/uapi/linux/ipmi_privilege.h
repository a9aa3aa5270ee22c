/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Two ioctls of /dev/ipmiN that the kernel's own <linux/ipmi.h> does not have: with which
 * privilege level of IPMI 2.0 an open file sends. A driver without them answers ENOTTY.
 */
#ifndef _UAPI_LINUX_IPMI_PRIVILEGE_H
#define _UAPI_LINUX_IPMI_PRIVILEGE_H

#include <linux/ioctl.h>
#include <linux/ipmi.h>
#include <linux/types.h>

/* IPMI 2.0, section 6.8, and appendix G, which says what each of them may do. */
#define IPMI_PRIVILEGE_USER	2
#define IPMI_PRIVILEGE_OPERATOR	3
#define IPMI_PRIVILEGE_ADMIN	4

/*
 * The level of the open file, one of the above. It is fixed as the file is opened, and goes with
 * the file through fork() and to whom it is passed.
 */
#define IPMICTL_GET_PRIVILEGE _IOR(IPMI_IOC_MAGIC, 0xc0, __u32)

/*
 * Lower it, for good: EPERM for a level above the file's, EINVAL for what is no level. Setting
 * the level that it has is allowed and changes nothing.
 */
#define IPMICTL_DROP_PRIVILEGE _IOW(IPMI_IOC_MAGIC, 0xc1, __u32)

#endif /* _UAPI_LINUX_IPMI_PRIVILEGE_H */
