/* libpri as a part without I/O: frames and time go in, frames and events come out. The one text that the compiler and
 * cffi read. Time is a count of samples at 8 kHz; a call is a number that is never used twice. */

#define ISDN_TEXT 256  /* bytes of a text in an event, its end included */
#define ISDN_FRAME 512 /* bytes of the longest frame, without check sequence */

struct isdn;

struct isdn_event {
	int kind; /* PRI_EVENT_... of libpri */
	int call; /* 0: of no call */
	int channel;
	int reference; /* the call reference value, with libpri's flag of the side that chose it */
	int cause;     /* Q.850; -1: none */
	int progress;  /* a bit for each progress indicator: PRI_PROG_... */
	int flexible;  /* another channel may be chosen */
	int complete;  /* no more digits will come */
	int called_plan;
	int calling_plan;
	int presentation;
	int capability;
	char called[ISDN_TEXT]; /* or more digits, or the text of an error */
	char calling[ISDN_TEXT];
	char name[ISDN_TEXT];
	char redirecting[ISDN_TEXT];
};

struct isdn_setup {
	int channel;
	int exclusive;
	int complete;
	int called_plan;
	int calling_plan;
	int presentation;
	int capability;
	const char *called;
	const char *calling; /* NULL: no calling number is sent */
	const char *name;    /* NULL: none */
};

struct isdn_counts {
	unsigned long long blocks; /* pieces of memory that libpri holds */
	unsigned long long lost_frames;
	unsigned long long lost_events;
	unsigned long long lost_lines;
};

/* NULL: no memory. */
struct isdn *isdn_open(int network, int switch_type, long long now);
/* Everything that libpri took for it is given back. */
void isdn_close(struct isdn *isdn);

/* timer: libpri's name, "T309"; -1: it has none of that name. value: ms, or a count. */
int isdn_set_timer(struct isdn *isdn, const char *timer, int value);
void isdn_set_trace(struct isdn *isdn, int on);
void isdn_set_inband_disconnect(struct isdn *isdn, int on);

/* One frame without its check sequence, already looked at; 3 bytes at least. */
void isdn_receive(struct isdn *isdn, long long now, const unsigned char *frame, int length);
/* Timers that have run out. */
void isdn_advance(struct isdn *isdn, long long now);
/* The sample at which the next timer runs out; -1: none runs. */
long long isdn_deadline(struct isdn *isdn);

/* What came out, oldest first. The length, or 0: nothing. */
int isdn_take_frame(struct isdn *isdn, unsigned char *frame);
int isdn_take_event(struct isdn *isdn, struct isdn_event *event);
int isdn_take_line(struct isdn *isdn, char *line, int room);
void isdn_count(struct isdn *isdn, struct isdn_counts *counts);

/* The number of the new call; 0: refused. */
int isdn_setup(struct isdn *isdn, long long now, const struct isdn_setup *setup);

#define ISDN_GONE -2 /* there is no such call any more */

/* 0, -1: libpri refuses, or ISDN_GONE. channel 0: as it is. inband: tones or speech can be heard on the channel. */
int isdn_setup_acknowledge(struct isdn *isdn, long long now, int call, int channel, int inband);
int isdn_information(struct isdn *isdn, long long now, int call, int digit);
int isdn_proceeding(struct isdn *isdn, long long now, int call, int channel, int inband);
int isdn_progress(struct isdn *isdn, long long now, int call, int cause);
int isdn_alerting(struct isdn *isdn, long long now, int call, int channel, int inband);
int isdn_connect(struct isdn *isdn, long long now, int call, int channel);
int isdn_hang_up(struct isdn *isdn, long long now, int call, int cause);
int isdn_restart(struct isdn *isdn, long long now, int channel);
