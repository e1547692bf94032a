/* One T.30 session of libspandsp on sound, and a queue of what happens in it. See _fax.h. */

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include <spandsp.h>
#include <spandsp/expose.h> /* which modem is at work is told nowhere else */

#include "_fax.h"
#include "level.h"

enum {
    FCD = 0x06, /* an image's frame in error correction mode (T.30, 5.3.6.1.8 and annex A), as on the wire */
    RCP = 0x86,
    FCF_AT = 2,
    TO_WHOM = 0x01, /* the bit X: set by who has received a DIS */
};

struct fax_terminal {
    fax_state_t *fax;
    t30_state_t *t30;
    int64_t heard;
    int64_t lost;
    struct level level;
    int first;
    int waiting;
    bool over;
    int inviting; /* the library's states after its DIS and after its RTN; 0: never */
    int refusing;
    fax_event events[FAX_EVENTS];
};

/* The library's log has no user data: whose call is under way in this thread. */
static _Thread_local fax_terminal *current;

static fax_event *queue(fax_terminal *t, int kind, int code)
{
    if (t->waiting == FAX_EVENTS) {
        t->lost++;
        return NULL;
    }
    fax_event *event = &t->events[(t->first + t->waiting++) % FAX_EVENTS];
    memset(event, 0, sizeof(*event));
    event->kind = kind;
    event->code = code;
    event->at = t->heard;
    return event;
}

static void fill(fax_event *event, const void *octets, size_t count)
{
    event->count = (int) (count < FAX_OCTETS ? count : FAX_OCTETS);
    memcpy(event->octets, octets, (size_t) event->count);
}

static void measure(fax_terminal *t, fax_event *event)
{
    t30_stats_t s;
    t30_get_transfer_statistics(t->t30, &s);
    event->statistics = (fax_statistics) {
        .bit_rate = s.bit_rate, .ecm = s.error_correcting_mode, .pages_sent = s.pages_tx, .pages_received = s.pages_rx,
        .x_resolution = s.x_resolution, .y_resolution = s.y_resolution, .width = s.width, .length = s.length,
        .image_size = s.image_size, .encoding = s.encoding, .bad_rows = s.bad_rows,
        .longest_bad_run = s.longest_bad_row_run, .ecm_retries = s.error_correcting_mode_retries,
    };
}

static void measured(fax_terminal *t, int kind, int code)
{
    fax_event *event = queue(t, kind, code);
    if (event != NULL)
        measure(t, event);
}

/* -- what the library calls ------------------------------------------------------------------------------------- */

static int on_phase_b(t30_state_t *s, void *user, int result)
{
    const char *ident = t30_get_rx_ident(s);
    fax_event *event = queue(user, FAX_PHASE_B, result);
    if (event != NULL && ident != NULL)
        fill(event, ident, strlen(ident));
    return T30_ERR_OK;
}

static int on_phase_d(t30_state_t *s, void *user, int result)
{
    (void) s;
    measured(user, FAX_PHASE_D, result);
    return T30_ERR_OK;
}

static void on_phase_e(t30_state_t *s, void *user, int result)
{
    fax_terminal *t = user;
    (void) s;
    if (t->over)
        return;
    t->over = true;
    /* Nothing that came before may keep this one out. */
    if (t->waiting == FAX_EVENTS) {
        t->waiting--;
        t->lost++;
    }
    measured(t, FAX_PHASE_E, result);
}

/* A sender that tries a refused page again begins with DCS. The library does not know that case: it hears the frame as
 * unexpected and ends the call. As after DIS, then. */
static void take_again(fax_terminal *t, int incoming, uint8_t fcf)
{
    if (!incoming && fcf == T30_DIS)
        t->inviting = t->t30->state;
    if (!incoming && fcf == T30_RTN)
        t->refusing = t->t30->state;
    if (!incoming || (fcf & ~TO_WHOM) != T30_DCS || !t->refusing || t->t30->state != t->refusing)
        return;
    t->t30->state = t->inviting;
    t->t30->end_of_procedure_detected = false;
}

static void on_frame(t30_state_t *s, void *user, int incoming, const uint8_t *octets, int count)
{
    (void) s;
    fax_terminal *t = user;
    if (count <= FCF_AT || octets[FCF_AT] == FCD || octets[FCF_AT] == RCP)
        return;
    if (incoming)
        level_by_frame(&t->level);
    take_again(t, incoming, octets[FCF_AT]);
    fax_event *event = queue(t, FAX_FRAME, octets[FCF_AT]);
    if (event == NULL)
        return;
    event->outgoing = !incoming;
    fill(event, octets, (size_t) count);
}

static void log_line(int severity, const char *text)
{
    fax_event *event = current == NULL ? NULL : queue(current, FAX_LOG, severity);
    if (event != NULL)
        fill(event, text, strlen(text));
}

/* libtiff would write to standard error. */
static void on_tiff(const char *module, const char *format, va_list arguments)
{
    char text[FAX_OCTETS];
    int begun = snprintf(text, sizeof(text), "%s: ", module == NULL ? "tiff" : module);
    if (begun < 0 || begun >= (int) sizeof(text))
        return;
    if (vsnprintf(text + begun, sizeof(text) - (size_t) begun, format, arguments) >= 0)
        log_line(SPAN_LOG_WARNING, text);
}

