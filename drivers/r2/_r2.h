/* What crosses into Python: own functions and own small structs only. The compiler and cffi's cdef read this one text
 * (no directives here, please). Times are samples of the span's clock, bits are ABCD with A as 8, codes are A-law. */

enum r2_limits { R2_SLOTS = 31, R2_TICK = 160, R2_NUMBER = 80 };

enum r2_kind { /* what happened on a circuit; `value` is said behind each */
	R2_SEIZED,
	R2_DIGIT,        /* of the called number, as a character */
	R2_OFFERED,      /* category (enum r2_category) */
	R2_ACCEPTED,     /* charge mode */
	R2_ANSWERED,
	R2_DISCONNECTED, /* cause */
	R2_ENDED,
	R2_FAILED,       /* reason: r2_reason() has words for it */
	R2_BLOCKED,
	R2_UNBLOCKED,
	R2_METERED,
	R2_STALLED
};

struct r2_event {
	int kind;
	int slot;
	int value;
	int withheld;
	int64_t at;
	char calling[80];
	char called[80];
};

enum r2_setting {
	R2_ANI_FIRST, R2_SKIP_CATEGORY, R2_IMMEDIATE_ACCEPT, R2_DOUBLE_ANSWER, R2_THRESHOLD, R2_BACKWARD_TIME,
	R2_METERING_TIME, R2_PATIENCE, R2_SHARED_A1
};

struct r2_fault { /* what is wrong with the register signals that a circuit sends; all zero: nothing */
	float level;  /* dB more */
	float shift;  /* Hz more, both frequencies */
	int pulse;    /* samples after which a signal ends by itself; 0: when it is acknowledged */
	int deaf;     /* hears no register signal */
	int stuck;    /* the line's bits stay as they are */
};

struct r2_span;

/* NULL: no memory, or the library has no such variant. Called number and calling number up to so many digits. */
struct r2_span *r2_span_new(const char *variant, int calling, int called, void *owner);
void r2_span_free(struct r2_span *span);
void r2_span_set(struct r2_span *span, int setting, int value);
int r2_span_define(struct r2_span *span, const char *file); /* r2proto.conf; -1: cannot be read */
int r2_span_add(struct r2_span *span, int slot);            /* -1: the library refuses */

/* Verbs: 0, or -1 when the circuit is in no state for it. */
int r2_call(struct r2_span *span, int slot, const char *calling, const char *called, int category);
int r2_accept(struct r2_span *span, int slot, int mode);
int r2_answer(struct r2_span *span, int slot, int twice);
int r2_disconnect(struct r2_span *span, int slot, int cause);
int r2_idle(struct r2_span *span, int slot);
int r2_block(struct r2_span *span, int slot);
void r2_say_instead(struct r2_span *span, int slot, char signal); /* the next backward signal becomes this one */
void r2_break(struct r2_span *span, int slot, struct r2_fault fault);

/* What comes from the span. */
void r2_clock(struct r2_span *span, int64_t now);
void r2_bits(struct r2_span *span, int slot, int bits);
void r2_alarm(struct r2_span *span, int on);

/* 160 samples of all slots, (31, 160) both ways. Gives a mask of the slots (bit 0: slot 1) whose `sent` counts. */
uint32_t r2_tick(struct r2_span *span, const uint8_t *heard, uint8_t *sent);

/* What came of all that. */
int r2_next_event(struct r2_span *span, struct r2_event *event); /* 0: none is left */
uint32_t r2_changed_bits(struct r2_span *span);                  /* mask of slots whose bits have changed since */
int r2_sent_bits(struct r2_span *span, int slot);
int r2_free(struct r2_span *span, int slot);                     /* could a call begin here? */
int r2_busy(struct r2_span *span);                               /* circuits that cost time at the next tick */
int64_t r2_lost_events(struct r2_span *span);

const char *r2_reason(int reason);
const char *r2_state(struct r2_span *span, int slot); /* the library's words, for a log */
