/* What we do to calls. */

#include "private.h"

#define REFUSED -1

/* The call, ready for libpri, or NULL. Ends with done(). */
static struct call *begin(struct isdn *isdn, long long now, int number)
{
	struct call *call = calls_find(isdn, number);

	if (call)
		isdn_enter(isdn, now);
	return call;
}

static int done(struct isdn *isdn, int result)
{
	isdn_leave(isdn);
	return result ? REFUSED : 0;
}

static int answered(struct isdn *isdn, struct call *call, int channel, int result)
{
	call->answered_setup = 1;
	if (channel > 0)
		call->channel = channel;
	return done(isdn, result);
}

static struct pri_sr *request(const struct isdn_setup *setup)
{
	struct pri_sr *request = pri_sr_new();

	if (!request)
		return NULL;
	/* libpri's parameters are not const and it only reads them. */
	pri_sr_set_channel(request, setup->channel, setup->exclusive, 0);
	pri_sr_set_bearer(request, setup->capability, PRI_LAYER_1_ALAW);
	pri_sr_set_called(request, (char *)(uintptr_t)setup->called, setup->called_plan, setup->complete);
	if (setup->calling)
		pri_sr_set_caller(request, (char *)(uintptr_t)setup->calling, (char *)(uintptr_t)setup->name, setup->calling_plan,
				  setup->presentation);
	return request;
}

static int set_up(struct isdn *isdn, const struct isdn_setup *setup)
{
	struct pri_sr *asked = request(setup);
	q931_call *libpri = asked ? pri_new_call(isdn->pri) : NULL;
	struct call *call = libpri ? calls_of(isdn, libpri) : NULL;
	int refused = REFUSED;

	if (call) {
		call->answered_setup = 1;
		call->channel = setup->channel;
		refused = pri_setup(isdn->pri, libpri, asked);
	}
	if (asked)
		pri_sr_free(asked);
	if (call && refused)
		call->ended = 1; /* nobody has heard of it */
	if (libpri && refused)
		pri_destroycall(isdn->pri, libpri);
	return refused ? 0 : call->number;
}

int isdn_setup(struct isdn *isdn, long long now, const struct isdn_setup *setup)
{
	int number;

	isdn_enter(isdn, now);
	number = set_up(isdn, setup);
	isdn_leave(isdn);
	return number;
}

int isdn_setup_acknowledge(struct isdn *isdn, long long now, int number, int channel, int inband)
{
	struct call *call = begin(isdn, now, number);

	if (!call)
		return ISDN_GONE;
	return answered(isdn, call, channel, pri_setup_ack(isdn->pri, call->libpri, channel, 0, inband));
}

int isdn_information(struct isdn *isdn, long long now, int number, int digit)
{
	struct call *call = begin(isdn, now, number);

	if (!call)
		return ISDN_GONE;
	return done(isdn, pri_information(isdn->pri, call->libpri, (char)digit));
}

int isdn_proceeding(struct isdn *isdn, long long now, int number, int channel, int inband)
{
	struct call *call = begin(isdn, now, number);

	if (!call)
		return ISDN_GONE;
	return answered(isdn, call, channel, pri_proceeding(isdn->pri, call->libpri, channel, inband));
}

int isdn_progress(struct isdn *isdn, long long now, int number, int cause)
{
	struct call *call = begin(isdn, now, number);

	if (!call)
		return ISDN_GONE;
	return done(isdn, pri_progress_with_cause(isdn->pri, call->libpri, 0, 1, cause));
}

int isdn_alerting(struct isdn *isdn, long long now, int number, int channel, int inband)
{
	struct call *call = begin(isdn, now, number);

	if (!call)
		return ISDN_GONE;
	return answered(isdn, call, channel, pri_acknowledge(isdn->pri, call->libpri, channel, inband));
}

int isdn_connect(struct isdn *isdn, long long now, int number, int channel)
{
	struct call *call = begin(isdn, now, number);

	if (!call)
		return ISDN_GONE;
	return answered(isdn, call, channel, pri_answer(isdn->pri, call->libpri, channel, 0));
}

/* Causes that libpri puts into a RELEASE COMPLETE when they are the first answer to a SETUP. */
static int refuses_at_once(int cause)
{
	switch (cause) {
	case PRI_CAUSE_UNALLOCATED:
	case PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION:
	case PRI_CAUSE_REQUESTED_CHAN_UNAVAIL:
	case PRI_CAUSE_INVALID_CALL_REFERENCE:
	case PRI_CAUSE_IDENTIFIED_CHANNEL_NOTEXIST:
	case PRI_CAUSE_INCOMPATIBLE_DESTINATION:
		return 1;
	default:
		return 0;
	}
}

int isdn_hang_up(struct isdn *isdn, long long now, int number, int cause)
{
	struct call *call = begin(isdn, now, number);

	if (!call)
		return ISDN_GONE;
	if (call->hung_up)
		return done(isdn, 0); /* libpri would go on to RELEASE without waiting for the other side */
	call->hung_up = 1;
	call->cause = cause;
	/* With any other cause libpri sends nothing at all when nothing has been sent before. */
	if (!call->answered_setup && !refuses_at_once(cause))
		(void)pri_proceeding(isdn->pri, call->libpri, 0, 0);
	return done(isdn, pri_hangup(isdn->pri, call->libpri, cause));
}

int isdn_restart(struct isdn *isdn, long long now, int channel)
{
	isdn_enter(isdn, now);
	return done(isdn, pri_reset(isdn->pri, channel));
}
