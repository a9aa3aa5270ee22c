# SPDX-License-Identifier: GPL-2.0-only
#
# The front door: what people type. What kbuild reads is Kbuild, not this.
# `make help` lists the commands.

# `make demo SHELL=1` asks for a shell in the guest; to make itself, and to
# every make below, SHELL is the program that runs recipes.
ifeq ($(origin SHELL),command line)
override SH := $(SHELL)
override SHELL := /bin/sh
MAKEOVERRIDES := $(filter-out SHELL=%,$(MAKEOVERRIDES))
unexport SHELL
endif

# Before a command that starts a make of its own, whose jobs are then this one's. `make -n`, -q and -t
# run such lines too if they have a "+", so these run nothing here.
letters := $(firstword -$(MAKEFLAGS))
makes := $(if $(findstring n,$(letters))$(findstring q,$(letters))$(findstring t,$(letters)),,+)@

# Kernels, and where the modules go: before those of the kernel itself.
export KVER KDIR INSTALL_MOD_PATH
# of whatever can be short: that, see tools/check-smoke
export SMOKE
INSTALL_MOD_DIR ?= updates
export INSTALL_MOD_DIR
# what the modules are signed with
export KEY CERT

# The kernel's make in the build folder of KDIR, or KVER, or the running
# kernel. It gets V, C, W, LLVM and the like from the command line by itself.
kbuild = tools/build --make "$(firstword $(KVER))" M="$(CURDIR)"

# The kernel that the demonstration boots: the host's may have no headers, or no BMC.
DEMO_KVER = $(or $(firstword $(KVER)),6.1)

.PHONY: modules modules_install install uninstall sign dkms-install dkms-uninstall
.PHONY: dist deb rpm drop-in clean help demo format
.PHONY: check check-static check-unit check-vm check-kernels check-debug check-kcsan check-smoke check-packages soak compare fuzz bench
.PHONY: check-fresh mutants ipmidrv tools install-tools

modules:
	$(makes)$(kbuild) modules

# The kernel's own way. What it says of a System.map that headers have not, and that depmod does
# not run, is left out: tools/install runs it.
modules_install:
	@tools/install --check
	$(makes)$(kbuild) INSTALL_MOD_DIR=$(INSTALL_MOD_DIR) cmd_depmod=: modules_install
	@tools/install --depmod

install uninstall sign:
	@tools/$@

dkms-install dkms-uninstall:
	@tools/dkms $(@:dkms-%=%)

# OUT=... names the folder
dist:
	@tools/dist $(OUT)

deb:
	@tools/package-deb $(OUT)

rpm:
	@tools/package-rpm $(or $(OUT),build/packages) $(if $(SMOKE),none,$(firstword $(KVER)))

drop-in:
	@$(if $(TREE),tools/drop-in "$(TREE)",echo 'make drop-in: name the kernel source: make drop-in TREE=/path/to/linux' >&2; exit 2)

# the command for administrators; needs no kernel headers
ipmidrv tools:
	@$(MAKE) -s -C tools/ipmidrv
	@$(MAKE) -s -C tools/ipmi-vbmc
	@echo build/ipmidrv/ipmidrv

install-tools: ipmidrv
	@$(MAKE) -s -C tools/ipmidrv install
	@$(MAKE) -s -C tools/ipmi-vbmc install

# Needs no kernel headers, so that it works when they are gone.
clean:
	@find drivers -type f \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name '.*.d' -o -name modules.order \) -exec rm -f {} +
	@rm -f modules.order Module.symvers .*.cmd .module-common.o
	@if [ -e tests/user/Makefile ]; then $(MAKE) -s -C tests/user clean; fi
	@rm -rf build

demo:
	@tools/setup demo
	$(makes)tools/build $(DEMO_KVER)
	@tools/vm/demo --kver $(DEMO_KVER) $(if $(SH),--shell)

check check-vm:
	@tools/setup
	$(makes)tools/check $(filter vm,$(@:check-%=%))

# KERNEL="newest clang" picks rows of README.md's table, by hand or not
check-kernels:
	@tools/setup build vm $(if $(SMOKE),,kernels debug)
	$(makes)tools/check-kernels $(or $(KERNEL),--all)

check-debug check-kcsan:
	@tools/setup build vm $(if $(SMOKE),,debug)
	$(makes)tools/check $(@:check-%=%)

# each trial installs what it needs besides
check-smoke:
	@tools/setup build vm check
	$(makes)tools/check smoke

# real systems, made with debootstrap: half an hour and more
check-packages:
	@tools/setup build vm $(if $(SMOKE),,debug packages systems)
	$(makes)tools/check packages

