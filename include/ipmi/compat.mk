# SPDX-License-Identifier: GPL-2.0-only
#
# What must be known about the target kernel before anything is compiled for
# it. Read by drivers/Kbuild only.

# A kernel that cannot take these modules is told so at once, and in words.
# Not while cleaning, when there is no configuration.
define ipmi-nl


endef
ifneq ($(and $(KBUILD_EXTMOD),$(filter %Makefile.build,$(MAKEFILE_LIST))),)
ipmi-kernel := ipmi-drivers cannot be built for $(KERNELRELEASE) (in $(abspath $(objtree))).$(ipmi-nl)

# $(call ipmi-needs,HEADER,ERE,WHAT): a kernel is refused if no line of include/HEADER matches ERE. The
# version number says nothing: distributions carry changes back, and not every later version has
# what an earlier one got in its stable series. In ERE write a dot for a comma or a parenthesis.
ipmi-needs = $(if $(shell grep -Esm1 '$(2)' $(srctree)/include/$(1)),,\
	$(error $(ipmi-kernel)Found: Linux $(VERSION).$(PATCHLEVEL), whose include/$(1) lacks $(3).$(ipmi-nl)\
	Needed: a late 6.1.y, 6.5 or later, or a distribution's kernel that has it carried back.$(ipmi-nl)\
	Install such a kernel and its headers, or name one that is installed: make KVER=...))

$(call ipmi-needs,linux/cleanup.h,define DEFINE_GUARD,guard())
$(call ipmi-needs,uapi/linux/ipmi.h,IPMI_IPMB_DIRECT_ADDR_TYPE,IPMB direct addresses)
$(call ipmi-needs,linux/timer.h,timer_shutdown_sync,timer_shutdown_sync())
$(call ipmi-needs,linux/platform_device.h,void[[:space:]]+.\*remove,a remove callback that returns nothing)

ifeq ($(CONFIG_IPMI_HANDLER),y)
$(error $(ipmi-kernel)Found: CONFIG_IPMI_HANDLER=y. The kernel's own IPMI stack is built in, and modules$(ipmi-nl)\
	cannot replace what is built in. Use a kernel with CONFIG_IPMI_HANDLER=m, as$(ipmi-nl)\
	distributions have it, or configure yours so and rebuild it)
endif
endif

# Which driver this is, for include/ipmi/version.h: the file VERSION is the one place that says it.
ipmi-version := -DIPMI_DRIVERS_VERSION=\"$(shell cat $(ipmi-root)/VERSION)\"

# $(call ipmi-as,OPTION): m outside a kernel tree, inside as configured there.
ipmi-as = $(if $(KBUILD_EXTMOD),m,$(CONFIG_$(1)))

# The questions compat.h cannot ask in C: each reads one of the target's
# headers and becomes -DIPMI_<NAME>=0 or 1.

# $(call ipmi-asks,NAME,HEADER,ERE): does a line of include/HEADER match ERE?
# A comma or an unbalanced parenthesis in ERE would end the call: write a dot.
ipmi-asks = -DIPMI_$(1)=$(if $(shell grep -Esm1 '$(3)' $(srctree)/include/$(2)),1,0)

ipmi-answers := -DIPMI_COMPAT_ASKED \
	$(call ipmi-asks,SENDER_RETURNS_INT,linux/ipmi_smi.h,int[[:space:]]+.\*sender) \
	$(call ipmi-asks,SMI_MSG_HAS_RECV_MSG,linux/ipmi_smi.h,struct ipmi_recv_msg[[:space:]]+\*recv_msg;) \
	$(call ipmi-asks,DESTROY_USER_RETURNS_INT,linux/ipmi.h,int[[:space:]]+ipmi_destroy_user) \
	$(call ipmi-asks,HAS_PANIC_REQUEST,linux/ipmi.h,ipmi_panic_request_and_wait) \
	$(call ipmi-asks,CLASS_CREATE_HAS_OWNER,linux/device/class.h,define[[:space:]]+class_create.owner) \
	$(call ipmi-asks,CLASS_CALLBACKS_ARE_CONST,linux/device/class.h,devnode..const struct device) \
	$(call ipmi-asks,BUS_UEVENT_IS_CONST,linux/device/bus.h,uevent..const struct device) \
	$(call ipmi-asks,BUS_MATCH_IS_CONST,linux/device/bus.h,match..*const struct device_driver) \
	$(call ipmi-asks,CHILD_MATCH_IS_CONST,linux/device.h,device \*device_find_child.*const void) \
	$(call ipmi-asks,PLATFORM_HAS_REMOVE_NEW,linux/platform_device.h,void[[:space:]]+.\*remove_new) \
	$(call ipmi-asks,I2C_HAS_PROBE_NEW,linux/i2c.h,int[[:space:]]+.\*probe_new) \
	$(call ipmi-asks,I2C_REMOVE_RETURNS_INT,linux/i2c.h,int[[:space:]]+.\*remove..struct i2c_client) \
	$(call ipmi-asks,HAS_HRTIMER_SETUP,linux/hrtimer.h,hrtimer_setup.struct hrtimer) \
	$(call ipmi-asks,PARAM_GET_TAKES_SEQ_BUF,linux/moduleparam.h,int[[:space:]]+.\*get..struct seq_buf) \
	$(call ipmi-asks,SYSCTL_IS_COUNTED,linux/sysctl.h,register_sysctl_sz) \
	$(call ipmi-asks,IOPORT_IS_OPTIONAL,asm-generic/io.h,CONFIG_HAS_IOPORT$$|CONFIG_HAS_IOPORT[^_])
