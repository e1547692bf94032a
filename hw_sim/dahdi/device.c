/* The table of our descriptors: opened here, copied, or inherited over exec. */
#include "internal.h"

#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

/* Indexed by descriptor. `marked` alone decides for the descriptors of others: one load and no system call. */
static _Atomic unsigned char marked[DESCRIPTORS];
struct device devices[DESCRIPTORS];
static pid_t self;

static bool is_socket(int fd, ino_t *inode)
{
	struct stat status;

	if (raw_fstat(fd, &status) < 0 || !S_ISSOCK(status.st_mode))
		return false;
	*inode = status.st_ino;
	return true;
}

unsigned device_minor(int fd)
{
	return devices[fd].minor;
}

bool device_is(int fd)
{
	ino_t inode;
	int saved = errno;
	bool ours;

	if (fd < 0 || fd >= DESCRIPTORS || !atomic_load_explicit(&marked[fd], memory_order_relaxed))
		return false;
	/* It may have been closed behind our back (close_range, posix_spawn) and be another file by now. */
	ours = is_socket(fd, &inode) && inode == devices[fd].inode;
	if (!ours)
		device_forget(fd);
	errno = saved;
	return ours;
}

/* Between vfork and exec the child runs in our memory with descriptors of its own: what it does to them is not ours. */
static bool borrowed(void)
{
	return self && getpid() != self;
}

void device_forget(int fd)
{
	if (fd >= 0 && fd < DESCRIPTORS && atomic_load(&marked[fd]) && !borrowed())
		atomic_store(&marked[fd], 0);
}

void device_copy(int from, int to)
{
	if (to < 0 || to >= DESCRIPTORS || from == to || borrowed())
		return;
	memcpy(&devices[to], &devices[from], sizeof(devices[to]));
	atomic_store(&marked[to], 1);
}

static void learn(int fd, struct device *device, const struct wire_reply *reply)
{
	int room = (int)reply->room;

	device->kind = reply->kind;
	device->refusal = reply->refusal;
	atomic_store(&device->block, reply->block);
	atomic_store(&device->generation, reply->generation);
	atomic_store(&device->mode, reply->mode);
	if (room && setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (reply->discard)
		device_discard_stale(fd, device);
}

int device_ask(int fd, struct wire_request *request, const struct payload *payload, struct wire_reply *reply)
{
	struct device *device = &devices[fd];
	int error;

	request->magic = WIRE_MAGIC;
	request->handle = device->handle;
	request->size = (uint32_t)(payload->in_size + payload->more_size);
	error = link_ask(request, payload, reply, NULL, false);
	if (!error)
		learn(fd, device, reply);
	return error;
}

static bool adopt(int fd, uint32_t handle)
{
	static const struct payload empty;
	struct wire_request request = {.op = WIRE_IDENTIFY};
	struct wire_reply reply;
	struct device *device = &devices[fd];

	if (fd >= DESCRIPTORS || !is_socket(fd, &device->inode))
		return false;
	device->handle = handle;
	device->minor = 254;
	if (device_ask(fd, &request, &empty, &reply) < 0 || reply.result < 0)
		return false;
	atomic_store(&marked[fd], 1);
	return true;
}

static void recognise(int fd)
{
	struct sockaddr_un peer;
	socklen_t size = sizeof(peer);
	const char *name = peer.sun_path + 1; /* abstract names begin with a zero byte */
	char text[sizeof(peer) + 1];

	memset(&peer, 0, sizeof(peer));
	if (getpeername(fd, (struct sockaddr *)&peer, &size) < 0 || peer.sun_family != AF_UNIX || peer.sun_path[0])
		return;
	snprintf(text, sizeof(text), "%.*s", (int)(sizeof(peer.sun_path) - 2), name);
	if (strncmp(text, WIRE_NAME, strlen(WIRE_NAME)) == 0)
		adopt(fd, (uint32_t)strtoul(strrchr(text, '/') + 1, NULL, 10));
}

void device_after_fork(void)
{
	self = getpid();
}

void device_inherit(void)
{
	ino_t inode;

	self = getpid();
	for (int fd = 0; fd < 256; fd++)
		if (is_socket(fd, &inode))
			recognise(fd);
}

int device_open(const char *path, int flags)
{
	struct wire_request request = {.magic = WIRE_MAGIC, .op = WIRE_OPEN, .size = (uint32_t)strlen(path)};
	struct payload payload = {.in = path, .in_size = strlen(path)};
	struct wire_reply reply;
	struct device *device;
	int fd = -1;
	int error = link_ask(&request, &payload, &reply, &fd, flags & O_CLOEXEC);

	if (!error && reply.result < 0)
		error = reply.result;
	if (!error && fd < 0)
		error = -EMFILE; /* the descriptor could not be installed here */
	if (!error && (fd >= DESCRIPTORS || !is_socket(fd, &devices[fd].inode)))
		error = -EMFILE;
	if (error) {
		if (fd >= 0)
			syscall(SYS_close, fd);
		errno = -error;
		return -1;
	}
	device = &devices[fd];
	device->handle = reply.handle;
	device->minor = strstr(path, "/chan/") ? reply.number : (uint16_t)minor(path_number(path));
	atomic_store(&device->sweep, 0);
	atomic_store(&device->write_error, 0);
	learn(fd, device, &reply);
	if (flags & O_NONBLOCK)
		syscall(SYS_fcntl, fd, F_SETFL, O_RDWR | O_NONBLOCK);
	atomic_store(&marked[fd], 1);
	return fd;
}
