/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing the messages to a file that Wireshark and tshark open.
 */
#ifndef PCAP_H
#define PCAP_H

#include <stdbool.h>
#include <stdio.h>

#include "event.h"

/* LINKTYPE_IPMI_HPM_2: each packet is a trace data block of PICMG's HPM.2. */
#define PCAP_LINKTYPE 260

/* Writes the head of the file. */
bool pcap_begin(FILE *to);

/**
 * pcap_write() - one message
 * @to: the file
 * @wall_us: when, in microseconds since 1970
 * @event: EVENT_SEND or EVENT_RECEIVE with their bytes, EVENT_START or EVENT_END without
 *
 * Of data that the event does not carry the packet has the length only, as of any packet that was
 * cut off. Secrets are zeros.
 *
 * Return: whether it was written.
 */
bool pcap_write(FILE *to, long long wall_us, const struct event *event);

#endif /* PCAP_H */
