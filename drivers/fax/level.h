/* How loud the other side is, and what is made of it before the library hears it. See level.c. */

#ifndef FAX_LEVEL_H
#define FAX_LEVEL_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LEVEL_PIECE = 160,      /* samples at a time, at most */
    LEVEL_FRAME_PIECES = 4, /* of the end of a frame */
};

/* Powers are squares of samples. Begins with gain 1 and all others 0. */
struct level {
    float recent[LEVEL_FRAME_PIECES]; /* powers of the last pieces */
    float frame;                      /* power of the last frame, 0: not known */
    float gain;
    int since; /* pieces of listening for frames since the last one */
};

/* A piece of sound as the library is to hear it. listening: for control frames, not for a page. */
void level_set(struct level *level, int16_t *piece, int n, bool listening);
/* A valid frame has just been heard. */
void level_by_frame(struct level *level);

#endif
