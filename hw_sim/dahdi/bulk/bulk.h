/* One tick of many open lines in one call: the one text that the compiler and cffi read. */

#define BULK_TICK 160

/* Blocks after which an event that was raised and neither waits in the socket nor was taken is raised again. */
#define BULK_UNSEEN 5

/* news of a line, for the slow road */
#define NEWS_UNDERRUN 1 /* it was sending, and the program has not written enough */
#define NEWS_OVERRUN 2  /* a block was dropped, for the first time since there was room */

struct bulk_line {
	int fd;
	int row;
	int linear;          /* 16-bit samples, or codes */
	const uint8_t *encode; /* 65536 codes by sample */
	const int16_t *decode; /* 256 samples by code */
	int16_t idle;        /* what the line sends when its program sends nothing */
	uint16_t generation;
	uint8_t read_error;  /* for the header of every block */
	uint8_t write_error;
	int capacity;        /* blocks that may wait for the program */
	int each;            /* kernel memory that a block takes while it waits */
	int byte;            /* that an out-of-band byte takes */
	int slack;           /* by out-of-band bytes that may still be in the socket */
	int raised;          /* an out-of-band byte is on its way, or taken and not yet answered for */
	int unseen;          /* blocks since it should have been seen */
	int sending;
	int late;            /* a block was dropped, and there was no room since */
	int news;
	uint64_t overruns;
	uint64_t underruns;
	uint64_t lost_blocks; /* in a row, since there was room */
};

/* 160 samples from each line's program into its row of tx, int16 (rows, 160). Gives how many lines have news. */
int bulk_collect(struct bulk_line **lines, int count, int16_t *tx);

/* 160 samples of each line's row of rx to its program. Gives how many lines have news. */
int bulk_deliver(struct bulk_line **lines, int count, const int16_t *rx);

/* How many of the lines are not ready for the next tick: something unread, or (sending) less than a tick written. */
int bulk_behind(struct bulk_line **lines, int count);

/* One block to the program: `length` bytes of data, then `fill` more of nothing. 1: it has gone, 0: it was dropped. */
int line_send(struct bulk_line *line, const uint8_t *data, int length, int fill);

/* Up to so many bytes of what the program wrote. 0: nothing there, or closed. */
int line_take(struct bulk_line *line, uint8_t *to, int size);

/* Make POLLPRI true, once, until the program says that it took the byte. */
void line_raise(struct bulk_line *line);

int line_written(const struct bulk_line *line); /* bytes written and not taken yet */
int line_unread(const struct bulk_line *line);  /* kernel memory that the program has not read */
