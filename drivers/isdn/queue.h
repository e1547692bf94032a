/* What came out of libpri and waits to be taken, oldest first. */

#include <stddef.h>

struct entry {
	struct entry *next;
	size_t length;
	unsigned char data[];
};

struct queue {
	struct entry *first, *last;
	unsigned waiting;
	unsigned most; /* more than these are lost, and counted */
	unsigned long long lost;
};

void queue_put(struct queue *queue, const void *data, size_t length);
/* The oldest one, cut to `room`. Gives its length before that; 0: there is none. */
size_t queue_take(struct queue *queue, void *data, size_t room);
void queue_clear(struct queue *queue);
