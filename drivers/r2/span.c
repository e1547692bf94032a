/* A span: what comes from it, the tick, and what came of that. */
#include <string.h>

#include "line.h"

enum { SAMPLES_PER_MS = 8, SILENCE = 0xD5, OFF = -1 };

struct line *line_of(struct r2_span *span, int slot)
{
	return slot >= 1 && slot <= R2_SLOTS ? span->lines[slot - 1] : NULL;
}

void line_enter(struct line *line)
{
	at_work = line;
}

void line_leave(struct line *line)
{
	int ms = openr2_chan_get_time_to_next_event(line->chan);

	line->due = ms < 0 ? OFF : line->span->now + (int64_t)ms * SAMPLES_PER_MS;
	at_work = NULL;
}

/* -- what comes from the span ------------------------------------------------------------------------------------ */

void r2_clock(struct r2_span *span, int64_t now)
{
	span->now = now;
}

static void work(struct line *line)
{
	line_enter(line);
	openr2_chan_process_event(line->chan);
	line->heard = NULL;
	line->room = 0;
	line_leave(line);
}

void r2_bits(struct r2_span *span, int slot, int bits)
{
	struct line *line = line_of(span, slot);

	if (!line || line->heard_bits == bits)
		return;
	line->heard_bits = bits;
	line->bits_event = 1;
	work(line);
}

void r2_alarm(struct r2_span *span, int on)
{
	for (int i = 0; i < R2_SLOTS; i++) {
		struct line *line = span->lines[i];

		if (!line || line->alarm == on)
			continue;
		line->alarm = on;
		line->alarm_event = 1;
		work(line);
	}
}

static int stalled(struct line *line)
{
	return line->registering && !line->to_decide && line->span->patience &&
	       line->span->now - line->progress > line->span->patience;
}

static int idle(struct line *line)
{
	return !line->registering && (line->due == OFF || line->due > line->span->now);
}

/* One tick of a circuit; 1 when it is register signalling that goes out, not speech. */
static int tick(struct line *line, const uint8_t *heard, uint8_t *sent)
{
	if (idle(line))
		return 0;
	memset(sent, SILENCE, R2_TICK);
	line->sent = sent;
	line->room = line->registering;
	line->heard = line->registering && !line->fault.deaf ? heard : NULL;
	work(line);
	if (stalled(line)) {
		line->progress = line->span->now;
		line_event(line, R2_STALLED, 0);
	}
	return line->registering;
}

uint32_t r2_tick(struct r2_span *span, const uint8_t *heard, uint8_t *sent)
{
	uint32_t carried = 0;

	for (int i = 0; i < R2_SLOTS; i++)
		if (span->lines[i] && tick(span->lines[i], heard + i * R2_TICK, sent + i * R2_TICK))
			carried |= 1u << i;
	return carried;
}

/* -- what came of it --------------------------------------------------------------------------------------------- */

uint32_t r2_changed_bits(struct r2_span *span)
{
	uint32_t changed = span->changed_bits;

	span->changed_bits = 0;
	return changed;
}

int r2_sent_bits(struct r2_span *span, int slot)
{
	struct line *line = line_of(span, slot);

	return line ? line->sent_bits : 0;
}

int r2_busy(struct r2_span *span)
{
	int busy = 0;

	for (int i = 0; i < R2_SLOTS; i++)
		busy += span->lines[i] && !idle(span->lines[i]);
	return busy;
}

const char *r2_reason(int reason)
{
	return openr2_proto_get_error((openr2_protocol_error_t)reason);
}

const char *r2_state(struct r2_span *span, int slot)
{
	struct line *line = line_of(span, slot);

	return line ? openr2_chan_get_r2_state_string(line->chan) : "";
}
