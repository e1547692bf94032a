/* The n-th system call of every kind fails with every errno, under the address and undefined-behaviour sanitizers.
 * Built and run by test_dahdi_sanitizers.py; leaks are the leak sanitizer's to find. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

enum { FDS = 64, LINES = 6 };

static struct { int open, blocks, events, queued; } channel[FDS];
static int64_t now, ticked;
static int opened;

static int fake_open(const char *path, int flags)
{
	(void)path, (void)flags;
	for (int fd = 3; fd < FDS; fd++)
		if (!channel[fd].open) {
			channel[fd].open = 1;
			channel[fd].blocks = channel[fd].events = channel[fd].queued = 0;
			opened++;
			return fd;
		}
	errno = EMFILE;
	return -1;
}

static int fake_close(int fd)
{
	if (fd < 3 || fd >= FDS || !channel[fd].open)
		abort(); /* closed twice, or never opened */
	channel[fd].open = 0;
	opened--;
	return 0;
}

static int used(int fd)
{
	if (fd < 3 || fd >= FDS || !channel[fd].open)
		abort();
	return fd;
}

static long fake_read(int fd, void *buffer, unsigned long size)
{
	used(fd);
	errno = channel[fd].events ? 500 : EAGAIN;
	if (channel[fd].events || !channel[fd].blocks)
		return -1;
	channel[fd].blocks--;
	memset(buffer, (int)now, size);
	return (long)size;
}

static long fake_write(int fd, const void *buffer, unsigned long size)
{
	volatile unsigned sum = 0;

	used(fd);
	for (unsigned long i = 0; i < size; i++)
		sum += ((const unsigned char *)buffer)[i];
	errno = channel[fd].events ? 500 : EAGAIN;
	if (channel[fd].events || channel[fd].queued > 8)
		return -1;
	channel[fd].queued++;
	return (long)size;
}

static int fake_ioctl(int fd, unsigned long request, void *argument)
{
	struct dahdi_abi_bufferinfo *info = argument;

	used(fd);
	if (request == DAHDI_ABI_GETEVENT)
		*(int *)argument = channel[fd].events ? (channel[fd].events--, 29 + channel[fd].events % 2) : 0;
	else if (request == DAHDI_ABI_GET_PARAMS)
		((struct dahdi_abi_params *)argument)->sigtype = fd % 2 ? DAHDI_ABI_SIG_CLEAR : 0x2004;
	else if (request == DAHDI_ABI_GET_BUFINFO)
		info->numbufs = 8, info->bufsize = TICK;
	return 0;
}

static int fake_poll(struct ls_pollfd *fds, unsigned long count, int milliseconds)
{
	int ready = 0;

	now += (int64_t)milliseconds * 1000000;
	for (; ticked + 20000000 <= now; ticked += 20000000)
		for (int fd = 3; fd < FDS; fd++) {
			channel[fd].blocks += channel[fd].blocks < 8;
			channel[fd].queued -= channel[fd].queued > 0;
			channel[fd].events += (ticked / 20000000 + fd) % 7 == 0;
		}
	for (unsigned long i = 0; i < count; i++) {
		fds[i].revents = channel[used(fds[i].fd)].blocks ? 1 : 0;
		ready += fds[i].revents != 0;
	}
	return ready;
}

static int64_t fake_clock(void) { return now; }

static void life(void)
{
	static const int16_t expand[256];
	static const uint8_t compress[65536];
	const struct ls_tables tables = {{expand, expand}, {compress, compress}};
	const int channels[LINES] = {1, 2, 3, 4, 5, 6};
	struct ls_event events[4];
	struct ls_place place;
	struct ls_tick tick;
	struct ls_info info;
	int16_t *matrix = malloc(LINES * TICK * sizeof(*matrix)); /* exactly as large as it must be */
	int error;
	struct ls_card *card = ls_open(channels, LINES, 8, 4, &tables, &error, &place);

	if (!card != !!error)
		abort();
	for (int n = 0; card && n < 12; n++) {
		ls_read(card, matrix, events, 4, &tick);
		ls_write(card, matrix);
		if (n == 6)
			now += 400000000; /* late: overruns */
		ls_hook(card, n % (LINES + 2) - 1, n & 1);
		ls_info(card, n % (LINES + 2) - 1, &info);
	}
	ls_close(card);
	free(matrix);
	if (opened)
		abort(); /* a descriptor leaked */
}

int main(void)
{
	static const struct ls_sys sys = {fake_open, fake_close, fake_read, fake_write, fake_ioctl, fake_poll, fake_clock};
	static const int errors[] = {EINTR, EAGAIN, EIO, ENODEV, EINVAL, ENOMEM, EBUSY, 500};
	int lives = 0;

	ls_use(&sys);
	life();
	for (int call = 0; call < LS_CALLS; call++)
		for (unsigned e = 0; e < sizeof(errors) / sizeof(*errors); e++)
			for (int nth = 1; nth <= 90; nth++, lives++) {
				ls_fail(call, nth, errors[e]);
				life();
				ls_fail(call, 0, 0);
			}
	printf("%d lives\n", lives);
	return 0;
}
