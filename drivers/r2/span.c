/* A span: one context of the library and its circuits; settings, verbs, and the tick. */
#include <stdlib.h>
#include <string.h>

#include "line.h"

enum { R2_BITS = 0xC, IDLE = 0x8, BLOCKED = 0xD, SAMPLES_PER_MS = 8, SILENCE = 0xD5, OFF = -1 };

static struct line *line_of(struct r2_span *span, int slot)
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

struct r2_span *r2_span_new(const char *variant, int calling, int called, void *owner)
{
	openr2_variant_t known = openr2_proto_get_variant(variant);
	struct r2_span *span;

	if (known == OR2_VAR_UNKNOWN)
		return NULL;
	span = calloc(1, sizeof(*span));
	if (!span)
		return NULL;
	span->owner = owner;
	span->context = openr2_context_new(&register_signals, &call_events, NULL, known, calling, called);
	if (!span->context) {
		free(span);
		return NULL;
	}
	openr2_context_set_log_level(span->context, OR2_LOG_NOTHING);
	return span;
}

void r2_span_free(struct r2_span *span)
{
	openr2_context_delete(span->context); /* and its channels */
	for (int i = 0; i < R2_SLOTS; i++)
		free(span->lines[i]);
	free(span);
}

void r2_span_set(struct r2_span *span, int setting, int value)
{
	switch (setting) {
	case R2_ANI_FIRST:
		openr2_context_set_ani_first(span->context, value);
		break;
	case R2_SKIP_CATEGORY:
		openr2_context_set_skip_category_request(span->context, value);
		break;
	case R2_IMMEDIATE_ACCEPT:
		openr2_context_set_immediate_accept(span->context, value);
		break;
	case R2_DOUBLE_ANSWER:
		openr2_context_set_double_answer(span->context, value);
		break;
	case R2_THRESHOLD:
		openr2_context_set_mf_threshold(span->context, value);
		break;
	case R2_BACKWARD_TIME:
		openr2_context_set_mf_back_timeout(span->context, value);
		break;
	case R2_METERING_TIME:
		openr2_context_set_metering_pulse_timeout(span->context, value);
		break;
	case R2_PATIENCE:
		span->patience = value;
		break;
	case R2_SHARED_A1:
		span->shared_a1 = value;
		break;
	}
}

int r2_span_define(struct r2_span *span, const char *file)
{
	return openr2_context_configure_from_advanced_file(span->context, file);
}

static int open_channel(struct line *line)
{
	int result;

	line_enter(line);
	line->chan = openr2_chan_new_from_fd(line->span->context, line->slot, line, NULL);
	if (!line->chan) {
		at_work = NULL;
		return -1;
	}
	openr2_chan_set_client_data(line->chan, line);
	result = openr2_chan_set_idle(line->chan);
	openr2_chan_handle_cas(line->chan);
	line_leave(line);
	line->span->count = 0; /* nobody needs to be told of that */
	return result;
}

int r2_span_add(struct r2_span *span, int slot)
{
	struct line *line;

	if (slot < 1 || slot > R2_SLOTS || span->lines[slot - 1])
		return -1;
	line = calloc(1, sizeof(*line));
	if (!line)
		return -1;
	line->span = span;
	line->slot = slot;
	line->due = OFF;
	line->heard_bits = BLOCKED; /* until there are others: were it zeros, a seizure would be no change */
	if (open_channel(line)) {
		free(line);
		return -1;
	}
	span->lines[slot - 1] = line;
	return 0;
}

/* -- verbs ------------------------------------------------------------------------------------------------------- */

int r2_free(struct r2_span *span, int slot)
{
	struct line *line = line_of(span, slot);

	return line && !line->in_call && !line->alarm && (line->heard_bits & R2_BITS) == IDLE &&
	       (line->sent_bits & R2_BITS) == IDLE;
}

int r2_call(struct r2_span *span, int slot, const char *calling, const char *called, int category)
{
	struct line *line = line_of(span, slot);
	int result;

	if (!r2_free(span, slot))
		return -1;
	line_enter(line);
	result = openr2_chan_make_call(line->chan, calling, called, (openr2_calling_party_category_t)category);
	line->in_call = line->registering = line->forward = result == 0;
	line->progress = span->now;
	line_leave(line);
	return result;
}

int r2_accept(struct r2_span *span, int slot, int mode)
{
	struct line *line = line_of(span, slot);
	int result;

	if (!line || !line->to_decide)
		return -1;
	line_enter(line);
	line->to_decide = 0;
	line->progress = span->now;
	result = openr2_chan_accept_call(line->chan, (openr2_call_mode_t)mode);
	line_leave(line);
	return result;
}

int r2_answer(struct r2_span *span, int slot, int twice)
{
	struct line *line = line_of(span, slot);
	int result;

	if (!line || !line->in_call)
		return -1;
	line_enter(line);
	if (twice)
		result = openr2_chan_answer_call_with_mode(line->chan, OR2_ANSWER_DOUBLE);
	else
		result = openr2_chan_answer_call(line->chan);
	line_leave(line);
	return result;
}

int r2_disconnect(struct r2_span *span, int slot, int cause)
{
	struct line *line = line_of(span, slot);
	int result;

	if (!line || !line->in_call)
		return -1;
	line_enter(line);
	if (!line->to_decide)
		line->registering = 0;
	line->to_decide = 0;
	line->progress = span->now;
	result = openr2_chan_disconnect_call(line->chan, (openr2_call_disconnect_cause_t)cause);
	if (result && !line->forward) /* not offered yet: the library knows no call, the caller clears forward */
		result = 0;
	line_leave(line);
	return result;
}

/* The circuit forgets its call and sends these bits. */
static int start_again(struct line *line, int (*set)(openr2_chan_t *))
{
	int result;

	if (!line)
		return -1;
	line_enter(line);
	line->in_call = line->registering = line->to_decide = 0;
	line->instead = 0;
	result = set(line->chan);
	line_leave(line);
	return result;
}

int r2_idle(struct r2_span *span, int slot)
{
	return start_again(line_of(span, slot), openr2_chan_set_idle);
}

int r2_block(struct r2_span *span, int slot)
{
	return start_again(line_of(span, slot), openr2_chan_set_blocked);
}

void r2_say_instead(struct r2_span *span, int slot, char signal)
{
	struct line *line = line_of(span, slot);

	if (line)
		line->instead = signal;
}

void r2_break(struct r2_span *span, int slot, struct r2_fault fault)
{
	struct line *line = line_of(span, slot);

	if (line)
		line->fault = fault;
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
