// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is printed. All text goes through text_escape() on its way out: what sysfs, a trace or a
 * process's name holds is not ours, and a terminal obeys what it is sent.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipmidrv.h"
#include "text.h"

static bool no_color;

void text_no_color(void)
{
	no_color = true;
}

static bool colored(void)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	return !no_color && !(none && *none) && isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
}

/* The length of the UTF-8 sequence at s, and its character; 0 if it is none. */
static size_t utf8_at(const unsigned char *s, unsigned int *ch)
{
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 :
		   s[0] < 0xf5		    ? 4 :
				 0;
	size_t i;

	if (n <= 1) {
		*ch = s[0];
		return n;
	}
	*ch = s[0] & (0xff >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*ch = *ch << 6 | (s[i] & 0x3f);
	}
	if (*ch < least[n] || *ch > 0x10ffff || (*ch >= 0xd800 && *ch < 0xe000))
		return 0;
	return n;
}

/* Characters that do something to a terminal, or turn the direction of what follows. */
static bool is_control(unsigned int ch)
{
	return (ch < 0x20 && ch != '\n' && ch != '\t') || (ch >= 0x7f && ch < 0xa0) ||
	       (ch >= 0x200e && ch <= 0x200f) || (ch >= 0x2028 && ch <= 0x202e) ||
	       (ch >= 0x2066 && ch <= 0x2069);
}

char *text_escape(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	char *out = malloc(4 * strlen(text) + 1), *to = out;

	if (!out)
		abort();
	while (*s) {
		unsigned int ch;
		size_t n = utf8_at(s, &ch), i;

		if (n && !is_control(ch)) {
			memcpy(to, s, n);
			to += n;
			s += n;
			continue;
		}
		for (i = 0; i < (n ?: 1); i++)
			to += sprintf(to, "\\x%02x", *s++);
	}
	*to = 0;
	return out;
}

static char *vtextf(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		abort();
	return text;
}

char *textf(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = vtextf(fmt, args);
	va_end(args);
	return text;
}

static void put(FILE *to, const char *before, const char *fmt, va_list args, const char *after)
{
	char *text = vtextf(fmt, args), *safe = text_escape(text);

	fputs(before, to);
	fputs(safe, to);
	fputs(after, to);
	free(safe);
	free(text);
}

void say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put(stdout, "", fmt, args, "");
	va_end(args);
}

void complain(const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "ipmidrv%s%s: ", *command_name ? " " : "", command_name);
	va_start(args, fmt);
	put(stderr, "", fmt, args, "\n");
	va_end(args);
}

void say_marked(enum mark mark, const char *fmt, ...)
{
	static const char *const codes[] = {
		[MARK_NONE] = "",	  [MARK_GOOD] = "\033[32m",  [MARK_BAD] = "\033[1;31m",
		[MARK_CARE] = "\033[33m", [MARK_TITLE] = "\033[1m",
	};
	bool color = mark != MARK_NONE && colored();
	va_list args;

	va_start(args, fmt);
	put(stdout, color ? codes[mark] : "", fmt, args, color ? "\033[0m" : "");
	va_end(args);
}

struct json_object *json_text(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	char *out = malloc(3 * strlen(text) + 1), *to = out;
	struct json_object *object;

	if (!out)
		abort();
	while (*s) {
		unsigned int ch;
		size_t n = utf8_at(s, &ch);

		if (n) {
			memcpy(to, s, n);
			to += n;
			s += n;
		} else {
			to = stpcpy(to, "\xef\xbf\xbd");
			s++;
		}
	}
	*to = 0;
	object = json_object_new_string(out);
	free(out);
	return object;
}

struct json_object *json_begin(const char *command)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "version", json_object_new_int(JSON_VERSION));
	json_object_object_add(object, "ipmidrv", json_text(IPMIDRV_VERSION));
	json_object_object_add(object, "command", json_text(command));
	return object;
}

void json_print(struct json_object *object)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	flags |= opt.pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : 0;
	puts(json_object_to_json_string_ext(object, flags));
	fflush(stdout);
	json_object_put(object);
}
