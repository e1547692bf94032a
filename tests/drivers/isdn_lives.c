/* Lives of two D channels on one wire, for the sanitizers: calls begin and end in any order, and now and then one end
 * is sent a frame that was changed on the way. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isdn.h"

#define LIVES 200
#define STEPS 300
#define TICK 160
#define CALLS 64

static unsigned dice;

static unsigned throw(unsigned sides)
{
	dice = dice * 1103515245u + 12345u;
	return (dice >> 16) % sides;
}

static void carry(struct isdn *from, struct isdn *to, long long now)
{
	unsigned char frame[ISDN_FRAME];
	int length;

	while ((length = isdn_take_frame(from, frame)) > 0) {
		/* Behind the address and the control field, which Python has looked at. */
		if (length > 9 && throw(10) == 0)
			frame[8 + throw((unsigned)length - 8)] ^= 1u << throw(8);
		isdn_receive(to, now, frame, length);
	}
}

static void use(struct isdn *end, long long now, int call)
{
	struct isdn_setup setup = {.channel = 1 + (int)throw(31), .complete = 1, .called = "96688", .calling = "8001", .name = "Wang"};

	switch (throw(8)) {
	case 0:
		(void)isdn_setup(end, now, &setup);
		break;
	case 1:
		(void)isdn_proceeding(end, now, call, 0, 1);
		break;
	case 2:
		(void)isdn_alerting(end, now, call, 0, 1);
		break;
	case 3:
		(void)isdn_connect(end, now, call, 0);
		break;
	case 4:
		(void)isdn_restart(end, now, 1 + (int)throw(31));
		break;
	case 5:
		(void)isdn_information(end, now, call, '5');
		break;
	default:
		(void)isdn_hang_up(end, now, call, 1 + (int)throw(127));
	}
}

static void listen(struct isdn *end)
{
	struct isdn_event event;
	char line[256];

	while (isdn_take_event(end, &event))
		;
	while (isdn_take_line(end, line, sizeof(line)))
		;
}

static void live(int trace)
{
	struct isdn *ends[] = {isdn_open(1, 5, 0), isdn_open(0, 5, 0)};
	long long now = 0;

	if (!ends[0] || !ends[1])
		abort();
	isdn_set_trace(ends[0], trace);
	for (int step = 0; step < STEPS; step++) {
		now += TICK * (throw(20) ? 1 : 100);
		for (int end = 0; end < 2; end++) {
			isdn_advance(ends[end], now);
			use(ends[end], now, 1 + (int)throw(CALLS));
			carry(ends[end], ends[!end], now);
			listen(ends[end]);
		}
	}
	isdn_close(ends[0]);
	isdn_close(ends[1]);
}

int main(void)
{
	for (dice = 1; dice <= LIVES;) {
		unsigned life = dice;

		live(life % 2 == 0);
		dice = life + 1;
	}
	printf("%d lives\n", LIVES);
	return 0;
}
