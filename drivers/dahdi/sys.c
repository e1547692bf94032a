/* System calls through a table, and the hook that makes the n-th of them fail. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "_dahdi.h"
#include "sys.h"

_Static_assert(sizeof(struct ls_pollfd) == sizeof(struct pollfd), "struct pollfd");
_Static_assert(offsetof(struct ls_pollfd, revents) == offsetof(struct pollfd, revents), "struct pollfd");

static int os_open(const char *path, int flags) { return open(path, flags); }
static int os_close(int fd) { return close(fd); }
static long os_read(int fd, void *buffer, unsigned long size) { return read(fd, buffer, size); }
static long os_write(int fd, const void *buffer, unsigned long size) { return write(fd, buffer, size); }
static int os_ioctl(int fd, unsigned long request, void *argument) { return ioctl(fd, request, argument); }

static int os_poll(struct ls_pollfd *fds, unsigned long count, int milliseconds)
{
	return poll((struct pollfd *)fds, count, milliseconds);
}

static int64_t os_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static const struct ls_sys operating_system = {os_open, os_close, os_read, os_write, os_ioctl, os_poll, os_clock};
static const struct ls_sys *sys = &operating_system;
static struct { int left, error; } armed[LS_CALLS];

void ls_use(const struct ls_sys *table) { sys = table ? table : &operating_system; }
void ls_set_errno(int error) { errno = error; }
int ls_poll_in(void) { return POLLIN; }
int ls_poll_pri(void) { return POLLPRI; }

void ls_fail(int call, int nth, int error)
{
	if (call < 0 || call >= LS_CALLS)
		return;
	armed[call].left = nth;
	armed[call].error = error;
}

static int fails(enum ls_call call)
{
	if (!armed[call].left || --armed[call].left)
		return 0;
	errno = armed[call].error;
	return 1;
}

int sys_open(const char *path, int flags) { return fails(LS_OPEN) ? -1 : sys->open(path, flags); }
/* A close that fails has closed all the same (Linux). */
int sys_close(int fd) { return sys->close(fd) | (fails(LS_CLOSE) ? -1 : 0); }
long sys_read(int fd, void *buffer, unsigned long size) { return fails(LS_READ) ? -1 : sys->read(fd, buffer, size); }
int sys_ioctl(int fd, unsigned long request, void *argument) { return fails(LS_IOCTL) ? -1 : sys->ioctl(fd, request, argument); }
int64_t sys_clock(void) { return sys->clock(); }

long sys_write(int fd, const void *buffer, unsigned long size)
{
	return fails(LS_WRITE) ? -1 : sys->write(fd, buffer, size);
}

int sys_poll(struct ls_pollfd *fds, unsigned long count, int milliseconds)
{
	return fails(LS_POLL) ? -1 : sys->poll(fds, count, milliseconds);
}
