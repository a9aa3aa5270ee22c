/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading the machine: /sys, /proc, /dev, /boot, /lib/modules, or a folder that stands for them.
 */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* No file is read further than this: what is there may be anybody's. */
#define TREE_MAX (4U << 20)

/**
 * tree_set_root() - all paths are below this folder from now on
 * @folder: as --root has it
 */
void tree_set_root(const char *folder);

/* Whether --root was given: then nothing may be asked of the machine that runs. */
bool tree_is_made_up(void);

/* Who looks: the user of the process; below --root whoever IPMIDRV_TEST_UID names. */
uid_t tree_user(void);

/* The path below the root; valid until the next call. */
const char *tree_path(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * tree_read() - all of a file
 * @size: how many bytes, or NULL
 * @fmt: its path
 *
 * Return: at most TREE_MAX bytes and a NUL, for the caller to free; NULL with errno.
 */
char *tree_read(size_t *size, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * tree_line() - the first line of a file, without blanks at its ends
 * @buf: where to
 * @size: its size
 * @fmt: the file's path
 *
 * Return: whether there is such a file that can be read; if not @buf is "" and errno says why.
 */
bool tree_line(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The number in a file, decimal or with 0x. */
bool tree_number(long long *number, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

bool tree_exists(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Where a symbolic link leads: the last part of its target. */
bool tree_link(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* stat(2), with root as the owner below --root. */
bool tree_stat(struct stat *st, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* May tree_user() open this file to read and write? errno says why not. */
bool tree_may_open(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * tree_list() - the names in a folder, numbers in them in their order
 * @fmt: the folder's path
 *
 * Return: an array that ends with NULL, for tree_list_free(); empty if it cannot be read.
 */
char **tree_list(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tree_list_free(char **names);

/* Does the first line of a file begin with this text? */
bool tree_says(const char *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* uname -r of the tree. */
const char *tree_release(void);

#endif /* TREE_H */
