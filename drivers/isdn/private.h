/* What the files of this binding share. */

#include <libpri.h>
#include <stdint.h>

#include "isdn.h"
#include "memory.h"
#include "queue.h"

/* A call that libpri has told of or that we have set up. */
struct call {
	struct call *next;
	q931_call *libpri;
	int number;
	int channel;
	int answered_setup; /* something has been sent in reply to its SETUP, or the SETUP was ours */
	int hung_up;        /* by us */
	int cause;
	int gone;  /* libpri has given it back */
	int ended; /* its end has been told */
};

struct isdn {
	struct memory memory;
	struct pri *pri;
	struct call *calls;
	int last_number;
	const unsigned char *incoming; /* a frame for libpri to read */
	int incoming_length;
	struct queue frames, events, lines;
};

/* Around every use of libpri. */
void isdn_enter(struct isdn *isdn, long long now);
void isdn_leave(struct isdn *isdn);

struct call *calls_find(struct isdn *isdn, int number);
/* The call of that pointer; made when there is none. NULL: no call has it, or no memory. */
struct call *calls_of(struct isdn *isdn, q931_call *libpri);
/* The same for a call that may be gone already. NULL: none. */
struct call *calls_ending(struct isdn *isdn, const q931_call *libpri);
/* libpri's hook: a piece of memory is given back, perhaps a call. */
void calls_freed(void *isdn, const void *piece);
/* Tell of calls that have ended without an event of libpri, and forget those that are gone. */
void calls_sweep(struct isdn *isdn);
void calls_clear(struct isdn *isdn);
/* A channel is restarted (-1: all): its calls are over. */
void calls_restart(struct isdn *isdn, int channel);

/* What libpri tells, told in our words, and what it then expects, done. */
void events_tell(struct isdn *isdn, const pri_event *event);
void events_ended(struct isdn *isdn, struct call *call);
