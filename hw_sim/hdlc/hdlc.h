/* HDLC on the octets of one 64 kbit/s timeslot (ISO/IEC 13239): the one text that the compiler and cffi read.
 * Bit 1 of an octet, the first on the line, is its most significant; a frame's bytes go least significant bit first. */

#define HDLC_NOTHING 0
#define HDLC_FRAME 1
#define HDLC_BAD_FCS 2
#define HDLC_ABORT 3
#define HDLC_OVERRUN 4

struct hdlc_sender {
	uint32_t bits; /* not yet a whole octet, the next bit to send at the top */
	int count;
	int ones; /* in a row, just sent */
};

struct hdlc_receiver {
	uint32_t longest; /* bytes of a frame, its check sequence included */
	uint32_t length;  /* whole bytes so far */
	int bit;          /* bits of the next byte so far */
	int ones;         /* in a row, just received */
	int framed;       /* a flag has been seen, and no fault since */
	int check;        /* 0: frames have no check sequence */
	uint32_t told; /* bytes of the frame that hdlc_take has told of last */
	uint16_t fcs;
	uint8_t byte;
};

/* Octets that a frame of that many bytes takes at most, with check sequence and closing flag. */
uint32_t hdlc_room(uint32_t bytes);

/* A frame with its closing flag, after what was sent before. Gives the octets written; what is left over stays. */
uint32_t hdlc_send(struct hdlc_sender *sender, const uint8_t *payload, uint32_t length, int check, uint8_t *octets);

/* So many octets of flags. */
void hdlc_idle(struct hdlc_sender *sender, uint8_t *octets, uint32_t count);

/* Take octets until something is complete. Gives HDLC_...; used: how many were taken; frame: room for `longest`. */
int hdlc_take(struct hdlc_receiver *receiver, const uint8_t *octets, uint32_t count, uint32_t *used, uint8_t *frame);

/* CRC-16 of ITU-T X.25, as it is sent after so many bytes: low byte first. */
uint16_t hdlc_fcs(const uint8_t *data, uint32_t length);
