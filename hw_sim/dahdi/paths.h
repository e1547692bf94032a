/* Which paths belong to the office, and where they really are. */
#ifndef LOOPSTART_PATHS_H
#define LOOPSTART_PATHS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct path {
	char space[PATH_MAX];
};

bool path_is_device(const char *path);               /* /dev/dahdi/... */
const char *path_real(const char *path, struct path *space); /* path itself, or the office's copy of it */
bool path_is_node(const char *real);                 /* is the office's copy the stand-in of a device node? */
dev_t path_number(const char *real);                 /* st_rdev of that node */
#endif
