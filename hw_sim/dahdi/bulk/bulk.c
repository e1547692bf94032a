#include <errno.h>
#include <linux/sockios.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "bulk.h"

#define WIRE_STRUCTS
#include "../wire.h"

#define LARGEST 16384

static int queued(int fd, unsigned long request)
{
	int bytes = 0;

	return ioctl(fd, request, &bytes) < 0 ? 0 : bytes;
}

int line_written(const struct bulk_line *line)
{
	return queued(line->fd, SIOCINQ);
}

int line_unread(const struct bulk_line *line)
{
	return queued(line->fd, SIOCOUTQ);
}

/* --- to the program --- */

void line_raise(struct bulk_line *line)
{
	if (line->raised)
		return;
	/* Full (never by our own measure) or closed: tried again with the next event. */
	if (send(line->fd, "!", 1, MSG_OOB | MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
		return;
	line->raised = 1;
	line->slack += line->byte;
}

/* A program that receives at the very moment the byte comes drops it, and would never hear of an event again. */
static void raise_again(struct bulk_line *line, int unread)
{
	line->unseen = line->raised && !unread ? line->unseen + 1 : 0;
	if (line->unseen < BULK_UNSEEN)
		return;
	line->raised = 0;
	line->unseen = 0;
	line_raise(line);
}

static int dropped(struct bulk_line *line)
{
	line->overruns++;
	line->lost_blocks++;
	if (!line->late)
		line->news |= NEWS_OVERRUN;
	line->late = 1;
	return 0;
}

int line_send(struct bulk_line *line, const uint8_t *data, int length, int fill)
{
	static const uint8_t nothing[LARGEST];
	struct wire_block header = {(uint16_t)length, line->generation, (uint16_t)fill, line->read_error,
				    line->write_error};
	struct iovec parts[] = {
		{&header, sizeof(header)}, {(void *)data, (size_t)length}, {(void *)nothing, (size_t)fill}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = fill ? 3 : 2};
	int unread = line_unread(line);

	if (unread < line->each)
		line->slack = 0;
	raise_again(line, unread);
	if (unread - line->slack >= line->capacity * line->each)
		return dropped(line);
	/* Closed meanwhile: the hang-up will be seen in its place. */
	if (sendmsg(line->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return dropped(line);
	line->late = 0;
	line->lost_blocks = 0;
	return 1;
}

int bulk_deliver(struct bulk_line **lines, int count, const int16_t *rx)
{
	int news = 0;

	for (int i = 0; i < count; i++) {
		struct bulk_line *line = lines[i];
		const int16_t *row = rx + (size_t)line->row * BULK_TICK;
		uint8_t codes[BULK_TICK];

		line->news = 0;
		if (line->linear) {
			line_send(line, (const uint8_t *)row, 2 * BULK_TICK, 0);
		} else {
			for (int n = 0; n < BULK_TICK; n++)
				codes[n] = line->encode[(uint16_t)row[n]];
			line_send(line, codes, BULK_TICK, 0);
		}
		news += line->news != 0;
	}
	return news;
}

/* --- from the program --- */

int line_take(struct bulk_line *line, uint8_t *to, int size)
{
	ssize_t got = recv(line->fd, to, (size_t)size, MSG_DONTWAIT);

	return got > 0 ? (int)got : 0;
}

static int decoded(struct bulk_line *line, int16_t *row)
{
	uint8_t codes[BULK_TICK];
	int got;

	if (line->linear)
		return line_take(line, (uint8_t *)row, 2 * BULK_TICK) / 2;
	got = line_take(line, codes, BULK_TICK);
	for (int n = 0; n < got; n++)
		row[n] = line->decode[codes[n]];
	return got;
}

int bulk_collect(struct bulk_line **lines, int count, int16_t *tx)
{
	int news = 0;

	for (int i = 0; i < count; i++) {
		struct bulk_line *line = lines[i];
		int16_t *row = tx + (size_t)line->row * BULK_TICK;
		int got = decoded(line, row);

		line->news = 0;
		for (int n = got; n < BULK_TICK; n++)
			row[n] = line->idle;
		if (got < BULK_TICK && (got || line->sending)) {
			line->underruns++;
			line->news = NEWS_UNDERRUN;
		}
		line->sending = got == BULK_TICK;
		news += line->news != 0;
	}
	return news;
}

/* --- lockstep --- */

int bulk_behind(struct bulk_line **lines, int count)
{
	int behind = 0;

	for (int i = 0; i < count; i++) {
		struct bulk_line *line = lines[i];

		line->news = line_unread(line) > line->slack ||
			     (line->sending && line_written(line) < BULK_TICK * (line->linear ? 2 : 1));
		behind += line->news;
	}
	return behind;
}
