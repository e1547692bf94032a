/* The card's time against the world's: waiting, and saying what was lost. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "line.h"
#include "pace.h"
#include "sys.h"

static const int64_t MS = 1000000, SAMPLE = 125000;
static const int CHUNK = 8; /* DAHDI moves 8 samples at a time */

void pace_anchor(struct ls_card *card, int64_t when)
{
	card->anchor_time = when;
	card->anchor_samples = card->samples;
}

/* Samples the world is ahead of us by its clock; `due` are about to be handed over. */
static int64_t behind(struct ls_card *card, int due)
{
	int64_t passed = (sys_clock() - card->anchor_time) / SAMPLE;
	int64_t lost = passed - (card->samples + due - card->anchor_samples);

	return lost > CHUNK ? lost / CHUNK * CHUNK : 0;
}

int64_t pace_lose(struct ls_card *card, int due)
{
	int64_t lost = behind(card, due);

	card->samples += lost;
	card->count.lost_samples += lost;
	pace_anchor(card, sys_clock());
	card->anchor_samples += due;
	return lost;
}

/* To wake a little late is no loss then: nothing came in between, and the next tick makes up for it. */
int64_t pace_alone(struct ls_card *card, int due)
{
	return behind(card, due) < due ? 0 : pace_lose(card, due);
}

void pace_sleep(struct ls_card *card)
{
	int64_t when = card->anchor_time + (card->samples + TICK - card->anchor_samples) * SAMPLE, left;

	while ((left = when - sys_clock()) > 0)
		if (sys_poll(NULL, 0, (int)((left + MS - 1) / MS)) < 0 && errno != EINTR)
			return;
}

/* Wait for one of the lines in `polls`; 1 if something is there, 0 when the deadline has passed. */
int pace_wait(struct ls_card *card, int count, int64_t deadline)
{
	for (;;) {
		int64_t left = deadline - sys_clock();
		int ready;

		if (left <= 0)
			return 0;
		ready = sys_poll(card->polls, count, (int)((left + MS - 1) / MS));
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return ready > 0;
	}
}
