// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmidrv report: what a bug report must contain, in one tarball, without serial numbers.
 *
 * What the other commands print is printed by them, in a child; the rest are files that are
 * copied. The BMC is asked nothing.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "blank.h"
#include "iface.h"
#include "ipmidrv.h"
#include "log.h"
#include "modules.h"
#include "text.h"
#include "tree.h"

static struct archive *tarball;
static char top_name[128];
static bool failed;

/* A file of the tarball; takes the text. NULL: there is none. */
static void add(char *text, const char *name)
{
	struct archive_entry *entry;
	char *safe, *path;
	size_t n;

	if (!text)
		return;
	safe = blank_text(text);
	free(text);
	path = textf("%s/%s", top_name, name);
	n = strlen(safe);
	entry = archive_entry_new();
	archive_entry_set_pathname(entry, path);
	archive_entry_set_size(entry, n);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, time(NULL), 0);
	if (archive_write_header(tarball, entry) != ARCHIVE_OK ||
	    archive_write_data(tarball, safe, n) != (la_ssize_t)n)
		failed = true;
	archive_entry_free(entry);
	free(path);
	free(safe);
}

/* What a command prints. */
static char *said_by(int (*run)(int argc, char **argv), char **argv)
{
	int pipes[2], argc = 0;
	size_t n = 0;
	ssize_t got;
	char *text;
	pid_t pid;

	while (argv[argc])
		argc++;
	if (pipe(pipes))
		return NULL;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(pipes[1], STDOUT_FILENO);
		dup2(pipes[1], STDERR_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		optind = 0;
		opt.json = false;
		run(argc, argv);
		fflush(stdout);
		_exit(0);
	}
	close(pipes[1]);
	text = calloc(1, TREE_MAX + 1);
	while (text && n < TREE_MAX && (got = read(pipes[0], text + n, TREE_MAX - n)) > 0)
		n += got;
	close(pipes[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return text;
}

/* The lines of a file in which one of the words is. */
static char *lines_of(const char *path, const char *const *words)
{
	char *text = tree_read(NULL, "%s", path), *rest = text, *line, *out;

	if (!text)
		return NULL;
	out = calloc(1, strlen(text) + 2);
	while (out && (line = strsep(&rest, "\n")))
		for (const char *const *word = words; *word; word++)
			if (strcasestr(line, *word)) {
				strcat(strcat(out, line), "\n");
				break;
			}
	free(text);
	return out;
}

/* A list of "name value" of the files in a folder. */
static char *values_of(const char *folder)
{
	char **names = tree_list("%s", folder), *out = textf("%s", "");

	for (char **name = names; *name; name++) {
		char value[256], *more;

		if (!tree_line(value, sizeof(value), "%s/%s", folder, *name))
			continue;
		more = textf("%s%s %s\n", out, *name, value);
		free(out);
		out = more;
	}
	tree_list_free(names);
	return out;
}

static char *log_text(void)
{
	struct log log;
	char *out, *more;

	log_read(&log);
	out = textf("%s", log.readable ? "" : "not readable for this user\n");
	for (int i = 0; i < log.count; i++) {
		more = textf("%s%s\n", out, log.lines[i]);
		free(out);
		out = more;
	}
	log_free(&log);
	return out;
}

/* Record 38 of SMBIOS has no serial number; others have. */
static void add_smbios(void)
{
	char **names = tree_list("/sys/firmware/dmi/entries");

	for (char **name = names; *name; name++) {
		char *raw, *out, path[128];
		size_t size;

		if (strncmp(*name, "38-", 3))
			continue;
		raw = tree_read(&size, "/sys/firmware/dmi/entries/%s/raw", *name);
		out = raw ? calloc(1, 3 * size + 2) : NULL;
		for (size_t i = 0; out && i < size; i++)
			sprintf(out + 3 * i, "%02x%c", (unsigned char)raw[i], i % 16 == 15 ? '\n' : ' ');
		free(raw);
		snprintf(path, sizeof(path), "smbios/%.100s", *name);
		add(out, path);
	}
	tree_list_free(names);
}

static void add_interfaces(void)
{
	static struct iface ifaces[IFACES_MAX];
	int n = iface_find(ifaces, IFACES_MAX);

	for (int i = 0; i < n; i++) {
		static const char *const files[] = { "times", "quirks" };
		char *name = textf("interfaces/%s", iface_name(&ifaces[i]));

		add(values_of(ifaces[i].path), name);
		for (unsigned int f = 0; f < ARRAY_SIZE(files); f++) {
			char *path = textf("%s.%s", name, files[f]);

			add(tree_read(NULL, "/sys/kernel/debug/ipmi_si/%s/%s", ifaces[i].dev, files[f]), path);
			free(path);
		}
		free(name);
	}
}

/* What ipmi_hwmon makes of a BMC's records. */
static void add_hwmon(void)
{
	char **names = tree_list("/sys/kernel/debug/ipmi_hwmon");

	for (char **name = names; *name; name++) {
		char *path = textf("hwmon/%s", *name);

		add(tree_read(NULL, "/sys/kernel/debug/ipmi_hwmon/%s/records", *name), path);
		free(path);
	}
	tree_list_free(names);
}

static void add_configuration(void)
{
	static const char *const folders[] = { "/etc/modprobe.d", "/run/modprobe.d", "/lib/modprobe.d",
					       "/etc/modules-load.d" };
	static const char *const words[] = { "ipmi", NULL };

	for (int i = 0; i < MOD_COUNT; i++) {
		char *folder = textf("/sys/module/%s/parameters", module_names[i]);
		char *name = textf("parameters/%s", module_names[i]);

		if (tree_exists("%s", folder))
			add(values_of(folder), name);
		free(folder);
		free(name);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(folders); i++) {
		char **names = tree_list("%s", folders[i]);

		for (char **name = names; *name; name++) {
			char *path = textf("%s/%s", folders[i], *name), *text = lines_of(path, words);

			if (text && *text)
				add(text, path + 1);
			else
				free(text);
			free(path);
		}
		tree_list_free(names);
	}
}

static void add_all(void)
{
	static const char *const ipmi[] = { "ipmi", NULL };
	static const char *const places[] = { "ipmi", "IPI0001", "dmi-", "pnp", NULL };
	static const char *const system[] = { "PRETTY_NAME", "VERSION_ID", NULL };
	char *why[] = { "why", NULL }, *slow[] = { "why", "--slow", NULL }, *json[] = { "why", "-j", "-p", NULL };
	char *stat[] = { "stat", NULL };

	add(textf("ipmidrv %s\nLinux %s\n", IPMIDRV_VERSION, tree_release()), "version");
	add(said_by(cmd_why, why), "why.txt");
	add(said_by(cmd_why, json), "why.json");
	add(said_by(cmd_why, slow), "slow.txt");
	add(said_by(cmd_stat, stat), "stat.txt");
	add(log_text(), "log.txt");
	add(lines_of("/etc/os-release", system), "os-release");
	add(lines_of("/proc/modules", ipmi), "proc/modules");
	add(lines_of("/proc/ioports", places), "proc/ioports");
	add(lines_of("/proc/iomem", places), "proc/iomem");
	add(lines_of("/proc/interrupts", ipmi), "proc/interrupts");
	add(tree_read(NULL, "/sys/kernel/debug/ipmi_si/discovery"), "discovery/ipmi_si");
	add(tree_read(NULL, "/sys/kernel/debug/ipmi_ssif/discovery"), "discovery/ipmi_ssif");
	add_hwmon();
	add_smbios();
	add_interfaces();
	add_configuration();
}

static int write_tarball(const char *path)
{
	/* of its own, and nobody else's to read; never through a link that was laid there */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0) {
		complain("%s: %s", path, strerror(errno));
		return STATUS_WRONG;
	}
	tarball = archive_write_new();
	archive_write_add_filter_gzip(tarball);
	archive_write_set_format_ustar(tarball);
	if (archive_write_open_fd(tarball, fd) == ARCHIVE_OK)
		add_all();
	else
		failed = true;
	if (archive_write_close(tarball) != ARCHIVE_OK)
		failed = true;
	if (failed)
		complain("%s: %s", path, archive_error_string(tarball) ?: "could not be written");
	archive_write_free(tarball);
	if (close(fd))
		failed = true;
	return failed ? STATUS_WRONG : STATUS_WELL;
}

int cmd_report(int argc, char **argv)
{
	static const struct option options[] = { COMMON_LONG, { "output", required_argument, NULL, 'o' }, {} };
	char *path = NULL, host[65] = "", date[32], *o;
	time_t now = time(NULL);
	int c, status;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "o:", options, NULL)) != -1) {
		if (c == 'o') {
			free(path);
			path = textf("%s", optarg);
		} else if (!option_common(c)) {
			return STATUS_USAGE;
		}
	}
	if (optind < argc)
		return usage("%s: report takes no such word", argv[optind]);
	gethostname(host, sizeof(host) - 1);
	for (o = host; *o; o++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.", *o))
			*o = '_';
	strftime(date, sizeof(date), "%Y%m%d-%H%M%S", localtime(&now));
	snprintf(top_name, sizeof(top_name), "ipmi-report-%s-%s", host, date);
	if (!path)
		path = textf("%s.tar.gz", top_name);
	blank_init();
	status = write_tarball(path);
	if (status == STATUS_WELL) {
		if (opt.json) {
			struct json_object *top = json_begin("report");

			json_object_object_add(top, "file", json_text(path));
			json_object_object_add(top, "complete", json_object_new_boolean(!tree_user()));
			json_print(top);
		} else {
			say("%s\n", path);
		}
		if (tree_user())
			complain("not run by root: the log, debugfs and SMBIOS are left out");
	}
	free(path);
	return status;
}
