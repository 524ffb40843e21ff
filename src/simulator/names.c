/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kentongan/memory.h"

#include "network.h"

#define NAMES_MAX 100000

struct name {
	char number[24];
	char *name;
};

struct names {
	char *path;
	struct timespec changed;
	struct name *items;
	size_t count;
};

struct names *names_new(const char *dir)
{
	struct names *names = xcalloc(1, sizeof(*names));

	names->path = xasprintf("%s/names", dir);
	return names;
}

static void forget(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i].name);
	free(names->items);
	names->items = NULL;
	names->count = 0;
}

void names_free(struct names **names)
{
	if (*names == NULL)
		return;
	forget(*names);
	free((*names)->path);
	free(*names);
	*names = NULL;
}

static void add_line(struct names *names, char *line)
{
	char *number = strtok(line, " \t\r\n"), *name = strtok(NULL, "\r\n");
	struct name *item;

	if (number == NULL || name == NULL || number[0] == '#' || names->count == NAMES_MAX)
		return;
	name += strspn(name, " \t");
	if ((names->count & (names->count + 1)) == 0)
		names->items = xreallocarray(names->items, (names->count + 1) * 2, sizeof(*item));
	item = &names->items[names->count];
	if (*name == '\0' || !network_number(number, item->number))
		return;
	item->name = xstrdup(name);
	names->count++;
}

static void refresh(struct names *names)
{
	struct stat st;
	char line[256];
	FILE *file;

	if (stat(names->path, &st) != 0 || (st.st_mtim.tv_sec == names->changed.tv_sec &&
					    st.st_mtim.tv_nsec == names->changed.tv_nsec))
		return;
	file = fopen(names->path, "re");
	if (file == NULL)
		return;
	names->changed = st.st_mtim;
	forget(names);
	while (fgets(line, sizeof(line), file) != NULL)
		add_line(names, line);
	fclose(file);
}

bool names_find(struct names *names, const char *who, char out[static 24])
{
	size_t length = strlen(who), found = 0;

	if (length == 0)
		return false;
	if (isdigit((unsigned char)who[0]) || who[0] == '+')
		return network_number(who, out);
	refresh(names);
	for (size_t i = 0; i < names->count; i++) {
		const struct name *item = &names->items[i];

		if (strncasecmp(item->name, who, length) != 0)
			continue;
		memcpy(out, item->number, sizeof(item->number));
		if (item->name[length] == '\0')
			return true;
		found++;
	}
	return found == 1;
}

const char *names_of(struct names *names, const char *number)
{
	refresh(names);
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->items[i].number, number) == 0)
			return names->items[i].name;
	return number;
}

void names_each(struct names *names, void (*fn)(const char *number, const char *name, void *arg),
		void *arg)
{
	refresh(names);
	for (size_t i = 0; i < names->count; i++)
		fn(names->items[i].number, names->items[i].name, arg);
}
