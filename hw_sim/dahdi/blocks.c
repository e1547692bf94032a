/* read and write: one call, one block, as DAHDI does. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Blocks older than the last flush or change of size are thrown away. */
static bool is_stale(const struct device *device, const struct wire_block *block)
{
	return (int16_t)(block->generation - atomic_load(&device->generation)) < 0;
}

static ssize_t receive_block(int fd, struct device *device, void *to, size_t count, const struct wire_block *expected)
{
	static _Thread_local unsigned char rest[LARGEST_BLOCK];
	struct wire_block header;
	size_t whole = (size_t)expected->length + expected->fill;
	size_t wanted = expected->read_error ? 0 : expected->length < count ? expected->length : count;
	struct iovec parts[] = {{&header, sizeof(header)}, {to, wanted}, {rest, whole - wanted}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
	ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);

	if (got < 0)
		return -errno;
	if (got <= (ssize_t)sizeof(header))
		return -ENODEV;
	atomic_store(&device->write_error, header.write_error);
	return header.read_error ? -(ssize_t)header.read_error : (ssize_t)wanted;
}

/* The next block's header, left where it is. 1: there is one; 0: nothing there; -ENODEV: the office hung up. */
static int peek_block(int fd, struct wire_block *header)
{
	ssize_t got = recv(fd, header, sizeof(*header), MSG_PEEK | MSG_DONTWAIT);

	if (got == (ssize_t)sizeof(*header))
		return header->length + header->fill <= LARGEST_BLOCK ? 1 : -ENODEV;
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	return -ENODEV;
}

static bool at_mark(int fd)
{
	int mark = 0;

	return raw_ioctl(fd, SIOCATMARK, &mark) == 0 && mark;
}

void device_discard_stale(int fd, struct device *device)
{
	struct wire_block header;

	/* A receive at the mark would swallow the out-of-band byte. */
	while (!at_mark(fd) && peek_block(fd, &header) == 1 && is_stale(device, &header))
		if (receive_block(fd, device, NULL, 0, &header) < 0 && !header.read_error)
			return;
}

short device_ready(int fd, short wanted, int timeout)
{
	struct pollfd one = {.fd = fd, .events = wanted};
	int ready;

	do {
		ready = poll(&one, 1, timeout);
	} while (ready < 0 && errno == EINTR && timeout == 0); /* a signal that comes as we look is no answer */
	return ready < 0 ? -1 : one.revents;
}

/* A receive drops an out-of-band byte that has come by now, and with it the news of an event: look once more. What
 * comes in between all the same, the office raises again. */
static void sweep(int fd)
{
	char nothing;

	if (!(device_ready(fd, POLLPRI, 0) & POLLPRI))
		recv(fd, &nothing, 0, MSG_DONTWAIT);
}

bool device_take_mark(int fd, struct device *device)
{
	char byte;

	if (recv(fd, &byte, 1, MSG_OOB | MSG_DONTWAIT) != 1)
		return false;
	atomic_store(&device->sweep, 64);
	sweep(fd);
	return true;
}

bool device_waits(int fd)
{
	return !(syscall(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK);
}

/* Wait until the device is ready or an event is queued. 0, or -errno. */
static int await(int fd, short wanted)
{
	short now = device_ready(fd, wanted | POLLPRI | POLLRDHUP, 0);

	while (now == 0) {
		if (!device_waits(fd))
			return -EAGAIN;
		now = device_ready(fd, wanted | POLLPRI | POLLRDHUP, -1);
	}
	if (now < 0)
		return -errno;
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
			/* The place of an event that was fetched is still a mark, at which nothing is discarded. */
			sweep(fd);
			device_discard_stale(fd, device);
			continue;
		}
		got = receive_block(fd, device, to, count, &header);
		if (got != -EAGAIN)
			return got;
	}
}

ssize_t device_fail(ssize_t result)
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
		return device_fail(-device->refusal);
	if (!count)
		return device_fail(-EINVAL);
	got = read_block(fd, device, to, count);
	if (got >= 0 && atomic_load(&device->sweep) > 0) {
		atomic_fetch_sub(&device->sweep, 1);
		sweep(fd);
	}
	return device_fail(got);
}

/* One frame, as long as a block with what fills it up: so POLLOUT counts frames as buffers. */
static ssize_t send_frame(int fd, const void *from, size_t count, size_t block)
{
	static const unsigned char nothing[LARGEST_BLOCK];
	struct wire_block header = {.length = (uint16_t)count, .fill = (uint16_t)(block - count)};
	struct iovec parts[] = {{&header, sizeof(header)}, {(void *)from, count}, {(void *)nothing, block - count}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
	ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

	return sent < 0 ? sent : (ssize_t)count;
}

ssize_t device_write(int fd, const void *from, size_t count)
{
	struct device *device = &devices[fd];
	size_t block = atomic_load(&device->block);
	ssize_t sent;
	int error;

	count &= 0xffff;
	if (!block)
		return device_fail(-device->refusal);
	if (!count)
		return device_fail(-EINVAL);
	error = await(fd, POLLOUT);
	if (error)
		return device_fail(error);
	if (atomic_load(&device->write_error))
		return device_fail(-(ssize_t)atomic_load(&device->write_error));
	if (count > block)
		count = block;
	if (atomic_load(&device->mode) & WIRE_FRAMES)
		sent = send_frame(fd, from, count, block);
	else
		sent = send(fd, from, count, MSG_NOSIGNAL | MSG_DONTWAIT);
	return device_fail(sent < 0 ? (errno == EPIPE ? -ENODEV : -errno) : sent);
}