/* -- what Python calls ------------------------------------------------------------------------------------------ */

static void listen_to(fax_terminal *t, int severity)
{
    int level = severity | SPAN_LOG_SUPPRESS_LABELLING;
    logging_state_t *logs[] = { fax_get_logging_state(t->fax), t30_get_logging_state(t->t30) };
    for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
        span_log_set_message_handler(logs[i], log_line);
        span_log_set_error_handler(logs[i], NULL);
        span_log_set_level(logs[i], severity ? level : SPAN_LOG_NONE);
    }
    t30_set_phase_b_handler(t->t30, on_phase_b, t);
    t30_set_phase_d_handler(t->t30, on_phase_d, t);
    t30_set_phase_e_handler(t->t30, on_phase_e, t);
    t30_set_real_time_frame_handler(t->t30, on_frame, t);
}

static bool equip(fax_terminal *t, const fax_options *o)
{
    int last = o->most_pages ? o->most_pages - 1 : -1;
    int all = T30_SUPPORT_T4_1D_COMPRESSION | T30_SUPPORT_T4_2D_COMPRESSION | T30_SUPPORT_T6_COMPRESSION;
    t->t30->retransmit_capable = true; /* has no setter; without it a page refused with RTN ends the call, as OK */
    fax_set_transmit_on_idle(t->fax, true);
    fax_set_tep_mode(t->fax, o->talker_echo);
    if (t30_set_tx_ident(t->t30, o->ident) < 0 || t30_set_tx_page_header_info(t->t30, o->header) < 0)
        return false;
    if (t30_set_supported_modems(t->t30, o->modems) < 0 || t30_set_ecm_capability(t->t30, o->ecm) < 0)
        return false;
    if (t30_set_supported_compressions(t->t30, all) < 0 || t30_set_rx_encoding(t->t30, T4_COMPRESSION_ITU_T6) < 0)
        return false;
    if (t30_set_minimum_scan_line_time(t->t30, o->scan_line) < 0)
        return false;
    if (o->not_ready && t30_set_receiver_not_ready(t->t30, o->not_ready) < 0)
        return false;
    if (o->send != NULL)
        t30_set_tx_file(t->t30, o->send, -1, last);
    if (o->receive != NULL)
        t30_set_rx_file(t->t30, o->receive, last);
    return true;
}

fax_terminal *fax_open(const fax_options *options)
{
    TIFFSetErrorHandler(on_tiff);
    TIFFSetWarningHandler(on_tiff);
    fax_terminal *t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    t->fax = fax_init(NULL, options->calling);
    if (t->fax == NULL) {
        free(t);
        return NULL;
    }
    t->t30 = fax_get_t30_state(t->fax);
    t->level.gain = 1.0f;
    listen_to(t, options->log);
    if (!equip(t, options)) {
        fax_close(t);
        return NULL;
    }
    return t;
}

void fax_close(fax_terminal *t)
{
    current = NULL;
    t->over = true;
    fax_release(t->fax);
    fax_free(t->fax);
    free(t);
}

static bool is_fast(int modem)
{
    return modem == T30_MODEM_V27TER || modem == T30_MODEM_V29 || modem == T30_MODEM_V17;
}

void fax_hear(fax_terminal *t, const int16_t *samples, int count)
{
    int16_t piece[LEVEL_PIECE];
    current = t;
    for (int done = 0; done < count && !t->over; done += LEVEL_PIECE) {
        int n = count - done < LEVEL_PIECE ? count - done : LEVEL_PIECE;
        memcpy(piece, samples + done, (size_t) n * sizeof(*samples)); /* the library writes into what it reads */
        t->heard += n;
        level_set(&t->level, piece, n, t->fax->modems.current_rx_type == T30_MODEM_V21);
        fax_rx(t->fax, piece, n);
    }
    current = NULL;
}

void fax_speak(fax_terminal *t, int16_t *samples, int count)
{
    current = t;
    int made = t->over ? 0 : fax_tx(t->fax, samples, count);
    memset(samples + made, 0, (size_t) (count - made) * sizeof(*samples));
    current = NULL;
}

void fax_hang_up(fax_terminal *t)
{
    current = t;
    t30_terminate(t->t30);
    on_phase_e(t->t30, t, T30_ERR_CALLDROPPED);
    current = NULL;
}

int fax_next(fax_terminal *t, fax_event *event)
{
    if (t->waiting == 0)
        return 0;
    *event = t->events[t->first];
    t->first = (t->first + 1) % FAX_EVENTS;
    t->waiting--;
    return 1;
}

int64_t fax_lost(const fax_terminal *t)
{
    return t->lost;
}

int fax_fast(const fax_terminal *t)
{
    if (is_fast(t->fax->modems.current_tx_type))
        return 1;
    return is_fast(t->fax->modems.current_rx_type) && t->t30->rx_trained ? 2 : 0;
}

const char *fax_status_text(int status)
{
    return t30_completion_code_to_str(status);
}
