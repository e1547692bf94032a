/* The process's control socket to the office. */
#ifndef LOOPSTART_LINK_H
#define LOOPSTART_LINK_H

#define WIRE_STRUCTS
#include "wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* fstat itself is ours and calls our sockets character devices. */
static inline int raw_fstat(int fd, struct stat *status)
{
	return (int)syscall(SYS_fstat, fd, status);
}

struct payload {
	const void *in;
	size_t in_size;
	const void *more; /* a trailing array, or NULL */
	size_t more_size;
	void *out;
	size_t out_size;
};

const char *link_folder(void); /* NULL where no office was named in the environment */
bool link_is(int fd);
void link_after_fork(void);

/* One request and its reply. Returns 0, or -errno when the office could not be asked.
 * passed: where to put the descriptor that came with the reply (-1 if none), or NULL. cloexec concerns that one. */
int link_ask(const struct wire_request *request, const struct payload *payload, struct wire_reply *reply, int *passed,
	     bool cloexec);
#endif
