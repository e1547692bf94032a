#include "paths.h"

#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#define MAJOR 196

/* In /etc: what the tools write about the cards they find is of the office's cards, so the machine's files stay. */
static const char *const prefixes[] = {
    "/dev/dahdi",
    "/proc/dahdi",
    "/sys/bus/dahdi_spans",
    "/sys/bus/dahdi_devices",
    "/sys/bus/dahdi_channels",
    "/etc/dahdi",
    "/etc/fxotune.conf",
    "/etc/asterisk/dahdi-channels.conf",
    "/etc/asterisk/unicall-channels.conf",
};

static bool begins(const char *path, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(path, prefix, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

bool path_is_device(const char *path)
{
	return path && strncmp(path, "/dev/dahdi/", 11) == 0 && path[11] && link_folder();
}

static bool is_office(const char *path)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (begins(path, prefixes[i]))
			return true;
	return false;
}

/* What was written to the office's files, and what has happened since they were written, shows in them from now on. */
static void settle(void)
{
	static const struct payload nothing;
	struct wire_request request = {.magic = WIRE_MAGIC, .op = WIRE_SETTLE};
	struct wire_reply reply;
	int saved = errno;

	(void)link_ask(&request, &nothing, &reply, NULL, false); /* a file of an office that has gone is as it was */
	errno = saved;
}

const char *path_real(const char *path, struct path *space)
{
	/* Nearly every path ends here: none of ours begins otherwise. */
	if (!path || path[0] != '/' || !strchr("deps", path[1]) || !is_office(path) || !link_folder())
		return path;
	if (snprintf(space->space, sizeof(space->space), "%s/root%s", link_folder(), path) >= (int)sizeof(space->space))
		return path;
	if (path[1] != 'e')
		settle();
	return space->space;
}

bool path_is_node(const char *real)
{
	const char *folder = link_folder();
	const char *below;

	if (!folder || strncmp(real, folder, strlen(folder)) != 0)
		return false;
	below = real + strlen(folder);
	return strncmp(below, "/root/dev/dahdi/", 16) == 0 && below[16];
}

dev_t path_number(const char *real)
{
	const char *name = strrchr(real, '/') + 1;

	if (strcmp(name, "timer") == 0)
		return makedev(MAJOR, 253);
	if (strcmp(name, "channel") == 0)
		return makedev(MAJOR, 254);
	if (strcmp(name, "pseudo") == 0)
		return makedev(MAJOR, 255);
	return makedev(MAJOR, (unsigned)strtoul(name, NULL, 10)); /* ctl is 0 */
}
