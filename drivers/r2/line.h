/* One circuit of a span: what the library believes to be a DAHDI channel. */
#ifndef LOOPSTART_R2_LINE_H
#define LOOPSTART_R2_LINE_H

#include <stddef.h>
#include <stdint.h>

#include <openr2.h>

#include "_r2.h"

struct line {
	struct r2_span *span;
	openr2_chan_t *chan;
	struct r2_fault fault;
	int slot;
	int heard_bits, sent_bits;
	int bits_event, alarm_event; /* DAHDI events that wait */
	int alarm;
	int in_call;                 /* from seizing to the end of the release guard */
	int registering;             /* register signals may pass: the speech path is not through */
	int forward;                 /* we are the calling side */
	int to_decide;               /* offered: the other side waits for us */
	int group_b, asking_calling; /* see meaning.c */
	char instead;
	int64_t progress, due;       /* last change of a register signal; next timer of the library, -1: none */
	const uint8_t *heard;        /* 160 codes that the library has not read yet */
	uint8_t *sent;
	int room;                    /* the library may still write in this tick */
	char signal, heard_signal;   /* register signals on the wire */
	int64_t signal_age;          /* samples since it began */
	double phase[2];
};

struct r2_span {
	openr2_context_t *context;
	struct line *lines[R2_SLOTS];
	void *owner;
	int64_t now;
	int patience;  /* samples without progress of the register signals */
	int shared_a1; /* A-1 asks for the next digit of the calling number, too */
	uint32_t changed_bits;
	struct r2_event events[1024];
	unsigned first, count;
	int64_t lost;
};

/* The circuit that this thread is in the library for: what its system calls are about. */
extern _Thread_local struct line *at_work;

struct line *line_of(struct r2_span *span, int slot); /* NULL: there is none */
void line_event(struct line *line, int kind, int value);
void line_enter(struct line *line); /* before every call of the library ... */
void line_leave(struct line *line); /* ... and after it */

extern openr2_mflib_interface_t register_signals;
extern openr2_event_interface_t call_events;

/* What a signal of the library is on the wire, and back (meaning.c). */
char meaning_on_wire(struct line *line, char signal);
char meaning_for_library(struct line *line, char signal);

void tone_begin(struct line *line, char signal);
void tone_make(struct line *line, int16_t *samples, int count);

int r2_wants_digit(void *owner, int slot, const char *called); /* in Python: is the called number incomplete? */

#endif
