/* What the user of a span may do with a circuit. */
#include "line.h"

enum { R2_BITS = 0xC, IDLE = 0x8 };

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
