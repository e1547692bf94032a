/* libpri's memory and clock: the linker sends its calls of these functions here (-Wl,--wrap). */

#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#define RATE 8000
#define SAMPLE_US (1000000 / RATE)

/* A block's size with what aligns the piece after it as malloc would. */
#define HEAD ((sizeof(struct block) + 15) / 16 * 16)

/* The real ones: this file is linked with the same wrapping. */
void *__real_calloc(size_t count, size_t size);
void __real_free(void *piece);

static _Thread_local struct memory *used;
static _Thread_local long long sample;

struct memory *memory_use(struct memory *memory)
{
	struct memory *before = used;

	used = memory;
	return before;
}

void clock_use(long long now)
{
	sample = now;
}

void *memory_own(size_t size)
{
	return __real_calloc(1, size);
}

void memory_own_free(void *piece)
{
	__real_free(piece);
}

void memory_begin(struct memory *memory, void (*freed)(void *owner, const void *piece), void *owner)
{
	memory->head.previous = memory->head.next = &memory->head;
	memory->blocks = 0;
	memory->freed = freed;
	memory->owner = owner;
}

void memory_end(struct memory *memory)
{
	struct block *block = memory->head.next;

	while (block != &memory->head) {
		struct block *next = block->next;

		__real_free(block);
		block = next;
	}
}

void *__wrap_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void __wrap_free(void *piece);
int __wrap_gettimeofday(struct timeval *now, void *zone);
time_t __wrap_time(time_t *now);
long __wrap_random(void);

void *__wrap_calloc(size_t count, size_t size)
{
	struct block *block;

	if (!used)
		return __real_calloc(count, size);
	if (size && count > (SIZE_MAX - HEAD) / size)
		return NULL;
	block = __real_calloc(1, HEAD + count * size);
	if (!block)
		return NULL;
	block->next = used->head.next;
	block->previous = &used->head;
	block->next->previous = block;
	block->previous->next = block;
	used->blocks++;
	return (char *)block + HEAD;
}

void *__wrap_malloc(size_t size)
{
	/* Zeroes: what libpri does must not depend on what the memory held before. */
	return __wrap_calloc(1, size);
}

void __wrap_free(void *piece)
{
	struct block *block;

	if (!used || !piece) {
		__real_free(piece);
		return;
	}
	used->freed(used->owner, piece);
	block = (struct block *)((char *)piece - HEAD);
	block->previous->next = block->next;
	block->next->previous = block->previous;
	used->blocks--;
	__real_free(block);
}

int __wrap_gettimeofday(struct timeval *now, void *zone)
{
	(void)zone;
	now->tv_sec = sample / RATE;
	now->tv_usec = sample % RATE * SAMPLE_US;
	return 0;
}

time_t __wrap_time(time_t *now)
{
	time_t seconds = sample / RATE;

	if (now)
		*now = seconds;
	return seconds;
}

long __wrap_random(void)
{
	return 1; /* only for TEI assignment, which primary rate access has none of */
}
