// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers in port and memory space, of any size, spacing and shift.
 *
 * probe.c maps them, the machine reaches them through seam 4. Each register's
 * region is claimed by itself, so that what lies between stays free for others.
 * Lock: none; the holder of si->pump is the only caller.
 */
#include <linux/io.h>
#include <linux/ioport.h>

#include "si.h"

#define REGION_NAME "ipmi_si"

static const struct si_io *to_io(const struct ipmi_regs *regs)
{
	return container_of(regs, struct si_io, regs);
}

/* String instructions move bytes: no exit of a virtual machine for each of them. */
static bool is_bytes(const struct si *si)
{
	return si->desc.regsize == 1 && !si->desc.regshift;
}

#if IPMI_HAS_IOPORT

/* Nearly all interfaces are like this, and a request takes some fifty of these. */
static u8 port_read_byte(const struct ipmi_regs *regs, unsigned int reg)
{
	const struct si_io *io = to_io(regs);

	return inb(io->port + reg * io->spacing);
}

static void port_write_byte(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	const struct si_io *io = to_io(regs);

	outb(val, io->port + reg * io->spacing);
}

static u8 port_read(const struct ipmi_regs *regs, unsigned int reg)
{
	const struct si_io *io = to_io(regs);
	unsigned long port = io->port + reg * io->spacing;

	switch (io->size) {
	case 1:
		return inb(port) >> io->shift;
	case 2:
		return inw(port) >> io->shift;
	default:
		return inl(port) >> io->shift;
	}
}

static void port_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	const struct si_io *io = to_io(regs);
	unsigned long port = io->port + reg * io->spacing;

	switch (io->size) {
	case 1:
		outb(val << io->shift, port);
		break;
	case 2:
		outw(val << io->shift, port);
		break;
	default:
		outl((u32)val << io->shift, port);
		break;
	}
}

static void port_read_all(const struct ipmi_regs *regs, unsigned int reg, u8 *bytes, unsigned int n)
{
	const struct si_io *io = to_io(regs);

	insb(io->port + reg * io->spacing, bytes, n);
}

static void port_write_all(const struct ipmi_regs *regs, unsigned int reg, const u8 *bytes,
			   unsigned int n)
{
	const struct si_io *io = to_io(regs);

	outsb(io->port + reg * io->spacing, bytes, n);
}

static int map_ports(struct si *si)
{
	if (si->desc.regsize > 4)
		return -EINVAL;
	si->io.port = si->desc.addr;
	si->io.regs.read = port_read;
	si->io.regs.write = port_write;
	if (is_bytes(si)) {
		si->io.regs.read = port_read_byte;
		si->io.regs.write = port_write_byte;
		si->io.regs.read_all = port_read_all;
		si->io.regs.write_all = port_write_all;
	}
	return 0;
}

#else

static int map_ports(struct si *si)
{
	dev_warn(si->desc.dev, "this machine has no port I/O, so nothing can be at port 0x%lx\n",
		 si->desc.addr);
	return -EINVAL;
}

#endif

static u8 mem_read(const struct ipmi_regs *regs, unsigned int reg)
{
	const struct si_io *io = to_io(regs);
	void __iomem *addr = io->mem + reg * io->spacing;

	switch (io->size) {
	case 1:
		return readb(addr) >> io->shift;
	case 2:
		return readw(addr) >> io->shift;
	case 4:
		return readl(addr) >> io->shift;
#ifdef readq
	case 8:
		return readq(addr) >> io->shift;
#endif
	}
	return 0xff;
}

static void mem_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	const struct si_io *io = to_io(regs);
	void __iomem *addr = io->mem + reg * io->spacing;

	switch (io->size) {
	case 1:
		writeb(val << io->shift, addr);
		break;
	case 2:
		writew(val << io->shift, addr);
		break;
	case 4:
		writel((u32)val << io->shift, addr);
		break;
#ifdef readq
	case 8:
		writeq((u64)val << io->shift, addr);
		break;
#endif
	}
}

static void mem_read_all(const struct ipmi_regs *regs, unsigned int reg, u8 *bytes, unsigned int n)
{
	const struct si_io *io = to_io(regs);

	ioread8_rep(io->mem + reg * io->spacing, bytes, n);
}

static void mem_write_all(const struct ipmi_regs *regs, unsigned int reg, const u8 *bytes,
			  unsigned int n)
{
	const struct si_io *io = to_io(regs);

	iowrite8_rep(io->mem + reg * io->spacing, bytes, n);
}

static int map_mem(struct si *si)
{
	size_t len = (si->desc.type->nregs - 1) * si->desc.regspacing + si->desc.regsize;

#ifndef readq
	if (si->desc.regsize > 4)
		return -EINVAL;
#endif
	si->io.mem = ioremap(si->desc.addr, len);
	if (!si->io.mem)
		return -ENOMEM;
	si->io.regs.read = mem_read;
	si->io.regs.write = mem_write;
	if (is_bytes(si)) {
		si->io.regs.read_all = mem_read_all;
		si->io.regs.write_all = mem_write_all;
	}
	return 0;
}

static bool claim(const struct si *si, unsigned int reg)
{
	unsigned long addr = si->desc.addr + reg * si->desc.regspacing;

	if (si->desc.is_mem)
		return request_mem_region(addr, si->desc.regsize, REGION_NAME);
	return request_region(addr, si->desc.regsize, REGION_NAME);
}

static void release(const struct si *si, unsigned int reg)
{
	unsigned long addr = si->desc.addr + reg * si->desc.regspacing;

	if (si->desc.is_mem)
		release_mem_region(addr, si->desc.regsize);
	else
		release_region(addr, si->desc.regsize);
}

/**
 * io_map() - claim and map the registers
 * @si: the interface
 *
 * Context: process.
 * Return: 0, -EBUSY if somebody has them, -EINVAL for an impossible size,
 * -ENOMEM.
 */
int io_map(struct si *si)
{
	struct si_io *io = &si->io;
	unsigned int i;
	int rv;

	io->size = si->desc.regsize;
	io->spacing = si->desc.regspacing;
	io->shift = si->desc.regshift;
	io->regs = (struct ipmi_regs){};
	for (i = 0; i < si->desc.type->nregs; i++) {
		if (!claim(si, i)) {
			io_unmap(si);
			return -EBUSY;
		}
		io->claimed++;
	}
	rv = si->desc.is_mem ? map_mem(si) : map_ports(si);
	if (rv)
		io_unmap(si);
	return rv;
}

/**
 * io_unmap() - undo io_map(), or as much of it as was done
 * @si: the interface
 */
void io_unmap(struct si *si)
{
	if (si->io.mem)
		iounmap(si->io.mem);
	si->io.mem = NULL;
	while (si->io.claimed)
		release(si, --si->io.claimed);
}