soak:
	@tools/setup build vm
	$(makes)tools/build -t $(or $(firstword $(KVER)),6.1)
	@tools/vm/run --kver $(or $(firstword $(KVER)),6.1) --minutes $(or $(MINUTES),$(if $(SMOKE),0.1,2)) soak
	@sed -n 's/.*T| # //p' build/vm-results/*/ours/soak.log

# TEST=... names the tests; what has a result in build/vm-results is not run again
compare:
	@tools/setup
	$(makes)tools/build -t 6.1 $(if $(SMOKE),,6.12)
	@tools/vm/compare $(if $(SMOKE),--short) $(TEST)

check-static:
	@tools/setup build check
	$(makes)tools/check static

check-unit:
	@tools/setup build check
	$(makes)tools/check unit

# CMD="make check-unit" instead of the README's two commands
check-fresh:
	@tools/setup fresh
	@tools/check-fresh $(if $(CMD),'$(CMD)')

# FOLDER=proto picks those of a folder; MINUTES=10 a sample of them
mutants:
	@tools/setup build vm check
	$(makes)tools/mutants $(if $(MINUTES),--minutes $(MINUTES)) $(FOLDER)

fuzz:
	@tools/setup fuzz
	@$(MAKE) -s -C tests/fuzz SECONDS=$(or $(SECONDS),$(if $(SMOKE),1,20)) $(if $(SMOKE),TARGETS='codec kcs')

# BENCH="load instructions@kcs" picks groups
bench:
	@tools/setup build vm bench
	$(makes)tools/build $(DEMO_KVER)
	@tools/bench/run --kver $(DEMO_KVER) $(if $(SMOKE),--short) $(BENCH)

format:
	@tools/format $(if $(SMOKE),--check)

help:
	@echo 'For people:'
	@echo '  make demo              a virtual machine with a BMC, these modules, and ipmitool at work;'
	@echo '                         installs what is missing. SH=1 ends in a shell there'
	@echo
	@echo 'Modules, for the running kernel, KVER=6.1.0-56-amd64 (or 6.1), or KDIR=/its/build/folder:'
	@echo '  make                   builds them in place; V=1 C=1 W=1 LLVM=1 as for the kernel'
	@echo '  make install           installs them in updates/, stripped and compressed as the kernel'"'"'s own, and says'
	@echo '                         what is loaded now, at the next boot, and how to change at once'
	@echo '  make uninstall         removes them, and says which are used again'
	@echo '  make modules_install   installs them as the kernel'"'"'s make does, below INSTALL_MOD_PATH'
	@echo '  make sign              signs what was built, for Secure Boot; KEY=MOK.priv CERT=MOK.der name a key'
	@echo '  make dkms-install      gives the source to DKMS, which builds for each kernel that comes'
	@echo '  make dkms-uninstall    takes it back'
	@echo '  make ipmidrv           builds the command that looks inside: build/ipmidrv/ipmidrv'
	@echo '  make install-tools     installs it, below DESTDIR, with its manual pages and completion'
	@echo '  make clean             removes all that was built, here and in build/'
	@echo '  tools/build KVER...    builds them outside the source folders, in build/KVER/'
	@echo
	@echo 'Packages, in build/packages/ or OUT=...:'
	@echo '  make dist              the source package, of what is committed, in build/dist/'
	@echo '  make deb               ipmi-drivers-dkms and ipmi-drivers-tools'
	@echo '  make rpm               dkms-ipmi-drivers, ipmi-drivers-tools, and kmod-ipmi-drivers for KVER'
	@echo '  make drop-in TREE=/path/to/linux  puts the drivers into a kernel source, in place of its own'
	@echo
	@echo 'Checks. The last line is the sum; KVER="6.1 6.12" names the kernels:'
	@echo '  make check             static, unit, vm, kernels, smoke, and debug in its short form; what CI runs.'
	@echo '                         Installs what is missing'
	@echo '  make check-static      style, layers, W=1, sparse, kernel-doc, exported symbols;'
	@echo '                         each is a program: tools/check-*'
	@echo '  make check-unit        the parts that need no kernel, in user space, under sanitizers'
	@echo '  make check-vm          the modules in virtual machines; TEST=... names the tests'
	@echo '  make check-kernels     the kernels in the table of README.md; KERNEL=newest picks a row'
	@echo '  make check-debug       the same on a kernel with sanitizers, lockdep and leak detection, which it'
	@echo '                         builds first (10 minutes, once); SHORT=1 runs the most telling tests'
	@echo '  make check-smoke       every command of this list in its shortest form; SMOKE=1 makes one so'
	@echo '  make check-kcsan       the tests where most parties meet, on a kernel that looks for data races'
	@echo '  make check-fresh       make demo and make check in a bare Debian 12, where nothing is installed;'
	@echo '                         as root; CMD="make check-unit" runs that instead'
	@echo '  make check-packages    the packages, installed, booted, upgraded and removed on Debian 12 and 13;'
	@echo '                         the RPM packages and the drop-in; as root, and not in make check'
	@echo '  make mutants MINUTES=10  puts small faults into the drivers and says which of them no test notices'
	@echo '  make compare           the tests on this stack and on the kernel'"'"'s own: Documentation/compare.md'
	@echo '  make soak MINUTES=60   everything again and again, and a report with the figures'
	@echo '  make fuzz SECONDS=20   libFuzzer on the parts that need no kernel, so long for each'
	@echo '  make bench             this stack and the kernel'"'"'s own side by side: ratios, build/bench/KVER.svg;'
	@echo '                         BENCH=... picks groups, tools/bench/run --list names them'
	@echo '  make format            rewrites the C files as tools/check-format wants them'
