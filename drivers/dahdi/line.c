/* One channel: opening, its events, one block in, one block out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "line.h"
#include "sys.h"

int line_set(struct ls_card *card, int i, unsigned long request, int value)
{
	while (sys_ioctl(card->line[i].fd, request, &value) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static void report(struct ls_card *card, int i, int code)
{
	if (card->events == EVENTS) {
		card->count.dropped_events++;
		return;
	}
	card->event[card->events++] = (struct ls_event){.line = i, .code = code};
}

void line_dies(struct ls_card *card, int i)
{
	struct line *line = &card->line[i];

	if (line->fd < 0)
		return;
	sys_close(line->fd);
	line->fd = -1;
	card->count.dead_lines++;
	report(card, i, DAHDI_ABI_EVENT_REMOVED);
}

static void take(struct ls_card *card, int i, int code)
{
	if (card->line[i].realign && (code == DAHDI_ABI_EVENT_READ_OVERRUN || code == DAHDI_ABI_EVENT_WRITE_UNDERRUN))
		return; /* it was hung up: nothing is lost that anybody was to hear */
	if (code == DAHDI_ABI_EVENT_READ_OVERRUN) {
		card->count.rx_overruns++;
		if (card->resync < 0) /* the full queue is still good: the gap comes after it */
			card->resync = card->buffers;
	} else if (code == DAHDI_ABI_EVENT_WRITE_UNDERRUN) {
		card->count.tx_underruns++;
		card->line[i].refill = 1;
	}
	report(card, i, code);
}

/* The kernel queues 64 events at most; while one is queued neither read nor write works. */
void line_drain(struct ls_card *card, int i)
{
	for (int n = 0; n < 128; n++) {
		int code = 0;
		int result = sys_ioctl(card->line[i].fd, DAHDI_ABI_GETEVENT, &code);

		/* A channel that is gone stores the event AND fails with ENODEV. */
		if (code == DAHDI_ABI_EVENT_REMOVED || (result < 0 && errno != EINTR)) {
			line_dies(card, i);
			return;
		}
		if (result == 0 && code == 0)
			return;
		if (result == 0)
			take(card, i, code);
	}
}

/* What a failed read or write means: 1 try again, 0 not now; a line that is gone has died. */
static int again(struct ls_card *card, int i, int *drained)
{
	switch (errno) {
	case EINTR:
		return 1;
	case EAGAIN:
		return 0;
	case DAHDI_ABI_ELAST:
		if ((*drained)++ > 8)
			return 0;
		line_drain(card, i);
		return card->line[i].fd >= 0;
	default:
		line_dies(card, i);
		return 0;
	}
}

int line_read(struct ls_card *card, int i, int16_t *row)
{
	const int16_t *expand = card->tables.expand[card->line[i].law];
	uint8_t block[TICK];
	int drained = 0;
	long n;

	while ((n = sys_read(card->line[i].fd, block, TICK)) < 0)
		if (!again(card, i, &drained))
			return 0;
	if (n == 0) { /* no channel ever ends: what stands behind it has gone */
		line_dies(card, i);
		return 0;
	}
	if (n < TICK)
		card->count.short_blocks++;
	for (long k = 0; k < n && k < TICK; k++)
		row[k] = expand[block[k]];
	for (long k = n; k < TICK; k++)
		row[k] = 0;
	return 1;
}

static void put(struct ls_card *card, int i, const uint8_t *block)
{
	int drained = 0;
	long n;

	while ((n = sys_write(card->line[i].fd, block, TICK)) < 0)
		if (!again(card, i, &drained)) {
			card->count.tx_dropped += card->line[i].fd >= 0;
			return;
		}
	card->count.short_blocks += n < TICK;
}

void line_prefill(struct ls_card *card, int i, int blocks)
{
	uint8_t silence[TICK];

	memset(silence, card->tables.compress[card->line[i].law][0], TICK);
	for (int n = 0; n < blocks && card->line[i].fd >= 0; n++)
		put(card, i, silence);
	card->line[i].refill = 0;
}

void line_write(struct ls_card *card, int i, const int16_t *row)
{
	const uint8_t *compress = card->tables.compress[card->line[i].law];
	uint8_t block[TICK];

	if (card->line[i].realign)
		return;
	if (card->line[i].refill) { /* it ran dry: what we catch up on is too late to be heard in its place */
		if (!card->waited) {
			card->count.tx_dropped++;
			return;
		}
		line_prefill(card, i, card->prefill - 1);
		if (card->line[i].fd < 0)
			return;
	}
	for (int k = 0; k < TICK; k++)
		block[k] = compress[(uint16_t)row[k]];
	put(card, i, block);
}

