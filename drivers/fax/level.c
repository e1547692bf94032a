/* Two faults of the library's receivers (libspandsp 0.0.6; seen, not documented) are made good by the level of the other
 * side's control frames. V.17 fails after short trainings below -27 dBm0, so that long lines carry no page: what is heard
 * is made loud enough. And noise above -44 dBm0 passes for a carrier that does not end, so that it never speaks: what is
 * far below the frames is silence. Only valid frames count: clicks, echo and the office's tones do not. */

#include <math.h>
#include <string.h>

#include "level.h"

static const float WANTED = 1460.0f * 1460.0f; /* -24 dBm0 */
static const float LOUDER_AT_MOST = 10.0f;
static const float SILENCE = 0.1f; /* 10 dB below a frame */
enum { FORGOTTEN = 8000 * 4 / LEVEL_PIECE };

static float power_of(const int16_t *piece, int n)
{
    float power = 0.0f;
    for (int i = 0; i < n; i++)
        power += (float) piece[i] * (float) piece[i];
    return power / (float) n;
}

static void amplify(int16_t *piece, int n, float gain)
{
    for (int i = 0; i < n; i++) {
        float x = gain * (float) piece[i];
        piece[i] = (int16_t) (x > 32767.0f ? 32767.0f : x < -32768.0f ? -32768.0f : x);
    }
}

void level_set(struct level *level, int16_t *piece, int n, bool listening)
{
    float power = power_of(piece, n);
    memmove(level->recent, level->recent + 1, sizeof(level->recent) - sizeof(level->recent[0]));
    level->recent[LEVEL_FRAME_PIECES - 1] = power;
    if (listening && ++level->since > FORGOTTEN) /* it may have changed */
        level->frame = 0.0f;
    if (power < level->frame * SILENCE)
        memset(piece, 0, (size_t) n * sizeof(*piece));
    else
        amplify(piece, n, level->gain);
}

void level_by_frame(struct level *level)
{
    float power = 0.0f;
    for (int i = 0; i + 1 < LEVEL_FRAME_PIECES; i++) { /* two in a row: a click is in one, and the last may be half */
        float lesser = fminf(level->recent[i], level->recent[i + 1]);
        power = fmaxf(power, lesser);
    }
    if (power < 1.0f)
        return;
    level->frame = power;
    level->since = 0;
    level->gain = fminf(fmaxf(sqrtf(WANTED / power), 1.0f), LOUDER_AT_MOST);
}
