/* What stands beside the devices: the office's copies of files and folders, and what stat says of device nodes. */
#include "device.h"
#include "next.h"
#include "paths.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define AS_NODE(real, status)                                                                                          \
	do {                                                                                                           \
		if (path_is_node(real) && S_ISREG((status)->st_mode)) {                                                \
			(status)->st_mode = S_IFCHR | 0660;                                                            \
			(status)->st_rdev = path_number(real);                                                         \
		}                                                                                                      \
	} while (0)

#define STAT(name, type)                                                                                               \
	int name(const char *path, struct type *status)                                                                \
	{                                                                                                              \
		struct path space;                                                                                     \
		const char *real = path_real(path, &space);                                                            \
		int result = NEXT(name)(real, status);                                                                 \
		if (!result && real != path)                                                                           \
			AS_NODE(real, status);                                                                         \
		return result;                                                                                         \
	}

STAT(stat, stat)
STAT(stat64, stat64)
STAT(lstat, stat)
STAT(lstat64, stat64)

#define FSTAT(name, type)                                                                                              \
	int name(int fd, struct type *status)                                                                          \
	{                                                                                                              \
		int result = NEXT(name)(fd, status);                                                                   \
		if (!result && device_is(fd)) {                                                                        \
			status->st_mode = S_IFCHR | 0660;                                                              \
			status->st_rdev = makedev(196, device_minor(fd));                                                           \
		}                                                                                                      \
		return result;                                                                                         \
	}

FSTAT(fstat, stat)
FSTAT(fstat64, stat64)

#define FSTATAT(name, type)                                                                                            \
	int name(int folder, const char *path, struct type *status, int flags)                                         \
	{                                                                                                              \
		struct path space;                                                                                     \
		const char *real = path_real(path, &space);                                                            \
		int result = NEXT(name)(folder, real, status, flags);                                                  \
		if (!result && real != path)                                                                           \
			AS_NODE(real, status);                                                                         \
		return result;                                                                                         \
	}

FSTATAT(fstatat, stat)
FSTATAT(fstatat64, stat64)

int statx(int folder, const char *path, int flags, unsigned mask, struct statx *status)
{
	struct path space;
	const char *real = path_real(path, &space);
	int result = NEXT(statx)(folder, real, flags, mask, status);

	if (!result && real != path && path_is_node(real) && S_ISREG(status->stx_mode)) {
		status->stx_mode = S_IFCHR | 0660;
		status->stx_rdev_major = major(path_number(real));
		status->stx_rdev_minor = minor(path_number(real));
	}
	return result;
}

int access(const char *path, int mode)
{
	struct path space;

	return NEXT(access)(path_real(path, &space), mode);
}

int faccessat(int folder, const char *path, int mode, int flags)
{
	struct path space;

	return NEXT(faccessat)(folder, path_real(path, &space), mode, flags);
}

int euidaccess(const char *path, int mode)
{
	struct path space;

	return NEXT(euidaccess)(path_real(path, &space), mode);
}

#define XATTR(name)                                                                                                    \
	ssize_t name(const char *path, const char *attribute, void *to, size_t size)                                   \
	{                                                                                                              \
		struct path space;                                                                                     \
		return NEXT(name)(path_real(path, &space), attribute, to, size);                                       \
	}

XATTR(getxattr)
XATTR(lgetxattr)

/* dahdi_genconf keeps what it replaces. */
int rename(const char *from, const char *to)
{
	struct path old, new;

	return NEXT(rename)(path_real(from, &old), path_real(to, &new));
}

int unlink(const char *path)
{
	struct path space;

	return NEXT(unlink)(path_real(path, &space));
}

int chdir(const char *path)
{
	struct path space;

	return NEXT(chdir)(path_real(path, &space));
}

DIR *opendir(const char *path)
{
	struct path space;

	return NEXT(opendir)(path_real(path, &space));
}

ssize_t readlink(const char *path, char *to, size_t size)
{
	struct path space;

	return NEXT(readlink)(path_real(path, &space), to, size);
}
