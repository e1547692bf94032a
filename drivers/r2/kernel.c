/* The system calls of the library, answered in memory: it takes a circuit for a DAHDI channel, and samples for time. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>
#include <sys/types.h>

#include <dahdi/user.h>

#include "line.h"

_Thread_local struct line *at_work;

enum { RATE = 8000, MICROSECONDS = 125 };

static int parameters(struct line *line, struct dahdi_params *params)
{
	memset(params, 0, sizeof(*params));
	params->channo = line->slot;
	params->sigtype = DAHDI_SIG_CAS;
	return 0;
}

static int buffers(struct dahdi_bufferinfo *info)
{
	memset(info, 0, sizeof(*info));
	info->bufsize = R2_TICK;
	return 0;
}

static int send_bits(struct line *line, int bits)
{
	if (!line->fault.stuck && line->sent_bits != bits) {
		line->sent_bits = bits;
		line->span->changed_bits |= 1u << (line->slot - 1);
	}
	return 0;
}

/* Audio is read in step with the tick; the library asks again until nothing is left to do. */
static int multiplex(struct line *line, int *wanted)
{
	int ready = 0;

	if (line->bits_event || line->alarm_event)
		ready |= DAHDI_IOMUX_SIGEVENT;
	if (line->heard)
		ready |= DAHDI_IOMUX_READ;
	if (line->room)
		ready |= DAHDI_IOMUX_WRITE;
	*wanted &= ready;
	return 0;
}

static int next_event(struct line *line, int *event)
{
	*event = DAHDI_EVENT_NONE;
	if (line->alarm_event)
		*event = line->alarm ? DAHDI_EVENT_ALARM : DAHDI_EVENT_NOALARM;
	else if (line->bits_event)
		*event = DAHDI_EVENT_BITSCHANGED;
	if (line->alarm_event)
		line->alarm_event = 0;
	else
		line->bits_event = 0;
	return 0;
}

static int flush(struct line *line)
{
	line->signal = 0;
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct line *line = at_work;
	va_list rest;
	void *argument;

	(void)fd;
	va_start(rest, request);
	argument = va_arg(rest, void *);
	va_end(rest);
	switch ((unsigned)request) {
	case DAHDI_CHANNO:
		*(int *)argument = line->slot;
		return 0;
	case DAHDI_GET_PARAMS:
		return parameters(line, argument);
	case DAHDI_GET_BUFINFO:
		return buffers(argument);
	case DAHDI_SET_BUFINFO:
	case DAHDI_SETGAINS:
	case DAHDI_SETLAW:
	case DAHDI_ECHOCANCEL:
		return 0;
	case DAHDI_SETTXBITS:
		return send_bits(line, *(int *)argument);
	case DAHDI_GETRXBITS:
		*(int *)argument = line->heard_bits;
		return 0;
	case DAHDI_IOMUX:
		return multiplex(line, argument);
	case DAHDI_GETEVENT:
		return next_event(line, argument);
	case DAHDI_FLUSH:
		return flush(line);
	default:
		errno = ENOTTY;
		return -1;
	}
}

ssize_t __wrap_read(int fd, void *buffer, size_t size)
{
	struct line *line = at_work;

	(void)fd;
	if (!line->heard || size < R2_TICK) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(buffer, line->heard, R2_TICK);
	line->heard = NULL;
	return R2_TICK;
}

ssize_t __wrap_write(int fd, const void *buffer, size_t size)
{
	struct line *line = at_work;

	(void)fd;
	if (!line->room || size > R2_TICK) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(line->sent, buffer, size);
	line->room = 0;
	return (ssize_t)size;
}

int __wrap_gettimeofday(struct timeval *time, void *zone)
{
	int64_t now = at_work ? at_work->span->now : 0;

	(void)zone;
	time->tv_sec = now / RATE;
	time->tv_usec = now % RATE * MICROSECONDS;
	return 0;
}
