/* The register signals of R2: two of six frequencies each way (ITU-T Q.441), -11.5 dBm0 each (Q.454). */
#include <math.h>
#include <string.h>

#include "line.h"

static const float LEVEL = -11.5f, FULL_SCALE = 3.14f; /* dBm0 */
static const double RATE = 8000.0;
static const int FORWARD = 1380, BACKWARD = 1140, STEP = 120;

/* Signals 1 to 15 in the library's letters, and the two frequencies of each, counted from the first. */
static const char SIGNALS[] = "1234567890BCDEF";
static const char PAIRS[][2] = {
	{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}, {0, 4}, {1, 4},
	{2, 4}, {3, 4}, {0, 5}, {1, 5}, {2, 5}, {3, 5}, {4, 5},
};

void tone_begin(struct line *line, char signal)
{
	line->signal = strchr(SIGNALS, signal) ? signal : 0;
	line->signal_age = 0;
	line->phase[0] = line->phase[1] = 0.0;
}

static double frequency(const struct line *line, int which)
{
	int index = PAIRS[strchr(SIGNALS, line->signal) - SIGNALS][which];

	return (line->forward ? FORWARD + STEP * index : BACKWARD - STEP * index) + (double)line->fault.shift;
}

/* A rotating phasor: the sine of every sample would cost more than all the rest of a span. */
static void add(struct line *line, int which, double amplitude, int16_t *samples, int count)
{
	double step = 2.0 * M_PI * frequency(line, which) / RATE;
	double s = sin(line->phase[which]), c = cos(line->phase[which]), ds = sin(step), dc = cos(step);

	for (int i = 0; i < count; i++) {
		double next = s * dc + c * ds;

		samples[i] = (int16_t)lrint(samples[i] + amplitude * s);
		c = c * dc - s * ds;
		s = next;
	}
	line->phase[which] = fmod(line->phase[which] + step * count, 2.0 * M_PI);
}

/* How many of the next samples the signal lasts. */
static int lasting(const struct line *line, int count)
{
	int64_t left = line->fault.pulse - line->signal_age;

	if (!line->signal)
		return 0;
	if (!line->fault.pulse || left > count)
		return count;
	return left > 0 ? (int)left : 0;
}

void tone_make(struct line *line, int16_t *samples, int count)
{
	double amplitude = 32767.0 * pow(10.0, (double)(LEVEL + line->fault.level - FULL_SCALE) / 20.0);
	int sounding = lasting(line, count);

	memset(samples, 0, (size_t)count * sizeof(*samples));
	line->signal_age += count;
	if (sounding)
		for (int which = 0; which < 2; which++)
			add(line, which, fmin(amplitude, 16383.0), samples, sounding);
}
