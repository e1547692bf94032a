/* What the library tells about a call, kept until it is asked for. */
#include <stdio.h>

#include "line.h"

static struct line *of(openr2_chan_t *chan)
{
	return openr2_chan_get_client_data(chan);
}

static struct r2_event *room(struct r2_span *span)
{
	const unsigned size = sizeof(span->events) / sizeof(span->events[0]);

	if (span->count == size) {
		span->lost++;
		return NULL;
	}
	return &span->events[(span->first + span->count++) % size];
}

static struct r2_event *event(struct line *line, int kind, int value)
{
	struct r2_event *event = room(line->span);

	if (event)
		*event = (struct r2_event){.kind = kind, .slot = line->slot, .value = value, .at = line->span->now};
	return event;
}

void line_event(struct line *line, int kind, int value)
{
	event(line, kind, value);
}

static void over(struct line *line)
{
	line->in_call = line->registering = line->to_decide = 0;
	line->instead = 0;
}

static void on_seized(openr2_chan_t *chan)
{
	struct line *line = of(chan);

	line->in_call = 1;
	line_event(line, R2_SEIZED, 0);
}

static int on_digit(openr2_chan_t *chan, char digit)
{
	struct line *line = of(chan);

	line_event(line, R2_DIGIT, digit);
	return r2_wants_digit(line->span->owner, line->slot, openr2_chan_get_dnis(chan));
}

static void on_offered(openr2_chan_t *chan, const char *calling, const char *called,
		       openr2_calling_party_category_t category)
{
	struct line *line = of(chan);
	struct r2_event *offered = event(line, R2_OFFERED, (int)category);

	line->to_decide = 1;
	if (!offered)
		return;
	offered->withheld = calling == NULL;
	snprintf(offered->calling, sizeof(offered->calling), "%s", calling ? calling : "");
	snprintf(offered->called, sizeof(offered->called), "%s", called);
}

static void on_accepted(openr2_chan_t *chan, openr2_call_mode_t mode)
{
	struct line *line = of(chan);

	line->registering = line->to_decide = 0;
	line_event(line, R2_ACCEPTED, (int)mode);
}

static void on_answered(openr2_chan_t *chan)
{
	struct line *line = of(chan);

	line->registering = 0;
	line_event(line, R2_ANSWERED, 0);
}

static void on_disconnect(openr2_chan_t *chan, openr2_call_disconnect_cause_t cause)
{
	struct line *line = of(chan);

	line->registering = line->to_decide = 0;
	line_event(line, R2_DISCONNECTED, (int)cause);
}

static void on_end(openr2_chan_t *chan)
{
	over(of(chan));
	line_event(of(chan), R2_ENDED, 0);
}

static void on_failure(openr2_chan_t *chan, openr2_protocol_error_t reason)
{
	over(of(chan));
	line_event(of(chan), R2_FAILED, (int)reason);
}

static void on_blocked(openr2_chan_t *chan)
{
	line_event(of(chan), R2_BLOCKED, 0);
}

static void on_idle(openr2_chan_t *chan)
{
	line_event(of(chan), R2_UNBLOCKED, 0);
}

static void on_pulse(openr2_chan_t *chan)
{
	line_event(of(chan), R2_METERED, 0);
}

/* The library asks for functions where it would else print. */
static void on_read(openr2_chan_t *chan, const unsigned char *codes, int count)
{
	(void)chan;
	(void)codes;
	(void)count;
}

static void on_alarm(openr2_chan_t *chan, int alarm)
{
	(void)chan;
	(void)alarm;
}

static void on_calling_digit(openr2_chan_t *chan, char digit)
{
	(void)chan;
	(void)digit;
}

static void on_error(openr2_chan_t *chan, int error)
{
	(void)chan;
	(void)error;
}

static void on_log(openr2_context_t *context, openr2_log_level_t level, const char *format, va_list rest)
{
	(void)context;
	(void)level;
	(void)format;
	(void)rest;
}

openr2_event_interface_t call_events = {
	.on_call_init = on_seized,
	.on_call_offered = on_offered,
	.on_call_accepted = on_accepted,
	.on_call_answered = on_answered,
	.on_call_disconnect = on_disconnect,
	.on_call_end = on_end,
	.on_call_read = on_read,
	.on_hardware_alarm = on_alarm,
	.on_os_error = on_error,
	.on_protocol_error = on_failure,
	.on_line_blocked = on_blocked,
	.on_line_idle = on_idle,
	.on_context_log = on_log,
	.on_dnis_digit_received = on_digit,
	.on_ani_digit_received = on_calling_digit,
	.on_billing_pulse_received = on_pulse,
};

int r2_next_event(struct r2_span *span, struct r2_event *event)
{
	if (!span->count)
		return 0;
	*event = span->events[span->first];
	span->first = (span->first + 1) % (sizeof(span->events) / sizeof(span->events[0]));
	span->count--;
	return 1;
}

int64_t r2_lost_events(struct r2_span *span)
{
	return span->lost;
}
