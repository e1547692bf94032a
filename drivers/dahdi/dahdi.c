/* A card: all its lines as one clock domain, one tick at a time. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "pace.h"
#include "sys.h"

static const int64_t MS = 1000000;
static const int64_t STALL = 200 * MS; /* no line at all has delivered for so long: the card's clock has stopped */
static const int64_t TOGETHER = 4 * MS; /* beginning all lines takes less when nobody holds us up */
static const int64_t TRYING = 40 * MS;  /* where one try takes so long, more of them only make the lines run dry */
static const int64_t GRACE = 60 * MS;  /* blocks of one tick complete within this of each other */

void ls_close(struct ls_card *card)
{
	if (!card)
		return;
	for (int i = 0; i < card->lines; i++)
		if (card->line[i].fd >= 0)
			sys_close(card->line[i].fd);
	free(card->line);
	free(card->polls);
	free(card);
}

static struct ls_card *allocate(int lines)
{
	struct ls_card *card = calloc(1, sizeof(*card));

	if (!card)
		return NULL;
	card->line = calloc(lines, sizeof(*card->line));
	card->polls = calloc(lines, sizeof(*card->polls));
	if (!card->line || !card->polls) {
		ls_close(card);
		return NULL;
	}
	card->lines = lines;
	card->resync = -1;
	for (int i = 0; i < lines; i++)
		card->line[i].fd = -1;
	return card;
}

struct ls_card *ls_open(const int *channels, int lines, int buffers, int prefill, const struct ls_tables *tables,
			int *error, struct ls_place *place)
{
	struct ls_card *card = lines > 0 ? allocate(lines) : NULL;

	*place = (struct ls_place){.channel = 0, .step = "memory"};
	*error = lines > 0 ? -ENOMEM : -EINVAL;
	if (!card)
		return NULL;
	card->buffers = buffers;
	card->prefill = prefill;
	card->tables = *tables;
	for (int i = 0; i < lines; i++) {
		place->channel = channels[i];
		if ((*error = line_open(card, i, channels[i], &place->step))) {
			ls_close(card);
			return NULL;
		}
	}
	*error = 0;
	return card;
}

int ls_info(struct ls_card *card, int line, struct ls_info *info)
{
	if (line < 0 || line >= card->lines)
		return -EINVAL;
	return card->line[line].fd < 0 ? -ENODEV : line_info(card->line[line].fd, card->line[line].channel, info);
}

/* Flush all, then one block to each: a line's blocks are counted from here. How long that took. */
static int64_t begin(struct ls_card *card)
{
	int64_t began = sys_clock();

	for (int i = 0; i < card->lines; i++)
		if (card->line[i].fd >= 0 && line_start(card, i) < 0)
			line_dies(card, i);
	for (int i = 0; i < card->lines; i++)
		line_prefill(card, i, 1);
	return sys_clock() - began;
}

/* All lines begin together: when we were held up in between, once more, or some would be out of step for good. */
static void restart(struct ls_card *card)
{
	int64_t since = sys_clock();

	for (int tries = 0; tries < 10 && begin(card) > TOGETHER && sys_clock() - since < TRYING; tries++)
		;
	for (int i = 0; i < card->lines; i++) {
		card->line[i].stalled = card->line[i].realign = 0;
		line_prefill(card, i, card->prefill - 1);
	}
}

/* The events are asked for first: after the restart every line is to be served at once. */
static void start(struct ls_card *card)
{
	for (int i = 0; i < card->lines; i++)
		if (card->line[i].fd >= 0 && line_set(card, i, DAHDI_ABI_BUFFER_EVENTS, 1) < 0)
			line_dies(card, i);
	restart(card);
	card->started = 1;
	pace_anchor(card, sys_clock());
}

static struct ls_pollfd watch(const struct line *line)
{
	return (struct ls_pollfd){.fd = line->fd, .events = (short)(ls_poll_in() | ls_poll_pri())};
}

/* One living line sets the pace: asking all of them too early would cost a system call each. */
static int pacemaker(const struct ls_card *card)
{
	for (int i = 0; i < card->lines; i++)
		if (card->line[i].fd >= 0 && !card->line[i].stalled && !card->line[i].realign)
			return i;
	return -1;
}

/* Read what is there; how many lines are still waited for (they stand in `polls`). */
static int sweep(struct ls_card *card, int16_t *rx, int *delivered)
{
	int missing = 0;

	for (int i = 0; i < card->lines; i++) {
		struct line *line = &card->line[i];

		if (line->fd < 0 || line->got || line->realign)
			continue;
		line->got = line_read(card, i, rx + (int64_t)i * TICK);
		*delivered += line->got;
		if (line->fd >= 0 && !line->got && !line->stalled)
			card->polls[missing++] = watch(line);
	}
	return missing;
}

