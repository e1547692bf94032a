/* What libpri allocates, kept by the D channel it was for: libpri has no function that gives a D channel back. */

#include <stddef.h>

struct block {
	struct block *previous, *next;
};

struct memory {
	struct block head; /* a ring: of itself when there are none */
	unsigned long long blocks;
	void (*freed)(void *owner, const void *piece); /* libpri is about to give this piece back */
	void *owner;
};

/* Memory of this binding itself, whoever's memory libpri is using now: zeroes, or NULL. */
void *memory_own(size_t size);
void memory_own_free(void *piece);

void memory_begin(struct memory *memory, void (*freed)(void *owner, const void *piece), void *owner);
void memory_end(struct memory *memory);

/* Whose memory libpri's calls in this thread are about, and what time it is for them: set around every call of libpri.
 * Gives what was set before. */
struct memory *memory_use(struct memory *memory);
void clock_use(long long now);
