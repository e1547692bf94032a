/* What crosses into Python: own functions and own small structs only. The compiler and cffi's cdef read this one text
 * (no directives here, please). Every function that can fail gives -errno. Times are nanoseconds of a monotonic clock,
 * samples are counted from ls_start. */

struct ls_pollfd { /* laid out as struct pollfd */
	int fd;
	short events;
	short revents;
};

/* The system calls, replaceable so that a test can be the kernel. Each sets errno and gives -1 as the real one does. */
struct ls_sys {
	int (*open)(const char *path, int flags);
	int (*close)(int fd);
	long (*read)(int fd, void *buffer, unsigned long size);
	long (*write)(int fd, const void *buffer, unsigned long size);
	int (*ioctl)(int fd, unsigned long request, void *argument);
	int (*poll)(struct ls_pollfd *fds, unsigned long count, int milliseconds);
	int64_t (*clock)(void);
};

enum ls_call { LS_OPEN, LS_CLOSE, LS_READ, LS_WRITE, LS_IOCTL, LS_POLL, LS_CALLS };

void ls_use(const struct ls_sys *sys);          /* NULL: the operating system again */
void ls_fail(int call, int nth, int error);     /* make the nth call from now of that kind fail once; nth 0: never */
void ls_set_errno(int error);                   /* for a Python function in the table */
int ls_poll_in(void);                           /* POLLIN and POLLPRI of this system */
int ls_poll_pri(void);

struct ls_tables { /* G.711, one for each law: 256 samples by code, 65536 codes by the bits of a sample */
	const int16_t *expand[2];
	const uint8_t *compress[2]; /* [0] A-law, [1] mu-law */
};

struct ls_place { /* where opening failed */
	int channel;
	const char *step;
};

struct ls_info { /* one line as the kernel knows it */
	int channel, span, signalling, law, alarms, off_hook; /* law: 0 A-law, 1 mu-law */
	char name[40];
};

struct ls_event { /* code: DAHDI's event number */
	int line, code;
};

struct ls_tick {
	int64_t lost;   /* samples lost before this tick */
	int events;     /* how many were stored */
	int waited;     /* 1: the blocks completed while we waited: we are in time */
};

struct ls_counters {
	int64_t ticks, lost_samples, rx_overruns, tx_underruns, tx_dropped, short_blocks, missed_blocks, dropped_events;
	int64_t stalls, dead_lines;
};

struct ls_card;

/* Opens and prepares channels: blocks of 160, `buffers` of them each way. NULL when one cannot be had; *error is -errno. */
struct ls_card *ls_open(const int *channels, int lines, int buffers, int prefill, const struct ls_tables *tables,
			int *error, struct ls_place *place);
int ls_info(struct ls_card *card, int line, struct ls_info *info);
int ls_ask(int channel, struct ls_info *info); /* without opening it: also while another program holds it */

/* Waits for the next block of every living line (starts the card at the first call). rx: int16 [lines][160]; a line that
 * is dead or does not deliver is silent. Never fails: what went wrong is in the events and counters. */
void ls_read(struct ls_card *card, int16_t *rx, struct ls_event *events, int room, struct ls_tick *tick);
void ls_write(struct ls_card *card, const int16_t *tx);
int ls_hook(struct ls_card *card, int line, int off_hook);
int ls_alive(struct ls_card *card, int line);
void ls_count(struct ls_card *card, struct ls_counters *counters);
void ls_close(struct ls_card *card);
