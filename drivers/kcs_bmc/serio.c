// SPDX-License-Identifier: GPL-2.0-only
/*
 * kcs_bmc_serio: a KCS channel as a serio port, for who wants the host's bytes as they come (debug
 * triggers, say, through serio_raw).
 *
 * A client of kcs_bmc. Whether a byte is a command is not told, and nothing can be written, as in
 * the kernel's own. Lock: none of its own; the core's and serio's open, close and remove one after
 * the other, and after close no event comes. The port is freed by serio.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/serio.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <ipmi/version.h>

#include "kcs_bmc.h"

/**
 * struct line - a KCS channel as a port
 * @client: for the core
 * @entry: in the list of lines, which the core's lock guards
 * @port: the port
 */
struct line {
	struct kcs_bmc_client client;
	struct list_head entry;
	struct serio *port;
};

static LIST_HEAD(lines);

static irqreturn_t line_event(struct kcs_bmc_client *client)
{
	struct line *line = container_of(client, struct line, client);

	if (!(kcs_bmc_read_status(client->dev) & KCS_BMC_STR_IBF))
		return IRQ_NONE;
	serio_interrupt(line->port, kcs_bmc_read_data(client->dev), 0);
	return IRQ_HANDLED;
}

static const struct kcs_bmc_client_ops client_ops = { .event = line_event };

static int line_open(struct serio *port)
{
	struct line *line = port->port_data;

	return kcs_bmc_enable_device(line->client.dev, &line->client);
}

static void line_close(struct serio *port)
{
	struct line *line = port->port_data;

	kcs_bmc_disable_device(line->client.dev, &line->client);
}

static int add_device(struct kcs_bmc_device *kcs_bmc)
{
	struct line *line = kzalloc(sizeof(*line), GFP_KERNEL);
	struct serio *port = kzalloc(sizeof(*port), GFP_KERNEL);

	if (!line || !port) {
		kfree(line);
		kfree(port);
		return -ENOMEM;
	}
	port->id.type = SERIO_8042;
	port->open = line_open;
	port->close = line_close;
	port->port_data = line;
	port->dev.parent = kcs_bmc->dev;
	strscpy(port->name, dev_name(kcs_bmc->dev), sizeof(port->name));
	strscpy(port->phys, dev_name(kcs_bmc->dev), sizeof(port->phys));
	line->client.ops = &client_ops;
	line->client.dev = kcs_bmc;
	line->port = port;
	list_add(&line->entry, &lines);
	serio_register_port(port);
	dev_info(kcs_bmc->dev, "KCS channel %u is a serio port\n", kcs_bmc->channel);
	return 0;
}

static int remove_device(struct kcs_bmc_device *kcs_bmc)
{
	struct line *line;

	list_for_each_entry(line, &lines, entry) {
		if (line->client.dev != kcs_bmc)
			continue;
		list_del(&line->entry);
		serio_unregister_port(line->port);
		kfree(line);
		return 0;
	}
	return -ENODEV;
}

static const struct kcs_bmc_driver_ops driver_ops = {
	.add_device = add_device,
	.remove_device = remove_device,
};

static struct kcs_bmc_driver driver = { .ops = &driver_ops };

static int __init kcs_bmc_serio_init(void)
{
	kcs_bmc_register_driver(&driver);
	return 0;
}

static void __exit kcs_bmc_serio_exit(void)
{
	kcs_bmc_unregister_driver(&driver);
}

module_init(kcs_bmc_serio_init);
module_exit(kcs_bmc_serio_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("A KCS channel of a BMC as a serio port");