static int collect(struct ls_card *card, int16_t *rx)
{
	int64_t deadline = sys_clock() + STALL;
	int pace = pacemaker(card), delivered = 0, missing;

	card->waited = 0;
	if (pace >= 0) {
		struct line *line = &card->line[pace];

		delivered = line->got = line_read(card, pace, rx + (int64_t)pace * TICK);
		card->waited = line->fd >= 0 && !line->got;
		card->polls[0] = watch(line);
		if (card->waited)
			pace_wait(card, 1, deadline);
		card->seen = sys_clock();
	}
	missing = sweep(card, rx, &delivered);
	if (delivered && missing)
		deadline = sys_clock() + GRACE;
	while (missing && pace_wait(card, missing, deadline)) {
		/* The pacemaker may be a block ahead of the others; who waits for any of them is in time. */
		card->waited = 1;
		card->seen = sys_clock();
		missing = sweep(card, rx, &delivered);
	}
	return delivered;
}

/* A line that delivers again after a stall is behind the others by as much as it stalled: it begins anew, as one that
 * hung up does. */
static void settle(struct ls_card *card, int16_t *rx)
{
	for (int i = 0; i < card->lines; i++) {
		struct line *line = &card->line[i];

		if (line->got && line->stalled)
			line->realign = 1;
		if (!line->got || line->realign)
			memset(rx + (int64_t)i * TICK, 0, TICK * sizeof(*rx));
		if (line->realign && line->fd >= 0 && card->waited) {
			line_realign(card, i);
		} else if (!line->got && !line->realign && line->fd >= 0) {
			card->count.missed_blocks++;
			card->count.stalls += !line->stalled;
			line->stalled = 1;
		}
		line->got = 0;
	}
}

/* Do all lines that live wait to begin anew? Then none tells the time. */
static int all_hung_up(const struct ls_card *card)
{
	int hung_up = 0;

	for (int i = 0; i < card->lines; i++) {
		if (card->line[i].fd >= 0 && !card->line[i].realign)
			return 0;
		hung_up |= card->line[i].fd >= 0;
	}
	return hung_up;
}

static void hand_over(struct ls_card *card, struct ls_event *events, int room, struct ls_tick *tick)
{
	tick->events = card->events < room ? card->events : room;
	memcpy(events, card->event, tick->events * sizeof(*events));
	card->events -= tick->events;
	memmove(card->event, card->event + tick->events, card->events * sizeof(*events));
}

void ls_read(struct ls_card *card, int16_t *rx, struct ls_event *events, int room, struct ls_tick *tick)
{
	int delivered;

	*tick = (struct ls_tick){0};
	if (!card->started)
		start(card);
	if (card->resync == 0 || all_hung_up(card)) { /* the good blocks are used up; no telling where the next began */
		card->resync = -1;
		restart(card);
		tick->lost = pace_lose(card, 0);
	}
	delivered = collect(card, rx);
	if (!delivered) { /* the card's clock stands still: time goes on by ours, so that calls can end */
		pace_sleep(card);
		tick->lost += pace_alone(card, TICK);
		card->waited = 1;
	}
	card->resync -= delivered && card->resync > 0;
	settle(card, rx);
	card->samples += TICK;
	if (delivered && card->waited && card->resync < 0)
		pace_anchor(card, card->seen);
	card->count.ticks++;
	tick->waited = card->waited;
	hand_over(card, events, room, tick);
}

void ls_write(struct ls_card *card, const int16_t *tx)
{
	if (!card->started) /* what is said before the first read would be flushed by it */
		return;
	for (int i = 0; i < card->lines; i++)
		if (card->line[i].fd >= 0)
			line_write(card, i, tx + (int64_t)i * TICK);
}

int ls_hook(struct ls_card *card, int line, int off_hook)
{
	int error;

	if (line < 0 || line >= card->lines)
		return -EINVAL;
	if (card->line[line].fd < 0)
		return -ENODEV;
	error = line_set(card, line, DAHDI_ABI_HOOK, off_hook);
	if (!off_hook && !error) /* the kernel empties the buffers of a channel that hangs up, both ways */
		card->line[line].realign = 1;
	return error == -EINPROGRESS ? 0 : error; /* O_NONBLOCK: the kernel is at it */
}

int ls_alive(struct ls_card *card, int line) { return line >= 0 && line < card->lines && card->line[line].fd >= 0; }

void ls_count(struct ls_card *card, struct ls_counters *counters) { *counters = card->count; }
