/* One channel of a card: its descriptor, its law, and what it is missing. */
#ifndef LOOPSTART_LINE_H
#define LOOPSTART_LINE_H
#include <stdint.h>

#include "_dahdi.h" /* has no guard (cffi reads it as it is): include it through here only */
#include "abi.h"

enum { TICK = 160, EVENTS = 1024 };

struct line {
	int fd;      /* -1: dead */
	int channel;
	int law;     /* 0 A-law, 1 mu-law */
	int got;     /* this tick's block is there */
	int stalled; /* it did not deliver: not waited for until it does again */
	int refill;  /* it ran dry: prefill it again when we are in time */
	int realign; /* it hung up, which empties its buffers, or stalled: begin it again in step with the others */
};

struct ls_card {
	struct line *line;
	struct ls_pollfd *polls;
	int lines, buffers, prefill;
	struct ls_tables tables;
	struct ls_counters count;
	struct ls_event event[EVENTS]; /* not yet handed over */
	int events;
	int started, waited;
	int resync;      /* blocks still to read before the gap of an overrun; -1: no overrun */
	int64_t samples; /* handed over and lost since the start */
	int64_t seen; /* when this tick's first block was there: others may have kept us waiting since */
	int64_t anchor_time, anchor_samples; /* when a block was seen to complete, and which */
};

int line_open(struct ls_card *card, int i, int channel, const char **step); /* -errno */
int line_info(int fd, int channel, struct ls_info *info);                   /* -errno */
int line_start(struct ls_card *card, int i);                               /* flush both ways */
void line_realign(struct ls_card *card, int i);
void line_prefill(struct ls_card *card, int i, int blocks);
int line_read(struct ls_card *card, int i, int16_t *row);                  /* 1 got it, 0 not yet */
void line_write(struct ls_card *card, int i, const int16_t *row);
void line_drain(struct ls_card *card, int i);
int line_set(struct ls_card *card, int i, unsigned long request, int value); /* -errno */
void line_dies(struct ls_card *card, int i);
#endif
