// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of a device's driver that the kernel makes when something rare happens:
 *
 *	echo "CALL BUS DEVICE" >/sys/module/device_call/parameters/call
 *
 * BUS is pci or platform; CALL is shutdown, or (PCI) normal, frozen, failed, reset, resume,
 * which are the steps of PCI error recovery.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

static int call_pci(struct pci_dev *pdev, const char *call)
{
	struct pci_driver *driver = to_pci_driver(pdev->dev.driver);
	const struct pci_error_handlers *handlers = driver->err_handler;

	if (!strcmp(call, "shutdown")) {
		driver->shutdown(pdev);
		return 0;
	}
	if (!strcmp(call, "frozen"))
		return handlers->error_detected(pdev, pci_channel_io_frozen) !=
		       PCI_ERS_RESULT_NEED_RESET ? -EPROTO : 0;
	if (!strcmp(call, "normal"))
		return handlers->error_detected(pdev, pci_channel_io_normal) !=
		       PCI_ERS_RESULT_CAN_RECOVER ? -EPROTO : 0;
	if (!strcmp(call, "failed"))
		return handlers->error_detected(pdev, pci_channel_io_perm_failure) !=
		       PCI_ERS_RESULT_DISCONNECT ? -EPROTO : 0;
	if (!strcmp(call, "reset"))
		return handlers->slot_reset(pdev) != PCI_ERS_RESULT_RECOVERED ? -EPROTO : 0;
	if (!strcmp(call, "resume")) {
		handlers->resume(pdev);
		return 0;
	}
	return -EINVAL;
}

static int call_platform(struct platform_device *pdev, const char *call)
{
	if (strcmp(call, "shutdown"))
		return -EINVAL;
	to_platform_driver(pdev->dev.driver)->shutdown(pdev);
	return 0;
}

static int call_set(const char *val, const struct kernel_param *kp)
{
	const struct bus_type *bus;
	char call[16], name[16], id[32];
	struct device *dev;
	int rv = -ENODEV;

	if (sscanf(val, "%15s %15s %31s", call, name, id) != 3)
		return -EINVAL;
	bus = strcmp(name, "pci") ? &platform_bus_type : &pci_bus_type;
	dev = bus_find_device_by_name((void *)bus, NULL, id);
	if (!dev)
		return -ENODEV;
	device_lock(dev);
	if (dev->driver)
		rv = bus == &pci_bus_type ? call_pci(to_pci_dev(dev), call) :
					    call_platform(to_platform_device(dev), call);
	device_unlock(dev);
	put_device(dev);
	return rv;
}

static const struct kernel_param_ops call_ops = { .set = call_set };
module_param_cb(call, &call_ops, NULL, 0200);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Makes the calls of a device's driver that are made rarely");