int line_start(struct ls_card *card, int i)
{
	return line_set(card, i, DAHDI_ABI_FLUSH, DAHDI_ABI_FLUSH_READ | DAHDI_ABI_FLUSH_WRITE);
}

/* Called the moment the other lines' blocks have completed: this one's next block then completes with theirs. */
void line_realign(struct ls_card *card, int i)
{
	line_drain(card, i);
	if (card->line[i].fd >= 0 && line_start(card, i) < 0)
		line_dies(card, i);
	if (card->line[i].fd >= 0)
		line_prefill(card, i, card->prefill - 1);
	card->line[i].realign = card->line[i].stalled = 0;
}

/* /dev/dahdi/channel + SPECIFY reaches every channel; machines without that node have /dev/dahdi/N. */
static int attach(struct ls_card *card, int i, int channel, const char **step)
{
	const int flags = O_RDWR | O_NONBLOCK | O_CLOEXEC;
	struct line *line = &card->line[i];
	char path[40];

	*step = "open";
	line->fd = sys_open("/dev/dahdi/channel", flags);
	if (line->fd >= 0) {
		*step = "SPECIFY";
		return line_set(card, i, DAHDI_ABI_SPECIFY, channel);
	}
	if (errno != ENOENT && errno != ENXIO && errno != ENODEV)
		return -errno;
	snprintf(path, sizeof(path), "/dev/dahdi/%d", channel);
	line->fd = sys_open(path, flags);
	return line->fd < 0 ? -errno : 0;
}

static int set_buffers(struct ls_card *card, int i)
{
	struct dahdi_abi_bufferinfo info = {.numbufs = card->buffers, .bufsize = TICK};

	if (sys_ioctl(card->line[i].fd, DAHDI_ABI_SET_BUFINFO, &info) < 0 ||
	    sys_ioctl(card->line[i].fd, DAHDI_ABI_GET_BUFINFO, &info) < 0)
		return -errno;
	return info.numbufs == card->buffers && info.bufsize == TICK ? 0 : -EPROTO;
}

/* The law is the hardware's: raw codes pass through. Only a channel that does not say gets A-law. */
static int set_mode(struct ls_card *card, int i)
{
	struct dahdi_abi_params params = {0};
	int error = 0;

	if (sys_ioctl(card->line[i].fd, DAHDI_ABI_GET_PARAMS, &params) < 0)
		return -errno;
	card->line[i].law = params.curlaw == DAHDI_ABI_LAW_MULAW;
	if (params.curlaw == 0)
		error = line_set(card, i, DAHDI_ABI_SETLAW, DAHDI_ABI_LAW_ALAW);
	if (!error && params.sigtype == DAHDI_ABI_SIG_CLEAR) /* a B channel opens as data */
		error = line_set(card, i, DAHDI_ABI_AUDIOMODE, 1);
	return error;
}

int line_open(struct ls_card *card, int i, int channel, const char **step)
{
	int error;

	card->line[i].channel = channel;
	if ((error = attach(card, i, channel, step)))
		return error;
	*step = "GET_PARAMS";
	if ((error = set_mode(card, i)))
		return error;
	*step = "BUFFER_EVENTS"; /* not reset by the last user's close; on again at the start */
	if ((error = line_set(card, i, DAHDI_ABI_BUFFER_EVENTS, 0)))
		return error;
	*step = "SET_BUFINFO";
	return set_buffers(card, i);
}

int line_info(int fd, int channel, struct ls_info *info)
{
	struct dahdi_abi_params params = {.channo = channel}; /* the control device wants to know which */

	if (sys_ioctl(fd, DAHDI_ABI_GET_PARAMS, &params) < 0)
		return -errno;
	*info = (struct ls_info){
		.channel = channel, .span = params.spanno, .signalling = params.sigtype,
		.law = params.curlaw == DAHDI_ABI_LAW_MULAW, .alarms = (int)params.chan_alarms,
		.off_hook = params.rxisoffhook,
	};
	memcpy(info->name, params.name, sizeof(info->name) - 1);
	return 0;
}

int ls_ask(int channel, struct ls_info *info)
{
	int fd = sys_open("/dev/dahdi/ctl", O_RDWR | O_CLOEXEC);
	int error;

	if (fd < 0)
		return -errno;
	error = line_info(fd, channel, info);
	sys_close(fd);
	return error;
}
