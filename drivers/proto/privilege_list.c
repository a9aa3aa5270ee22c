// SPDX-License-Identifier: GPL-2.0-only
/*
 * A list of commands, read from the text of a module parameter.
 *
 * Called by devintf/access.c.
 */
#include <ipmi/privilege.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One or two hexadecimal digits, with 0x or without. Return: the number, -1 if there is none. */
static int hex_byte(const char **text)
{
	const char *at = *text;
	int n;

	if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X'))
		at += 2;
	n = hex_digit(*at);
	if (n < 0)
		return -1;
	at++;
	if (hex_digit(*at) >= 0)
		n = n << 4 | hex_digit(*at++);
	*text = at;
	return n;
}

static void list_add(u8 *listed, u8 netfn, u8 cmd)
{
	unsigned int bit = privilege_list_bit(netfn, cmd);

	listed[bit / 8] |= BIT(bit % 8);
}

/* "NETFN:CMD" or "NETFN:*" */
static bool parse_entry(const char **text, u8 *listed)
{
	int netfn = hex_byte(text), cmd;

	if (netfn < 0 || netfn > 0x3e || netfn & 1 || *(*text)++ != ':')
		return false;
	if (**text == '*') {
		++*text;
		for (cmd = 0; cmd < 256; cmd++)
			list_add(listed, netfn, cmd);
		return true;
	}
	cmd = hex_byte(text);
	if (cmd < 0)
		return false;
	list_add(listed, netfn, cmd);
	return true;
}

/**
 * privilege_parse_list() - read a list of commands
 * @text: "NETFN:CMD[,NETFN:CMD...]", hexadecimal; CMD may be "*"; a newline may end it; "" is none
 * @listed: PRIVILEGE_LIST_BYTES, all of it set; undefined if the list cannot be read
 *
 * Return: whether it could be read.
 */
bool privilege_parse_list(const char *text, u8 *listed)
{
	memset(listed, 0, PRIVILEGE_LIST_BYTES);
	if (!*text || *text == '\n')
		return true;
	for (;;) {
		if (!parse_entry(&text, listed))
			return false;
		if (*text == '\n')
			text++;
		if (!*text)
			return true;
		if (*text++ != ',')
			return false;
	}
}
