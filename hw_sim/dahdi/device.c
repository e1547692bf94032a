#include "device.h"

#include "ioctls.h"
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS 65536
#define LARGEST_BLOCK 16384 /* 8192 samples, linear */

struct device {
	ino_t inode;
	uint32_t handle;
	_Atomic uint32_t block;
	_Atomic uint16_t generation;
	uint16_t kind;
	uint16_t refusal;
	_Atomic int sweep; /* the taken out-of-band byte may have left an empty buffer in the way */
};

/* Indexed by descriptor. `marked` alone decides for the descriptors of others: one load and no system call. */
static _Atomic unsigned char marked[DESCRIPTORS];
static struct device devices[DESCRIPTORS];

static int raw_ioctl(int fd, unsigned long cmd, void *argument)
{
	return (int)syscall(SYS_ioctl, fd, cmd, argument);
}

static bool is_socket(int fd, ino_t *inode)
{
	struct stat status;

	if (raw_fstat(fd, &status) < 0 || !S_ISSOCK(status.st_mode))
		return false;
	*inode = status.st_ino;
	return true;
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

void device_forget(int fd)
{
	if (fd >= 0 && fd < DESCRIPTORS)
		atomic_store(&marked[fd], 0);
}

void device_copy(int from, int to)
{
	if (to < 0 || to >= DESCRIPTORS || from == to)
		return;
	memcpy(&devices[to], &devices[from], sizeof(devices[to]));
	atomic_store(&marked[to], 1);
}

/* Blocks older than the last flush or change of size are thrown away. */
static bool is_stale(const struct device *device, const struct wire_block *block)
{
	return (int16_t)(block->generation - atomic_load(&device->generation)) < 0;
}

static ssize_t receive_block(int fd, void *to, size_t count, const struct wire_block *expected)
{
	static _Thread_local unsigned char rest[LARGEST_BLOCK];
	struct wire_block header;
	size_t wanted = expected->length < count ? expected->length : count;
	struct iovec parts[] = {{&header, sizeof(header)}, {to, wanted}, {rest, expected->length - wanted}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
	ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);

	if (got < 0)
		return -errno;
	return got <= (ssize_t)sizeof(header) ? -ENODEV : (ssize_t)wanted;
}

/* The next block's header, left where it is. 1: there is one; 0: nothing there; -ENODEV: the office hung up. */
static int peek_block(int fd, struct wire_block *header)
{
	ssize_t got = recv(fd, header, sizeof(*header), MSG_PEEK | MSG_DONTWAIT);

	if (got == (ssize_t)sizeof(*header))
		return header->length <= LARGEST_BLOCK ? 1 : -ENODEV;
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	return -ENODEV;
}

static bool at_mark(int fd)
{
	int mark = 0;

	return raw_ioctl(fd, SIOCATMARK, &mark) == 0 && mark;
}

static void discard_stale(int fd, struct device *device)
{
	struct wire_block header;

	/* A receive at the mark would swallow the out-of-band byte. */
	while (!at_mark(fd) && peek_block(fd, &header) == 1 && is_stale(device, &header))
		if (receive_block(fd, NULL, 0, &header) < 0)
			return;
}

static void sweep(int fd)
{
	char nothing;

	recv(fd, &nothing, 0, MSG_DONTWAIT);
}

static bool take_mark(int fd, struct device *device)
{
	char byte;

	if (recv(fd, &byte, 1, MSG_OOB | MSG_DONTWAIT) != 1)
		return false;
	atomic_store(&device->sweep, 64);
	sweep(fd);
	return true;
}

static void learn(int fd, struct device *device, const struct wire_reply *reply)
{
	int room = (int)reply->room;

	device->kind = reply->kind;
	device->refusal = reply->refusal;
	atomic_store(&device->block, reply->block);
	atomic_store(&device->generation, reply->generation);
	if (room && setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (reply->discard)
		discard_stale(fd, device);
}

static int ask(int fd, struct wire_request *request, const struct payload *payload, struct wire_reply *reply)
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
	if (ask(fd, &request, &empty, &reply) < 0 || reply.result < 0)
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

void device_inherit(void)
{
	ino_t inode;

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
	atomic_store(&device->sweep, 0);
	learn(fd, device, &reply);
	if (flags & O_NONBLOCK)
		syscall(SYS_fcntl, fd, F_SETFL, O_RDWR | O_NONBLOCK);
	atomic_store(&marked[fd], 1);
	return fd;
}

static short ready(int fd, short wanted, int timeout)
{
	struct pollfd one = {.fd = fd, .events = wanted};

	if (poll(&one, 1, timeout) < 0)
		return -1;
	return one.revents;
}

static bool waits(int fd)
{
	return !(syscall(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK);
}

/* Wait until the device is ready or an event is queued. 0, or -errno. */
static int await(int fd, short wanted)
{
	short now = ready(fd, wanted | POLLPRI | POLLRDHUP, 0);

	while (now == 0) {
		if (!waits(fd))
			return -EAGAIN;
		now = ready(fd, wanted | POLLPRI | POLLRDHUP, -1);
		if (now < 0)
			return -errno;
	}
	if (now & (POLLHUP | POLLRDHUP | POLLERR))
		return -ENODEV;
	/* The kernel wakes a blocked reader only with the next block; it fails then as it fails here. */
	return now & POLLPRI ? -WIRE_ELAST : 0;
}

static ssize_t read_block(int fd, struct device *device, void *to, size_t count)
{
	struct wire_block header;
	ssize_t got;
	int error;

	for (;;) {
		error = await(fd, POLLIN);
		if (error)
			return error;
		error = peek_block(fd, &header);
		if (error < 0)
			return error;
		if (error == 0) {
			sweep(fd);
			continue;
		}
		if (is_stale(device, &header)) {
			discard_stale(fd, device);
			continue;
		}
		got = receive_block(fd, to, count, &header);
		if (got != -EAGAIN)
			return got;
	}
}

static ssize_t fail(ssize_t result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

ssize_t device_read(int fd, void *to, size_t count)
{
	struct device *device = &devices[fd];
	ssize_t got;

	count &= 0xffff; /* as the kernel driver does: 65536 is 0, and 0 is EINVAL */
	if (!atomic_load(&device->block))
		return fail(-device->refusal);
	if (!count)
		return fail(-EINVAL);
	got = read_block(fd, device, to, count);
	if (got >= 0 && atomic_load(&device->sweep) > 0) {
		atomic_fetch_sub(&device->sweep, 1);
		sweep(fd);
	}
	return fail(got);
}

ssize_t device_write(int fd, const void *from, size_t count)
{
	struct device *device = &devices[fd];
	size_t block = atomic_load(&device->block);
	ssize_t sent;
	int error;

	count &= 0xffff;
	if (!block)
		return fail(-device->refusal);
	if (!count)
		return fail(-EINVAL);
	error = await(fd, POLLOUT);
	if (error)
		return fail(error);
	sent = send(fd, from, count < block ? count : block, MSG_NOSIGNAL | MSG_DONTWAIT);
	return fail(sent < 0 ? (errno == EPIPE ? -ENODEV : -errno) : sent);
}

static bool all_sent(int fd)
{
	int waiting = 0;

	return raw_ioctl(fd, SIOCOUTQ, &waiting) < 0 || waiting == 0;
}

static bool block_waits(int fd)
{
	int bytes = 0;

	return raw_ioctl(fd, SIOCINQ, &bytes) == 0 && bytes >= (int)sizeof(struct wire_block);
}

static int mux_now(int fd, int mask, int timeout)
{
	short wanted = (mask & MUX_READ ? POLLIN : 0) | (mask & MUX_WRITE ? POLLOUT : 0) | POLLPRI | POLLRDHUP;
	short now = ready(fd, wanted, timeout);
	int found = 0;

	if (now < 0)
		return -errno;
	if (now & (POLLHUP | POLLRDHUP | POLLERR))
		return -ENODEV;
	if ((mask & MUX_READ) && (now & POLLIN) && block_waits(fd))
		found |= MUX_READ;
	if ((mask & MUX_WRITE) && (now & POLLOUT))
		found |= MUX_WRITE;
	if ((mask & MUX_SIGEVENT) && (now & POLLPRI))
		found |= MUX_SIGEVENT;
	if ((mask & MUX_WRITEEMPTY) && all_sent(fd))
		found |= MUX_WRITEEMPTY;
	return found;
}

static void pause_ms(long ms)
{
	struct timespec span = {.tv_nsec = ms * 1000000};

	nanosleep(&span, NULL);
}

static int mux(int fd, int *argument)
{
	int mask = *argument;
	int found;

	if (!(mask & ~MUX_NOWAIT))
		return -EINVAL;
	for (;;) {
		found = mux_now(fd, mask, mask & (MUX_NOWAIT | MUX_WRITEEMPTY) ? 0 : 20);
		if (found < 0)
			return found;
		if (found || (mask & MUX_NOWAIT))
			break;
		pause_ms(2); /* nobody tells when the last sample has gone, and an unwanted event keeps poll awake */
	}
	*argument = found;
	return 0;
}

static int sync_sent(int fd)
{
	short now;

	while (!all_sent(fd)) {
		now = ready(fd, POLLPRI | POLLRDHUP, 2);
		if (now < 0 || now & (POLLHUP | POLLRDHUP | POLLERR))
			return now < 0 ? -EINTR : -ENODEV;
	}
	return 0;
}

/* Does this ioctl answer the out-of-band byte? */
static bool answers_mark(const struct device *device, unsigned long cmd, const void *argument)
{
	if (device->kind == WIRE_TIMER)
		return cmd == IO_TIMERACK || cmd == IO_TIMERPONG;
	if (device->kind != WIRE_CHANNEL)
		return false;
	return cmd == IO_GETEVENT || (cmd == IO_FLUSH && argument && (*(const int *)argument & 4));
}

static int trailing(unsigned long cmd, const void *argument, struct payload *payload)
{
	size_t item = cmd == IO_LOADZONE ? 44 : cmd == IO_ECHOCANCEL_PARAMS ? 20 : 0;
	uint32_t count = 0;

	if (!item || !argument)
		return 0;
	memcpy(&count, (const char *)argument + (cmd == IO_LOADZONE ? 0 : 4), sizeof(count));
	if (count > (WIRE_LARGEST - 1024) / item)
		return cmd == IO_LOADZONE ? -EINVAL : -E2BIG;
	payload->more = (const char *)argument + payload->in_size;
	payload->more_size = item * count;
	return 0;
}

static int wait_hook(int fd)
{
	static const struct payload empty;
	struct wire_request request = {.op = WIRE_BUSY};
	struct wire_reply reply;
	int error;

	do {
		pause_ms(10);
		error = ask(fd, &request, &empty, &reply);
	} while (!error && reply.result == 1);
	return error ? error : reply.result;
}

static int ask_ioctl(int fd, struct wire_request *request, void *argument)
{
	struct device *device = &devices[fd];
	unsigned long cmd = request->cmd;
	size_t size = argument ? _IOC_SIZE(cmd) : 0;
	struct payload payload = {.in = argument, .in_size = size, .out = argument, .out_size = size};
	struct wire_reply reply;
	int error = trailing(cmd, argument, &payload);

	if (error)
		return error;
	if (!argument)
		request->flags |= WIRE_NULL;
	if (answers_mark(device, cmd, argument) && take_mark(fd, device))
		request->flags |= WIRE_TOOK;
	error = ask(fd, request, &payload, &reply);
	if (error)
		return error;
	if (reply.result == -EINPROGRESS && cmd == IO_HOOK && waits(fd))
		return *(int *)argument == HOOK_START || *(int *)argument == HOOK_RING ? 0 : wait_hook(fd);
	return reply.result;
}

static int indirect(int fd, struct wire_request *request, void *argument)
{
	struct {
		int channel;
		int op;
		void *data;
	} nested;

	if (!argument)
		return -EFAULT;
	memcpy(&nested, argument, sizeof(nested));
	request->flags |= WIRE_INDIRECT;
	request->channel = nested.channel;
	request->cmd = (uint32_t)nested.op;
	return ask_ioctl(fd, request, nested.data);
}

static int dispatch(int fd, struct device *device, uint32_t cmd, void *argument)
{
	struct wire_request request = {.op = WIRE_IOCTL, .cmd = cmd};

	if (cmd == IO_INDIRECT)
		return indirect(fd, &request, argument);
	if (device->kind == WIRE_CHANNEL && argument) {
		/* No event, no question: a program may ask after every block. */
		if (cmd == IO_GETEVENT && ready(fd, POLLPRI | POLLRDHUP, 0) == 0) {
			*(int *)argument = 0;
			return 0;
		}
		if (cmd == IO_IOMUX) {
			if (*(int *)argument & MUX_WRITEEMPTY)
				ask_ioctl(fd, &request, argument); /* starts a transmitter that waits to be full */
			return mux(fd, argument);
		}
	}
	if (device->kind == WIRE_CHANNEL && cmd == IO_SYNC)
		return sync_sent(fd);
	return ask_ioctl(fd, &request, argument);
}

int device_ioctl(int fd, unsigned long cmd, void *argument)
{
	uint32_t number = (uint32_t)cmd; /* programs that keep it in an int hand over a sign-extended one */

	return (int)fail(dispatch(fd, &devices[fd], number, argument));
}
