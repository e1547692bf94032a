/* China No.1 uses A-1 for two questions: the next digit of the called number and, after A-6 has asked for the category,
 * the next digit of the calling number until the caller says that it has no more (I-15, I-12 when it is withheld).
 * The library (1.3.3) takes every A-1 for the first. So within the library the second question is A-5, which China does
 * not use in group A, and here the two are told apart. */
#include "line.h"

static const char SHARED = '1', PRIVATE = '5', CATEGORY = '6', TO_GROUP_B = '3';

static int no_more(char signal)
{
	return signal == 'F' || signal == 'C';
}

char meaning_on_wire(struct line *line, char signal)
{
	if (!line->span->shared_a1)
		return signal;
	if (line->forward) {
		if (no_more(signal))
			line->asking_calling = 0;
		return signal;
	}
	if (!line->group_b && signal == PRIVATE)
		return SHARED;
	if (signal == TO_GROUP_B)
		line->group_b = 1;
	return signal;
}

char meaning_for_library(struct line *line, char signal)
{
	if (!line->span->shared_a1 || !line->forward || line->group_b)
		return signal;
	if (signal == CATEGORY)
		line->asking_calling = 1;
	if (signal == TO_GROUP_B)
		line->group_b = 1;
	return line->asking_calling && signal == SHARED ? PRIVATE : signal;
}
