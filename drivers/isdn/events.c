/* libpri's events in our words: one flat record each, and no pointer into libpri. */

#include <stdio.h>
#include <string.h>

#include "private.h"

#define NO_CAUSE -1

static void put(struct isdn *isdn, const struct isdn_event *event)
{
	queue_put(&isdn->events, event, sizeof(*event));
}

static struct isdn_event plain(int kind)
{
	return (struct isdn_event){.kind = kind, .cause = NO_CAUSE, .complete = 1};
}

static void text(char *to, const char *from)
{
	(void)snprintf(to, ISDN_TEXT, "%s", from);
}

static void of_call(struct isdn_event *event, struct call *call, int channel)
{
	if (call) {
		event->call = call->number;
		if (channel > 0)
			call->channel = channel;
	}
	event->channel = channel;
}

static void ring(struct isdn *isdn, const pri_event_ring *ring)
{
	struct isdn_event event = plain(PRI_EVENT_RING);

	of_call(&event, calls_of(isdn, ring->call), ring->channel);
	event.reference = ring->cref;
	event.progress = ring->progressmask;
	event.flexible = ring->flexible;
	event.complete = ring->complete;
	event.called_plan = ring->calledplan;
	event.calling_plan = ring->callingplan;
	event.presentation = ring->callingpres;
	event.capability = ring->ctype;
	text(event.called, ring->callednum);
	text(event.calling, ring->callingnum);
	text(event.name, ring->callingname);
	text(event.redirecting, ring->redirectingnum);
	put(isdn, &event);
}

static void digits(struct isdn *isdn, q931_call *libpri, const char *digits, int complete)
{
	struct isdn_event event = plain(PRI_EVENT_INFO_RECEIVED);
	struct call *call = calls_of(isdn, libpri);

	of_call(&event, call, call ? call->channel : 0);
	event.complete = complete;
	text(event.called, digits);
	put(isdn, &event);
}

/* ALERTING, CONNECT, CALL PROCEEDING, PROGRESS, SETUP ACKNOWLEDGE. */
static void step(struct isdn *isdn, int kind, q931_call *libpri, int channel, int progress, int cause)
{
	struct isdn_event event = plain(kind);

	of_call(&event, calls_of(isdn, libpri), channel);
	event.progress = progress;
	event.cause = cause;
	put(isdn, &event);
}

void events_ended(struct isdn *isdn, struct call *call)
{
	struct isdn_event event = plain(PRI_EVENT_HANGUP);

	of_call(&event, call, call->channel);
	event.cause = call->cause;
	put(isdn, &event);
	call->ended = 1;
}

/* RELEASE or RELEASE COMPLETE, or a timer did it: libpri waits to be told that the call may go. */
static void hangup(struct isdn *isdn, const pri_event_hangup *hangup)
{
	struct call *call = calls_ending(isdn, hangup->call);

	if (!call || call->ended)
		return;
	if (hangup->cause > 0)
		call->cause = hangup->cause;
	events_ended(isdn, call);
	if (!call->gone)
		pri_hangup(isdn->pri, call->libpri, hangup->cause);
}

static void hangup_request(struct isdn *isdn, const pri_event_hangup *hangup)
{
	struct isdn_event event = plain(PRI_EVENT_HANGUP_REQ);
	struct call *call = calls_of(isdn, hangup->call);

	of_call(&event, call, call ? call->channel : 0);
	event.cause = hangup->cause;
	if (call && hangup->cause > 0)
		call->cause = hangup->cause;
	put(isdn, &event);
}

static void restart(struct isdn *isdn, int kind, int channel)
{
	struct isdn_event event = plain(kind);

	event.channel = channel;
	if (kind == PRI_EVENT_RESTART)
		calls_restart(isdn, channel);
	put(isdn, &event);
}

static void other(struct isdn *isdn, const pri_event *from)
{
	struct isdn_event event = plain(from->e);

	if (from->e == PRI_EVENT_CONFIG_ERR)
		text(event.called, from->err.err);
	put(isdn, &event);
}

void events_tell(struct isdn *isdn, const pri_event *event)
{
	switch (event->e) {
	case PRI_EVENT_RING:
		ring(isdn, &event->ring);
		break;
	case PRI_EVENT_INFO_RECEIVED:
		digits(isdn, event->ring.call, event->ring.callednum, event->ring.complete);
		break;
	case PRI_EVENT_KEYPAD_DIGIT:
		digits(isdn, event->digit.call, event->digit.digits, 0);
		break;
	case PRI_EVENT_RINGING:
		step(isdn, event->e, event->ringing.call, event->ringing.channel, event->ringing.progressmask, NO_CAUSE);
		break;
	case PRI_EVENT_ANSWER:
		step(isdn, event->e, event->answer.call, event->answer.channel, event->answer.progressmask, NO_CAUSE);
		break;
	case PRI_EVENT_PROCEEDING:
	case PRI_EVENT_PROGRESS:
		step(isdn, event->e, event->proceeding.call, event->proceeding.channel, event->proceeding.progressmask,
		     event->e == PRI_EVENT_PROGRESS ? event->proceeding.cause : NO_CAUSE);
		break;
	case PRI_EVENT_SETUP_ACK:
		step(isdn, event->e, event->setup_ack.call, event->setup_ack.channel, event->setup_ack.progressmask, NO_CAUSE);
		break;
	case PRI_EVENT_NOTIFY:
		step(isdn, event->e, event->notify.call, event->notify.channel, 0, event->notify.info);
		break;
	case PRI_EVENT_FACILITY:
		step(isdn, event->e, event->facility.call, event->facility.channel, 0, NO_CAUSE);
		break;
	case PRI_EVENT_HANGUP:
	case PRI_EVENT_HANGUP_ACK:
		hangup(isdn, &event->hangup);
		break;
	case PRI_EVENT_HANGUP_REQ:
		hangup_request(isdn, &event->hangup);
		break;
	case PRI_EVENT_RESTART:
		restart(isdn, event->e, event->restart.channel);
		break;
	case PRI_EVENT_RESTART_ACK:
		restart(isdn, event->e, event->restartack.channel);
		break;
	default:
		other(isdn, event);
	}
}
