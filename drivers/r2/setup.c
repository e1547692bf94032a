/* Making a span: one context of the library, its settings, its circuits. */
#include <stdlib.h>

#include "line.h"

enum { BLOCKED = 0xD, NONE = -1 };

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
	line->due = NONE;
	line->heard_bits = BLOCKED; /* until there are others: were it zeros, a seizure would be no change */
	if (open_channel(line)) {
		free(line);
		return -1;
	}
	span->lines[slot - 1] = line;
	return 0;
}
