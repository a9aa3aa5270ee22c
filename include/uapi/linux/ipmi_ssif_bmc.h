/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/ipmi-ssif-host: what read() gives and write() takes. The same as the kernel's own header of
 * this name, which 6.1 does not have; where it has it, that one is used.
 */
#ifndef _UAPI_LINUX_IPMI_SSIF_BMC_H
#define _UAPI_LINUX_IPMI_SSIF_BMC_H

#include <linux/types.h>

/* The longest message. */
#define IPMI_SSIF_PAYLOAD_MAX 254

/**
 * struct ipmi_ssif_msg - a request, or the answer to it
 * @len: so many bytes of @payload are meant, in the byte order of the machine
 * @payload: NetFn and LUN in one byte, command, of an answer the completion code, data
 */
struct ipmi_ssif_msg {
	unsigned int len;
	__u8 payload[IPMI_SSIF_PAYLOAD_MAX];
};

#endif /* _UAPI_LINUX_IPMI_SSIF_BMC_H */
