/* A telephone on a virtual E1 as any libpri program would have it: /dev/dahdi, libpri, and no word of the office.
 *
 *   pri_phone call NUMBER SECONDS   calls it on channel 1, speaks 1004 Hz for SECONDS after the answer, hangs up
 *   pri_phone answer COUNT          answers COUNT calls, speaks 1004 Hz, until the other side hangs up
 *   pri_phone overlap NUMBER        calls it digit by digit, until the other side hangs up
 *   pri_phone refuse CAUSE          refuses one call with that cause
 *
 * The user side, or the network side when PRI_SIDE=network is in the environment.
 *
 * Prints a line for everything that happens. */

#include <dahdi/user.h>
#include <errno.h>
#include <fcntl.h>
#include <libpri.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <unistd.h>

#define BLOCK 160
#define RATE 8000
#define CALLS 31
#define TONE 1004.0
#define LOUD 8000.0
#define LINGER 20 /* steps of 20 ms at most: what was written last must be sent before the device is closed */

struct talk {
	q931_call *call;
	int fd;
	int channel;
	int blocks; /* heard since the answer */
	int sent;
	double power;
	double last_power; /* of the loudest block */
};

static struct pri *pri;
static struct talk talks[CALLS];
static const char *role, *number;
static int seconds, left, link_up, overlapping;

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static void ask(int fd, unsigned long request, int value, const char *what)
{
	if (ioctl(fd, request, &value))
		die(what);
}

static int open_d_channel(void)
{
	struct dahdi_bufferinfo buffers = {
		.txbufpolicy = DAHDI_POLICY_IMMEDIATE, .rxbufpolicy = DAHDI_POLICY_IMMEDIATE, .numbufs = 32, .bufsize = 1024};
	int fd = open("/dev/dahdi/channel", O_RDWR | O_NONBLOCK);

	if (fd < 0)
		die("/dev/dahdi/channel");
	ask(fd, DAHDI_SPECIFY, 16, "DAHDI_SPECIFY 16");
	if (ioctl(fd, DAHDI_SET_BUFINFO, &buffers))
		die("DAHDI_SET_BUFINFO");
	return fd;
}

static int open_channel(int channel)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/dahdi/%d", channel);
	fd = open(path, O_RDWR | O_NONBLOCK);
	if (fd < 0)
		die(path);
	ask(fd, DAHDI_SET_BLOCKSIZE, BLOCK, "DAHDI_SET_BLOCKSIZE");
	ask(fd, DAHDI_AUDIOMODE, 1, "DAHDI_AUDIOMODE");
	ask(fd, DAHDI_SETLINEAR, 1, "DAHDI_SETLINEAR");
	return fd;
}

static struct talk *talk_of(q931_call *call)
{
	for (int i = 0; i < CALLS; i++)
		if (talks[i].call == call)
			return &talks[i];
	return NULL;
}

static struct talk *begin(q931_call *call, int channel)
{
	struct talk *talk = talk_of(NULL);

	if (!talk)
		exit(2);
	*talk = (struct talk){.call = call, .channel = channel & 0xff, .fd = open_channel(channel & 0xff)};
	return talk;
}

static double level(double power)
{
	return power > 0 ? 10 * log10(power / (32768.0 * 32768.0 / 2)) + 3.14 : -99;
}

static void end(q931_call *call, int cause)
{
	struct talk *talk = talk_of(call);

	if (!talk)
		return;
	printf("over channel %d cause %d heard %.0f dBm0\n", talk->channel, cause, level(talk->last_power));
	close(talk->fd);
	talk->call = NULL;
	left--;
}

static void speak(struct talk *talk)
{
	int16_t block[BLOCK];

	for (int i = 0; i < BLOCK; i++)
		block[i] = (int16_t)(LOUD * sin(2 * M_PI * TONE * (talk->sent + i) / RATE));
	if (write(talk->fd, block, sizeof(block)) == sizeof(block))
		talk->sent += BLOCK;
}

static void listen(struct talk *talk)
{
	int16_t block[BLOCK];
	double power = 0;

	if (read(talk->fd, block, sizeof(block)) != sizeof(block))
		return;
	for (int i = 0; i < BLOCK; i++)
		power += (double)block[i] * block[i] / BLOCK;
	if (power > talk->last_power)
		talk->last_power = power;
	talk->blocks++;
	speak(talk);
	if (seconds && talk->blocks == seconds * RATE / BLOCK)
		pri_hangup(pri, talk->call, PRI_CAUSE_NORMAL_CLEARING);
}

