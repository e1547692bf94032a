/* What the C side of drivers.fax offers to Python: the compiler and cffi read this one text.
 *
 * A terminal is one T.30 session of libspandsp on sound, 8 kHz int16. Time is counted in samples: call fax_hear and
 * fax_speak with the same number of samples in turn. What happens is queued as events. Not for several threads at once.
 */

enum {
    FAX_EVENTS = 256, /* how many a queue holds; what comes when it is full is counted as lost */
    FAX_OCTETS = 264, /* of a frame, or of a line of the log */
};

enum fax_kind {
    FAX_PHASE_B = 1, /* the far end has said who it is and what it can do; code: its frame (FCF), octets: its ident */
    FAX_PHASE_D,     /* a page is over; code: the frame that answers for it (FCF) */
    FAX_PHASE_E,     /* the session is over; code: status */
    FAX_FRAME,       /* a frame of control; outgoing, octets: address, control, FCF, the rest */
    FAX_LOG,         /* a line of the library's log; code: severity */
};

typedef struct {
    int bit_rate;
    int ecm;
    int pages_sent;
    int pages_received;
    int x_resolution; /* pixels per metre */
    int y_resolution;
    int width;
    int length;
    int image_size; /* octets */
    int encoding;
    int bad_rows;
    int longest_bad_run;
    int ecm_retries;
} fax_statistics;

typedef struct {
    int kind;
    int code;
    int outgoing;
    int count; /* of octets */
    int64_t at; /* samples heard when it happened */
    fax_statistics statistics;
    uint8_t octets[264];
} fax_event;

typedef struct {
    int calling;
    const char *send;    /* TIFF file or NULL */
    const char *receive; /* TIFF file or NULL */
    const char *ident;
    const char *header;
    int ecm;
    int modems;
    int most_pages;    /* 0: no limit */
    int not_ready;     /* how often it answers "receiver not ready" */
    int scan_line;     /* milliseconds that it needs for a row */
    int talker_echo;   /* send a tone against echo suppressors before an image */
    int log;           /* severity, 0: none */
} fax_options;

typedef struct fax_terminal fax_terminal;

/* NULL: no memory, or an option that the library refuses. */
fax_terminal *fax_open(const fax_options *options);
void fax_close(fax_terminal *terminal);
void fax_hear(fax_terminal *terminal, const int16_t *samples, int count);
void fax_speak(fax_terminal *terminal, int16_t *samples, int count);
/* The line is gone: ends a session that is not over. */
void fax_hang_up(fax_terminal *terminal);
/* 1: an event was taken from the queue, 0: there is none. */
int fax_next(fax_terminal *terminal, fax_event *event);
/* Events that found the queue full. */
int64_t fax_lost(const fax_terminal *terminal);
/* Is the fast modem at work, for an image or the check of its training: 1 sends, 2 receives and has trained, else 0. */
int fax_fast(const fax_terminal *terminal);
const char *fax_status_text(int status);
