// SPDX-License-Identifier: GPL-2.0-only
/*
 * Serial numbers by what SMBIOS says they are, wherever they stand; UUIDs by their form.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "blank.h"
#include "ipmidrv.h"
#include "tree.h"

/* What is shorter stands for other things too. */
#define SERIAL_MIN 4
#define SERIALS_MAX 16
#define UUID_LEN 36

static char serials[SERIALS_MAX][128];
static int nr_serials;

/* What makers leave in these fields is nobody's number. */
static bool is_empty(const char *text)
{
	static const char *const words[] = { "none",	 "not specified", "to be filled", "default",
					     "unknown", "n/a",		 "0123456789",	 "not available" };

	if (strlen(text) < SERIAL_MIN || strspn(text, " 0.-") == strlen(text))
		return true;
	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		if (!strncasecmp(text, words[i], strlen(words[i])))
			return true;
	return false;
}

void blank_init(void)
{
	static const char *const names[] = { "product_serial", "product_uuid",	    "board_serial", "chassis_serial",
					     "board_asset_tag", "chassis_asset_tag", "product_sku" };

	nr_serials = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		char *text = serials[nr_serials];

		if (tree_line(text, sizeof(serials[0]), "/sys/class/dmi/id/%s", names[i]) && !is_empty(text))
			nr_serials++;
	}
}

/* xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx */
static bool is_uuid(const char *at)
{
	for (int i = 0; i < UUID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? at[i] != '-' : !isxdigit((unsigned char)at[i]))
			return false;
	}
	return true;
}

char *blank_text(const char *text)
{
	/* no replacement is more than twice as long as what it is for */
	char *out = malloc(2 * strlen(text) + 1), *to = out;

	if (!out)
		abort();
	while (*text) {
		const char *by = NULL;
		size_t skip = 1;

		if (is_uuid(text)) {
			by = "[uuid]";
			skip = UUID_LEN;
		}
		for (int i = 0; i < nr_serials && !by; i++) {
			if (strncasecmp(text, serials[i], strlen(serials[i])))
				continue;
			by = "[serial]";
			skip = strlen(serials[i]);
		}
		if (by)
			to = stpcpy(to, by);
		else
			*to++ = *text;
		text += skip;
	}
	*to = 0;
	return out;
}