static void dial(void)
{
	char first[] = {number[0], '\0'};
	struct pri_sr *request = pri_sr_new();
	q931_call *call = pri_new_call(pri);

	pri_sr_set_channel(request, 1, 1, 0);
	pri_sr_set_bearer(request, PRI_TRANS_CAP_SPEECH, PRI_LAYER_1_ALAW);
	pri_sr_set_called(request, overlapping ? first : (char *)(uintptr_t)number, PRI_UNKNOWN, !overlapping);
	pri_sr_set_caller(request, "82000001", NULL, PRI_UNKNOWN, PRES_ALLOWED_USER_NUMBER_NOT_SCREENED);
	if (pri_setup(pri, call, request))
		exit(3);
	pri_sr_free(request);
	begin(call, 1);
}

static void ring(const pri_event_ring *ring)
{
	printf("ring channel %d called %s calling %s complete %d\n", ring->channel & 0xff, ring->callednum, ring->callingnum,
	       ring->complete);
	begin(ring->call, ring->channel);
	pri_proceeding(pri, ring->call, ring->channel, 0);
	if (!strcmp(role, "refuse")) {
		pri_hangup(pri, ring->call, seconds);
		return;
	}
	pri_acknowledge(pri, ring->call, ring->channel, 0);
	pri_answer(pri, ring->call, ring->channel, 0);
	speak(talk_of(ring->call));
}

static void happened(pri_event *event)
{
	switch (event->e) {
	case PRI_EVENT_DCHAN_UP:
		printf("up\n");
		if (number && !link_up)
			dial();
		link_up = 1;
		break;
	case PRI_EVENT_DCHAN_DOWN:
		printf("down\n");
		break;
	case PRI_EVENT_SETUP_ACK:
		printf("more digits\n");
		for (const char *digit = number + 1; *digit; digit++)
			pri_information(pri, event->setup_ack.call, *digit);
		break;
	case PRI_EVENT_RING:
		ring(&event->ring);
		break;
	case PRI_EVENT_RINGING:
		printf("ringing inband %d\n", !!(event->ringing.progressmask & PRI_PROG_INBAND_AVAILABLE));
		break;
	case PRI_EVENT_ANSWER:
		printf("answered\n");
		talk_of(event->answer.call)->last_power = 0;
		speak(talk_of(event->answer.call));
		break;
	case PRI_EVENT_HANGUP_REQ:
		printf("disconnect cause %d\n", event->hangup.cause);
		pri_hangup(pri, event->hangup.call, event->hangup.cause);
		break;
	case PRI_EVENT_HANGUP:
		end(event->hangup.call, event->hangup.cause);
		pri_hangup(pri, event->hangup.call, event->hangup.cause); /* sends RELEASE COMPLETE */
		break;
	case PRI_EVENT_HANGUP_ACK:
		end(event->hangup.call, event->hangup.cause);
		break;
	default:
		break;
	}
}

static void step(int d_channel)
{
	struct timeval wait = {.tv_usec = 20000}, *next = pri_schedule_next(pri);
	fd_set readable, special;
	int highest = d_channel;
	pri_event *event = NULL;

	FD_ZERO(&readable);
	FD_ZERO(&special);
	FD_SET(d_channel, &readable);
	FD_SET(d_channel, &special);
	for (int i = 0; i < CALLS; i++) {
		if (!talks[i].call)
			continue;
		FD_SET(talks[i].fd, &readable);
		if (talks[i].fd > highest)
			highest = talks[i].fd;
	}
	if (select(highest + 1, &readable, NULL, &special, &wait) < 0)
		die("select");
	if (next)
		event = pri_schedule_run(pri);
	if (event)
		happened(event);
	if (FD_ISSET(d_channel, &special)) {
		int what = 0;

		if (!ioctl(d_channel, DAHDI_GETEVENT, &what) && what)
			printf("event %d\n", what);
	}
	if (FD_ISSET(d_channel, &readable)) {
		event = pri_check_event(pri);
		if (event)
			happened(event);
	}
	for (int i = 0; i < CALLS; i++)
		if (talks[i].call && FD_ISSET(talks[i].fd, &readable))
			listen(&talks[i]);
}

int main(int argc, char **argv)
{
	int d_channel = open_d_channel();
	const char *side;

	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	role = argv[1];
	left = strcmp(role, "answer") ? 1 : atoi(argv[2]);
	if (!strcmp(role, "refuse"))
		seconds = atoi(argv[2]);
	overlapping = !strcmp(role, "overlap");
	if (overlapping || !strcmp(role, "call")) {
		number = argv[2];
		seconds = argc > 3 ? atoi(argv[3]) : 0;
	}
	side = getenv("PRI_SIDE");
	pri = pri_new(d_channel, side && !strcmp(side, "network") ? PRI_NETWORK : PRI_CPE, PRI_SWITCH_EUROISDN_E1);
	if (!pri)
		return 1;
	pri_set_overlapdial(pri, overlapping);
	for (int more = LINGER; more;) {
		step(d_channel);
		more = left ? LINGER : more - 1;
	}
	return 0;
}
