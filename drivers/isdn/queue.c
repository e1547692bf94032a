#include "queue.h"

#include <string.h>

#include "memory.h"

void queue_put(struct queue *queue, const void *data, size_t length)
{
	struct entry *entry = NULL;

	if (queue->waiting < queue->most)
		entry = memory_own(sizeof(*entry) + length);
	if (!entry) {
		queue->lost++;
		return;
	}
	entry->next = NULL;
	entry->length = length;
	memcpy(entry->data, data, length);
	if (queue->last)
		queue->last->next = entry;
	else
		queue->first = entry;
	queue->last = entry;
	queue->waiting++;
}

size_t queue_take(struct queue *queue, void *data, size_t room)
{
	struct entry *entry = queue->first;
	size_t length;

	if (!entry)
		return 0;
	length = entry->length;
	memcpy(data, entry->data, length < room ? length : room);
	queue->first = entry->next;
	if (!queue->first)
		queue->last = NULL;
	queue->waiting--;
	memory_own_free(entry);
	return length;
}

void queue_clear(struct queue *queue)
{
	struct entry *entry = queue->first;

	while (entry) {
		struct entry *next = entry->next;

		memory_own_free(entry);
		entry = next;
	}
	queue->first = queue->last = NULL;
	queue->waiting = 0;
}
