/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is printed: text that no terminal takes for a command, and JSON that is valid UTF-8.
 */
#ifndef TEXT_H
#define TEXT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

/* How a word is marked on a terminal. */
enum mark { MARK_NONE, MARK_GOOD, MARK_BAD, MARK_CARE, MARK_TITLE };

/* Colours off, whatever stdout is. */
void text_no_color(void);

/**
 * text_escape() - a text as it can be shown
 * @text: what somebody has written: a file, the name of a program
 *
 * Control characters but newline and tab, C1 ones too, and bytes that are no UTF-8 become \xNN.
 *
 * Return: for the caller to free.
 */
char *text_escape(const char *text);

/* printf to stdout, escaped. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same to stderr, with the name of the command before it. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same, marked if stdout is a terminal that has colours. */
void say_marked(enum mark mark, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Formatted into memory, for the caller to free; ends the program if there is none. */
char *textf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A JSON string; bytes that are no UTF-8 become U+FFFD. */
struct json_object *json_text(const char *text);

/* An object that begins as all of ours do: version, ipmidrv, command. */
struct json_object *json_begin(const char *command);

/* Prints it, as -j and -p want it, and frees it. */
void json_print(struct json_object *object);

#endif /* TEXT_H */
