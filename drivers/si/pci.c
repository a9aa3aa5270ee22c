// SPDX-License-Identifier: GPL-2.0-only
/*
 * Discovery through PCI: the class of IPMI interfaces, and a device that says it
 * differently.
 *
 * The driver core calls probe and remove; they describe the interface and leave
 * the rest to probe.c. A PCI function does not say how its registers are spaced,
 * so that is left open and found by asking for the device id. No lock.
 */
#define dev_fmt(fmt) "ipmi_pci: " fmt

#include <linux/pci.h>

#include "si.h"

static bool trypci = true;
module_param(trypci, bool, 0);
MODULE_PARM_DESC(trypci, "Use interfaces found by PCI, default is 1.");

/* Programming interface of class 0c07h; the numbers are ours. */
static int class_type(unsigned int class)
{
	switch (class) {
	case PCI_CLASS_SERIAL_IPMI_SMIC:
		return SI_TYPE_SMIC;
	case PCI_CLASS_SERIAL_IPMI_KCS:
		return SI_TYPE_KCS;
	case PCI_CLASS_SERIAL_IPMI_BT:
		return SI_TYPE_BT;
	default:
		return -ENODEV;
	}
}

/* Claim the class, but have no BMC behind it. */
static const struct pci_device_id not_ipmi[] = {
	{ PCI_VDEVICE(REALTEK, 0x816c) },
	{}
};

static int si_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct si_desc desc = {
		.source = SI_PCI,
		.dev = &pdev->dev,
		.regsize = 1,
	};
	int type, rv;

	if (pci_match_id(not_ipmi, pdev))
		return offer_refuse(&desc, -ENODEV, "this device claims to be a BMC and is none");
	type = class_type(pdev->class);
	if (type < 0)
		return offer_refuse(&desc, type, "PCI class %06xh is none of IPMI's", pdev->class);
	desc.type = si_type_ops(type);
	if (!desc.type) {
		dev_warn(&pdev->dev, "unsupported interface type\n");
		return offer_refuse(&desc, -ENODEV, "interface type %d is unknown", type);
	}
	dev_info(&pdev->dev, "probing via PCI\n");
	rv = pcim_enable_device(pdev);
	if (rv) {
		dev_err(&pdev->dev, "couldn't enable PCI device: %d\n", rv);
		return offer_refuse(&desc, rv, "the PCI device could not be enabled: %d", rv);
	}
	/* For the error that resets it. */
	pci_save_state(pdev);
	/* As where the firmware gave it none, and the kernel could not. */
	if (!pci_resource_len(pdev, 0)) {
		dev_err(&pdev->dev, "BAR 0 has no address\n");
		return offer_refuse(&desc, -ENODEV, "BAR 0 has no address");
	}
	desc.is_mem = !(pci_resource_flags(pdev, 0) & IORESOURCE_IO);
	desc.addr = pci_resource_start(pdev, 0);
	desc.irq = pdev->irq;
	/* KCS registers are spaced by 1, 4 or 16 bytes; the others have always been by 1. */
	desc.regspacing = type == SI_TYPE_KCS ? 0 : 1;
	dev_info(&pdev->dev, "%pR regsize 1 irq %d\n", &pdev->resource[0], desc.irq);

	rv = si_add(&desc);
	if (!rv)
		si_wait_tried(&pdev->dev);
	return rv == -EBUSY ? 0 : rv;
}

static void si_pci_remove(struct pci_dev *pdev)
{
	si_remove_device(&pdev->dev);
}

static void si_pci_shutdown(struct pci_dev *pdev)
{
	si_reboot(&pdev->dev);
}

/* PCI error recovery, Documentation/PCI/pci-error-recovery.rst of the kernel. */
static pci_ers_result_t si_pci_error(struct pci_dev *pdev, pci_channel_state_t state)
{
	si_cut(&pdev->dev);
	if (state == pci_channel_io_perm_failure)
		return PCI_ERS_RESULT_DISCONNECT;
	return state == pci_channel_io_frozen ? PCI_ERS_RESULT_NEED_RESET :
						PCI_ERS_RESULT_CAN_RECOVER;
}

static pci_ers_result_t si_pci_reset(struct pci_dev *pdev)
{
	pci_restore_state(pdev);
	pci_save_state(pdev);
	return PCI_ERS_RESULT_RECOVERED;
}

static void si_pci_resume(struct pci_dev *pdev)
{
	si_mend(&pdev->dev);
}

static const struct pci_error_handlers error_handlers = {
	.error_detected = si_pci_error,
	.slot_reset = si_pci_reset,
	.resume = si_pci_resume,
};

static const struct pci_device_id pci_ids[] = {
	{ PCI_VDEVICE(HP, 0x121a) },
	{ PCI_DEVICE_CLASS(PCI_CLASS_SERIAL_IPMI_SMIC, ~0) },
	{ PCI_DEVICE_CLASS(PCI_CLASS_SERIAL_IPMI_KCS, ~0) },
	{ PCI_DEVICE_CLASS(PCI_CLASS_SERIAL_IPMI_BT, ~0) },
	{}
};
MODULE_DEVICE_TABLE(pci, pci_ids);

static struct pci_driver si_pci_driver = {
	.name = "ipmi_si",
	.id_table = pci_ids,
	.probe = si_pci_probe,
	.remove = si_pci_remove,
	.shutdown = si_pci_shutdown,
	.err_handler = &error_handlers,
	.driver.pm = pm_sleep_ptr(&si_pm_ops),
};

static bool registered;

int si_pci_init(void)
{
	int rv;

	if (!trypci) {
		struct si_desc any = { .source = SI_PCI };

		return offer_refuse(&any, 0, "the module was loaded with trypci=0");
	}
	rv = pci_register_driver(&si_pci_driver);
	registered = !rv;
	return rv;
}

void si_pci_exit(void)
{
	if (registered)
		pci_unregister_driver(&si_pci_driver);
	registered = false;
}
