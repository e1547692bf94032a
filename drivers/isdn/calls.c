/* Calls by numbers: libpri's pointers are used again as soon as a call is over, a number never is. */

#include "private.h"

#define BEARERS 0xff /* of an encoded channel: the channel without its span */

struct call *calls_find(struct isdn *isdn, int number)
{
	for (struct call *call = isdn->calls; call; call = call->next)
		if (call->number == number && !call->gone)
			return call;
	return NULL;
}

struct call *calls_ending(struct isdn *isdn, const q931_call *libpri)
{
	for (struct call *call = isdn->calls; call; call = call->next)
		if (call->libpri == libpri)
			return call;
	return NULL;
}

struct call *calls_of(struct isdn *isdn, q931_call *libpri)
{
	struct call *call = calls_ending(isdn, libpri);

	if (call && !call->gone)
		return call;
	if (!libpri || pri_is_dummy_call(libpri))
		return NULL;
	call = memory_own(sizeof(*call));
	if (!call)
		return NULL;
	call->libpri = libpri;
	call->number = ++isdn->last_number;
	call->cause = -1;
	call->next = isdn->calls;
	isdn->calls = call;
	return call;
}

void calls_freed(void *isdn, const void *piece)
{
	for (struct call *call = ((struct isdn *)isdn)->calls; call; call = call->next)
		if (call->libpri == piece)
			call->gone = 1;
}

void calls_sweep(struct isdn *isdn)
{
	struct call **link = &isdn->calls;

	while (*link) {
		struct call *call = *link;

		if (!call->gone) {
			link = &call->next;
			continue;
		}
		if (!call->ended)
			events_ended(isdn, call);
		*link = call->next;
		memory_own_free(call);
	}
}

void calls_clear(struct isdn *isdn)
{
	while (isdn->calls) {
		struct call *call = isdn->calls;

		isdn->calls = call->next;
		memory_own_free(call);
	}
}

void calls_restart(struct isdn *isdn, int channel)
{
	for (struct call *call = isdn->calls; call; call = call->next)
		if (!call->gone && (channel == -1 || (call->channel & BEARERS) == (channel & BEARERS)))
			pri_destroycall(isdn->pri, call->libpri);
}
