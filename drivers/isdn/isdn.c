/* A D channel of libpri between two queues. */

#include <string.h>
#include <sys/time.h>

#include "private.h"

#define FCS 2 /* bytes that libpri expects after a frame it reads, and leaves room for after one it writes */
#define MOST_FRAMES 4096
#define MOST_EVENTS 4096
#define MOST_LINES 1024
#define RATE 8000
#define SAMPLE_US (1000000 / RATE)
/* Not its dumps of frames: they read beyond the end of elements that are too short. */
#define TRACE (PRI_DEBUG_Q921_STATE | PRI_DEBUG_Q931_STATE | PRI_DEBUG_Q931_ANOMALY)

static int read_frame(struct pri *pri, void *buffer, int room)
{
	struct isdn *isdn = pri_get_userdata(pri);
	int length = isdn->incoming_length + FCS;

	if (!isdn->incoming || length > room)
		return 0;
	memcpy(buffer, isdn->incoming, isdn->incoming_length);
	memset((char *)buffer + isdn->incoming_length, 0, FCS);
	isdn->incoming = NULL;
	return length;
}

static int write_frame(struct pri *pri, void *frame, int length)
{
	struct isdn *isdn = pri_get_userdata(pri);

	queue_put(&isdn->frames, frame, (size_t)(length - FCS));
	return length;
}

/* libpri has one place for all its D channels to print at. */
static void print(struct pri *pri, char *line)
{
	struct isdn *isdn = pri ? pri_get_userdata(pri) : NULL;
	size_t length = strlen(line);

	if (isdn && length)
		queue_put(&isdn->lines, line, length);
}

void isdn_enter(struct isdn *isdn, long long now)
{
	(void)memory_use(&isdn->memory);
	clock_use(now);
}

void isdn_leave(struct isdn *isdn)
{
	(void)memory_use(NULL);
	calls_sweep(isdn);
}

struct isdn *isdn_open(int network, int switch_type, long long now)
{
	struct isdn *isdn = memory_own(sizeof(*isdn));

	if (!isdn)
		return NULL;
	isdn->frames.most = MOST_FRAMES;
	isdn->events.most = MOST_EVENTS;
	isdn->lines.most = MOST_LINES;
	memory_begin(&isdn->memory, calls_freed, isdn);
	pri_set_message(print);
	pri_set_error(print);
	isdn_enter(isdn, now);
	isdn->pri = pri_new_cb(-1, network ? PRI_NETWORK : PRI_CPE, switch_type, read_frame, write_frame, isdn);
	if (isdn->pri) {
		pri_hangup_fix_enable(isdn->pri, 1);
		pri_set_overlapdial(isdn->pri, 1); /* else it takes every number for complete, and never says that ours is */
	}
	isdn_leave(isdn);
	if (!isdn->pri) {
		isdn_close(isdn);
		return NULL;
	}
	return isdn;
}

void isdn_close(struct isdn *isdn)
{
	memory_end(&isdn->memory);
	calls_clear(isdn);
	queue_clear(&isdn->frames);
	queue_clear(&isdn->events);
	queue_clear(&isdn->lines);
	memory_own_free(isdn);
}

int isdn_set_timer(struct isdn *isdn, const char *timer, int value)
{
	return pri_set_timer(isdn->pri, pri_timer2idx(timer), value);
}

void isdn_set_trace(struct isdn *isdn, int on)
{
	pri_set_debug(isdn->pri, on ? TRACE : 0);
}

void isdn_set_inband_disconnect(struct isdn *isdn, int on)
{
	pri_set_inbanddisconnect(isdn->pri, on ? 1 : 0);
}

static void run_timers(struct isdn *isdn)
{
	pri_event *event = pri_schedule_run(isdn->pri);

	while (event) {
		events_tell(isdn, event);
		calls_sweep(isdn);
		event = pri_schedule_run(isdn->pri);
	}
}

void isdn_receive(struct isdn *isdn, long long now, const unsigned char *frame, int length)
{
	pri_event *event;

	isdn_enter(isdn, now);
	isdn->incoming = frame;
	isdn->incoming_length = length;
	event = pri_check_event(isdn->pri);
	isdn->incoming = NULL;
	if (event)
		events_tell(isdn, event);
	isdn_leave(isdn);
}

void isdn_advance(struct isdn *isdn, long long now)
{
	isdn_enter(isdn, now);
	run_timers(isdn);
	isdn_leave(isdn);
}

long long isdn_deadline(struct isdn *isdn)
{
	const struct timeval *next = pri_schedule_next(isdn->pri);

	if (!next)
		return -1;
	return (long long)next->tv_sec * RATE + (next->tv_usec + SAMPLE_US - 1) / SAMPLE_US;
}

int isdn_take_frame(struct isdn *isdn, unsigned char *frame)
{
	return (int)queue_take(&isdn->frames, frame, ISDN_FRAME);
}

int isdn_take_event(struct isdn *isdn, struct isdn_event *event)
{
	return (int)queue_take(&isdn->events, event, sizeof(*event));
}

int isdn_take_line(struct isdn *isdn, char *line, int room)
{
	return (int)queue_take(&isdn->lines, line, (size_t)room);
}

void isdn_count(struct isdn *isdn, struct isdn_counts *counts)
{
	counts->blocks = isdn->memory.blocks;
	counts->lost_frames = isdn->frames.lost;
	counts->lost_events = isdn->events.lost;
	counts->lost_lines = isdn->lines.lost;
}
