/* The card's time against the world's. */
#ifndef LOOPSTART_PACE_H
#define LOOPSTART_PACE_H
#include <stdint.h>

struct ls_card;
void pace_anchor(struct ls_card *card, int64_t when); /* the block of `samples` completed then */
int64_t pace_lose(struct ls_card *card, int due);   /* samples that the world is ahead, now counted as lost */
int64_t pace_alone(struct ls_card *card, int due);  /* the same, when nobody but our own clock tells the time */
void pace_sleep(struct ls_card *card);              /* until the next tick is due by our own clock */
int pace_wait(struct ls_card *card, int count, int64_t deadline); /* for one of `polls`: 1 ready, 0 too late */
#endif
