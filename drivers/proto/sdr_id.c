// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of sensors: the four codings of an id string -> UTF-8. IPMI 2.0, section 43.15.
 *
 * Called by sdr.c. No lock. What comes out is valid UTF-8 that can be shown in one line.
 */
#include <ipmi/bytes.h>
#include <ipmi/sdr.h>

enum { CODING_UNICODE, CODING_BCD_PLUS, CODING_PACKED };

#define LENGTH_MASK 0x1f

/* A string that grows; 31 bytes of Latin-1, or 62 digits, are the most that there can be. */
struct text {
	char *out;
	size_t n;
	size_t shown;
};

static void put(struct text *text, u32 c)
{
	char *out = text->out + text->n;

	/* Control characters, those of Latin-1 as well. */
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return;
	if (c < 0x80) {
		out[0] = c;
		text->n += 1;
	} else if (c < 0x800) {
		out[0] = 0xc0 | c >> 6;
		out[1] = 0x80 | (c & 0x3f);
		text->n += 2;
	} else if (c < 0x10000) {
		out[0] = 0xe0 | c >> 12;
		out[1] = 0x80 | (c >> 6 & 0x3f);
		out[2] = 0x80 | (c & 0x3f);
		text->n += 3;
	} else {
		out[0] = 0xf0 | c >> 18;
		out[1] = 0x80 | (c >> 12 & 0x3f);
		out[2] = 0x80 | (c >> 6 & 0x3f);
		out[3] = 0x80 | (c & 0x3f);
		text->n += 4;
	}
	if (c != ' ')
		text->shown = text->n;
}

/*
 * One character of UTF-8.
 *
 * Return: its length, 0 if it is none: cut, too long, half a pair, or beyond Unicode.
 */
static size_t utf8_char(const u8 *p, size_t len, u32 *c)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, n;

	if (p[0] < 0x80)
		n = 1;
	else if (p[0] >= 0xc0 && p[0] < 0xe0)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] < 0xf0)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] < 0xf8)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;
	*c = n == 1 ? p[0] : p[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return n;
}

static bool is_utf8(const u8 *p, size_t len)
{
	size_t n;
	u32 c;

	for (; len; p += n, len -= n) {
		n = utf8_char(p, len, &c);
		if (!n)
			return false;
	}
	return true;
}

static void decode_utf8(struct text *text, const u8 *p, size_t len)
{
	size_t n;
	u32 c;

	for (; len; p += n, len -= n) {
		n = utf8_char(p, len, &c);
		put(text, c);
	}
}

/* Little endian, like all in a record; half a pair, and half a character, are dropped. */
static void decode_utf16(struct text *text, const u8 *p, size_t len)
{
	u32 c, low;

	for (; len >= 2; p += 2, len -= 2) {
		c = ipmi_get16(p);
		if (c >= 0xd800 && c < 0xe000) {
			low = len >= 4 ? ipmi_get16(p + 2) : 0;
			if (c >= 0xdc00 || low < 0xdc00 || low >= 0xe000)
				continue;
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
			p += 2;
			len -= 2;
		}
		put(text, c);
	}
}

static void decode_bcd_plus(struct text *text, const u8 *p, size_t len)
{
	static const char digits[] = "0123456789 -.:,_";

	for (; len; p++, len--) {
		put(text, digits[*p >> 4]);
		put(text, digits[*p & 0xf]);
	}
}

/* Six bits a character, the lowest first, from a blank on. */
static void decode_packed(struct text *text, const u8 *p, size_t len)
{
	unsigned int bits = 0, have = 0;

	for (; len; p++, len--) {
		bits |= *p << have;
		for (have += 8; have >= 6; have -= 6) {
			put(text, 0x20 + (bits & 0x3f));
			bits >>= 6;
		}
	}
}

static void decode_latin1(struct text *text, const u8 *p, size_t len)
{
	if (is_utf8(p, len)) {
		decode_utf8(text, p, len);
		return;
	}
	for (; len; p++, len--)
		put(text, *p);
}

/* A zero byte that does not only fill up is half of a character of 16 bits. */
static void decode_unicode(struct text *text, const u8 *p, size_t len)
{
	size_t n = len;

	while (n && !p[n - 1])
		n--;
	if (is_utf8(p, n) && !memchr(p, 0, n))
		decode_utf8(text, p, n);
	else
		decode_utf16(text, p, len);
}

/**
 * sdr_id_decode() - an id string in UTF-8
 * @field: its type/length byte, and what follows that
 * @len: how much of it there is, the byte included; hostile
 * @out: room for SDR_ID_MAX bytes; at most SDR_ID_MAX - 5 are used, so that a blank and a
 *	suffix of three characters go behind
 * @blank: set to whether a blank was at its end
 *
 * Control characters, and blanks at the end, are left out. Bytes that are UTF-8 are taken as
 * that, whatever they are said to be: "Unicode" does not say in which form, and in the field it
 * is also used for plain bytes.
 *
 * Context: any.
 * Return: its length, without the 0 at its end.
 */
size_t sdr_id_decode(const u8 *field, size_t len, char *out, bool *blank)
{
	struct text text = { .out = out };
	const u8 *p = field + 1;
	size_t n = 0;

	if (len)
		n = min_t(size_t, field[0] & LENGTH_MASK, len - 1);
	if (n && field[0] >> 6 == CODING_UNICODE)
		decode_unicode(&text, p, n);
	else if (n && field[0] >> 6 == CODING_BCD_PLUS)
		decode_bcd_plus(&text, p, n);
	else if (n && field[0] >> 6 == CODING_PACKED)
		decode_packed(&text, p, n);
	else if (n)
		decode_latin1(&text, p, n);
	*blank = text.n > text.shown;
	out[text.shown] = 0;
	return text.shown;
}
