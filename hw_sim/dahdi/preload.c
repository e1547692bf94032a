/* LD_PRELOAD library: the office's cards as this program's /dev/dahdi.
 *
 * Only what is ours is touched: a path below /dev/dahdi and its companions, or a descriptor that was opened there.
 * Everything else goes on to the next definition of the function (libc, or another preload) unchanged.
 */
#include "device.h"
#include "link.h"
#include "next.h"
#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

__attribute__((constructor)) static void start(void)
{
	if (!link_folder())
		return;
	pthread_atfork(NULL, NULL, link_after_fork);
	pthread_atfork(NULL, NULL, device_after_fork);
	device_inherit();
}

/* --- open and close --- */

static mode_t mode_of(int flags, va_list more)
{
	return flags & (O_CREAT | __O_TMPFILE) ? (mode_t)va_arg(more, int) : 0;
}

#define OPEN(name)                                                                                                     \
	int name(const char *path, int flags, ...)                                                                     \
	{                                                                                                              \
		struct path space;                                                                                     \
		va_list more;                                                                                          \
		mode_t mode;                                                                                           \
		va_start(more, flags);                                                                                 \
		mode = mode_of(flags, more);                                                                           \
		va_end(more);                                                                                          \
		if (path_is_device(path) && !(flags & (O_DIRECTORY | O_PATH)))                                         \
			return device_open(path, flags);                                                               \
		return NEXT(name)(path_real(path, &space), flags, mode);                                               \
	}

#define OPENAT(name)                                                                                                   \
	int name(int folder, const char *path, int flags, ...)                                                         \
	{                                                                                                              \
		struct path space;                                                                                     \
		va_list more;                                                                                          \
		mode_t mode;                                                                                           \
		va_start(more, flags);                                                                                 \
		mode = mode_of(flags, more);                                                                           \
		va_end(more);                                                                                          \
		if (path_is_device(path) && !(flags & (O_DIRECTORY | O_PATH)))                                         \
			return device_open(path, flags);                                                               \
		return NEXT(name)(folder, path_real(path, &space), flags, mode);                                       \
	}

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

/* What -D_FORTIFY_SOURCE makes of open without a mode. */
int __open_2(const char *path, int flags)
{
	return open(path, flags);
}

int __open64_2(const char *path, int flags)
{
	return open64(path, flags);
}

int __openat_2(int folder, const char *path, int flags)
{
	return openat(folder, path, flags);
}

int __openat64_2(int folder, const char *path, int flags)
{
	return openat64(folder, path, flags);
}

int creat(const char *path, mode_t mode)
{
	return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char *path, mode_t mode)
{
	return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

#define FOPEN(name)                                                                                                    \
	FILE *name(const char *path, const char *mode)                                                                 \
	{                                                                                                              \
		struct path space;                                                                                     \
		return NEXT(name)(path_real(path, &space), mode);                                                      \
	}

FOPEN(fopen)
FOPEN(fopen64)

int close(int fd)
{
	if (link_is(fd)) {
		errno = EBADF; /* a program that closes every number it can think of; to it, this one is free */
		return -1;
	}
	device_forget(fd);
	return NEXT(close)(fd);
}

/* --- read, write, ioctl --- */

ssize_t read(int fd, void *to, size_t count)
{
	return device_is(fd) ? device_read(fd, to, count) : NEXT(read)(fd, to, count);
}

ssize_t __read_chk(int fd, void *to, size_t count, size_t space)
{
	if (count > space)
		abort();
	return read(fd, to, count);
}

ssize_t write(int fd, const void *from, size_t count)
{
	return device_is(fd) ? device_write(fd, from, count) : NEXT(write)(fd, from, count);
}

int ioctl(int fd, unsigned long cmd, ...)
{
	va_list more;
	void *argument;

	va_start(more, cmd);
	argument = va_arg(more, void *);
	va_end(more);
	return device_is(fd) ? device_ioctl(fd, cmd, argument) : NEXT(ioctl)(fd, cmd, argument);
}

/* --- copies of a descriptor --- */

static int copied(bool ours, int from, int to)
{
	if (to >= 0 && ours)
		device_copy(from, to);
	else if (to >= 0)
		device_forget(to);
	return to;
}

int dup(int fd)
{
	bool ours = device_is(fd);

	return copied(ours, fd, NEXT(dup)(fd));
}

int dup2(int fd, int to)
{
	bool ours = device_is(fd);

	if (fd == to)
		return NEXT(dup2)(fd, to);
	return copied(ours, fd, NEXT(dup2)(fd, to));
}

int dup3(int fd, int to, int flags)
{
	bool ours = device_is(fd);

	return copied(ours, fd, NEXT(dup3)(fd, to, flags));
}

#define FCNTL(name)                                                                                                    \
	int name(int fd, int cmd, ...)                                                                                 \
	{                                                                                                              \
		va_list more;                                                                                          \
		void *argument;                                                                                        \
		int result;                                                                                            \
		va_start(more, cmd);                                                                                   \
		argument = va_arg(more, void *);                                                                       \
		va_end(more);                                                                                          \
		if ((cmd != F_DUPFD && cmd != F_DUPFD_CLOEXEC) || !device_is(fd))                                      \
			return NEXT(name)(fd, cmd, argument);                                                          \
		result = NEXT(name)(fd, cmd, argument);                                                                \
		return copied(true, fd, result);                                                                       \
	}

FCNTL(fcntl)
FCNTL(fcntl64)
