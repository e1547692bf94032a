/* The library's register signals: its own receiver, our generator, and in between what goes over the wire. */
#include <stddef.h>
#include <stdint.h>

#include "line.h"

/* The library's own receiver; its header is not installed. */
void *openr2_mf_rx_init(void *state, int forward);
int openr2_mf_rx(void *state, const int16_t samples[], int count);

static void *begin_sending(void *handle, int forward)
{
	struct line *line = handle;

	line->forward = forward;
	line->registering = 1;
	line->group_b = line->asking_calling = 0;
	line->progress = line->span->now;
	tone_begin(line, 0);
	return line;
}

static int choose(void *handle, char signal)
{
	struct line *line = handle;
	char wire = signal ? meaning_on_wire(line, signal) : 0;

	if (wire && line->instead) {
		wire = line->instead;
		line->instead = 0;
	}
	line->progress = line->span->now;
	tone_begin(line, wire);
	return 0;
}

static int wants_to_send(void *handle, int signal)
{
	(void)handle;
	return signal != 0;
}

static int generate(void *handle, int16_t samples[], int count)
{
	tone_make(handle, samples, count);
	return count;
}

static void *begin_hearing(void *state, int forward)
{
	at_work->heard_signal = 0;
	return openr2_mf_rx_init(state, forward);
}

static int detect(void *state, const int16_t samples[], int count)
{
	struct line *line = at_work;
	int signal = openr2_mf_rx(state, samples, count);

	if (signal < 0)
		return signal;
	if (signal && signal == line->heard_signal)
		return meaning_for_library(line, (char)signal);
	if (signal != line->heard_signal)
		line->progress = line->span->now;
	line->heard_signal = (char)signal;
	return signal ? meaning_for_library(line, (char)signal) : 0;
}

openr2_mflib_interface_t register_signals = {
	.mf_read_init = begin_hearing,
	.mf_write_init = begin_sending,
	.mf_detect_tone = detect,
	.mf_generate_tone = generate,
	.mf_select_tone = choose,
	.mf_want_generate = wants_to_send,
};
