/* ioctl: most go to the office; those that wait, or ask what poll already knows, are answered here. */
#include "internal.h"

#include "ioctls.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <time.h>

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
	short now = device_ready(fd, wanted, timeout);
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
		now = device_ready(fd, POLLPRI | POLLRDHUP, 2);
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
		error = device_ask(fd, &request, &empty, &reply);
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
	if (cmd == IO_HOOK && device_waits(fd))
		request->flags |= WIRE_WAITS;
	if (answers_mark(device, cmd, argument) && device_take_mark(fd, device))
		request->flags |= WIRE_TOOK;
	error = device_ask(fd, request, &payload, &reply);
	if (error)
		return error;
	if (reply.result == -EINPROGRESS && cmd == IO_HOOK && device_waits(fd))
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
		if (cmd == IO_GETEVENT && device_ready(fd, POLLPRI | POLLRDHUP, 0) == 0) {
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

/* Whose argument is looked at here: the others' are read by the kernel as they are sent, which says EFAULT itself. */
static bool is_ours_to_read(uint32_t cmd)
{
	return cmd == IO_GETEVENT || cmd == IO_IOMUX || cmd == IO_FLUSH || cmd == IO_LOADZONE ||
	       cmd == IO_ECHOCANCEL_PARAMS || cmd == IO_INDIRECT;
}

static bool leads_nowhere(void *argument)
{
	char bytes[8];
	struct iovec here = {bytes, sizeof(bytes)}, there = {argument, sizeof(bytes)};

	/* A short read is an end of memory behind an int; where the call is forbidden, all pointers are believed in. */
	return process_vm_readv(getpid(), &here, 1, &there, 1, 0) < 0 && errno == EFAULT;
}

int device_ioctl(int fd, unsigned long cmd, void *argument)
{
	uint32_t number = (uint32_t)cmd; /* programs that keep it in an int hand over a sign-extended one */

	if (argument && is_ours_to_read(number) && leads_nowhere(argument))
		return (int)device_fail(-EFAULT);
	return (int)device_fail(dispatch(fd, &devices[fd], number, argument));
}
