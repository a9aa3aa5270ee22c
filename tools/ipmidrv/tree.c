// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the machine's files, bounded, below a root that tests may move.
 *
 * Below --root permissions are computed, so that a test that runs as root sees what another user
 * would: the owner of everything is taken to be root, and the bits for others decide.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tree.h"

static const char *root = "";
static uid_t user_made_up;

void tree_set_root(const char *folder)
{
	const char *uid = getenv("IPMIDRV_TEST_UID");

	root = folder;
	user_made_up = uid ? (uid_t)strtoul(uid, NULL, 10) : 0;
}

bool tree_is_made_up(void)
{
	return *root;
}

uid_t tree_user(void)
{
	return tree_is_made_up() ? user_made_up : geteuid();
}

static const char *vpath(const char *fmt, va_list args)
{
	static char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s", root);

	if (n >= 0 && (size_t)n < sizeof(path))
		vsnprintf(path + n, sizeof(path) - n, fmt, args);
	return path;
}

#define PATH(path)                                                                                \
	do {                                                                                      \
		va_list args_;                                                                    \
                                                                                                  \
		va_start(args_, fmt);                                                             \
		path = vpath(fmt, args_);                                                         \
		va_end(args_);                                                                    \
	} while (0)

const char *tree_path(const char *fmt, ...)
{
	const char *path;

	PATH(path);
	return path;
}

/* Would a user who is nobody in particular get there? Each folder on the way counts. */
static bool others_may(const char *path, mode_t what)
{
	char part[PATH_MAX];
	struct stat st;
	size_t i, start = strlen(root);

	for (i = start + 1; path[i]; i++) {
		if (path[i] != '/')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		if (stat(part, &st))
			return false;
		if (!(st.st_mode & S_IXOTH)) {
			errno = EACCES;
			return false;
		}
	}
	if (stat(path, &st))
		return false;
	errno = EACCES;
	return (st.st_mode & what) == what;
}

static int open_path(const char *path)
{
	if (tree_user() && tree_is_made_up() && !others_may(path, S_IROTH))
		return -1;
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static char *read_path(const char *path, size_t *size)
{
	size_t n = 0, room = 4096;
	int fd = open_path(path);
	char *text;

	if (fd < 0)
		return NULL;
	text = malloc(room + 1);
	while (text) {
		ssize_t got = read(fd, text + n, room - n);
		int error = errno;

		if (got < 0 && error == EINTR)
			continue;
		if (got < 0) {
			free(text);
			close(fd);
			errno = error;
			return NULL;
		}
		n += got;
		if (!got || n == TREE_MAX)
			break;
		if (n == room) {
			char *more = realloc(text, 2 * room + 1);

			if (!more)
				break;
			text = more;
			room *= 2;
		}
	}
	close(fd);
	if (!text)
		return NULL;
	text[n] = 0;
	if (size)
		*size = n;
	return text;
}

char *tree_read(size_t *size, const char *fmt, ...)
{
	const char *path;

	PATH(path);
	return read_path(path, size);
}

static bool line_of(char *buf, size_t size, const char *path)
{
	char *text = read_path(path, NULL), *from = text;
	size_t n;

	*buf = 0;
	if (!text)
		return false;
	from += strspn(from, " \t");
	n = strcspn(from, "\n");
	while (n && isspace((unsigned char)from[n - 1]))
		n--;
	if (n >= size)
		n = size - 1;
	memcpy(buf, from, n);
	buf[n] = 0;
	free(text);
	return true;
}

bool tree_line(char *buf, size_t size, const char *fmt, ...)
{
	const char *path;

	PATH(path);
	return line_of(buf, size, path);
}

bool tree_number(long long *number, const char *fmt, ...)
{
	const char *path;
	char text[64], *end;

	PATH(path);
	if (!line_of(text, sizeof(text), path) || !*text)
		return false;
	errno = 0;
	*number = strtoll(text, &end, 0);
	return !*end && !errno;
}

bool tree_exists(const char *fmt, ...)
{
	const char *path;
	struct stat st;

	PATH(path);
	return !lstat(path, &st);
}

bool tree_link(char *buf, size_t size, const char *fmt, ...)
{
	char target[PATH_MAX];
	const char *path, *last;
	ssize_t n;

	PATH(path);
	*buf = 0;
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = 0;
	last = strrchr(target, '/');
	snprintf(buf, size, "%s", last ? last + 1 : target);
	return true;
}

bool tree_stat(struct stat *st, const char *fmt, ...)
{
	const char *path;

	PATH(path);
	if (stat(path, st))
		return false;
	if (tree_is_made_up())
		st->st_uid = st->st_gid = 0;
	return true;
}

bool tree_may_open(const char *fmt, ...)
{
	const char *path;

	PATH(path);
	if (tree_is_made_up())
		return !tree_user() || others_may(path, S_IROTH | S_IWOTH);
	return !faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS);
}

static int no_dots(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

char **tree_list(const char *fmt, ...)
{
	struct dirent **found = NULL;
	const char *path;
	char **names;
	int n, i;

	PATH(path);
	n = -1;
	if (!tree_user() || !tree_is_made_up() || others_may(path, S_IROTH | S_IXOTH))
		n = scandir(path, &found, no_dots, versionsort);
	names = calloc(n > 0 ? n + 1 : 1, sizeof(*names));
	for (i = 0; i < n; i++) {
		if (names)
			names[i] = strdup(found[i]->d_name);
		free(found[i]);
	}
	free(found);
	if (!names)
		abort();
	return names;
}

void tree_list_free(char **names)
{
	for (char **name = names; *name; name++)
		free(*name);
	free(names);
}

bool tree_says(const char *text, const char *fmt, ...)
{
	const char *path;
	char line[256];

	PATH(path);
	return line_of(line, sizeof(line), path) && !strncmp(line, text, strlen(text));
}

const char *tree_release(void)
{
	static char release[sizeof(((struct utsname *)NULL)->release)];
	struct utsname u;

	if (!tree_line(release, sizeof(release), "/proc/sys/kernel/osrelease") && !uname(&u))
		memcpy(release, u.release, sizeof(release));
	return release;
}
