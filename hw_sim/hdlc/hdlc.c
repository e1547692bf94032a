#include <stdint.h>

#include "hdlc.h"

#define FLAG 0x7e
#define START 0xffff
#define GOOD 0xf0b8 /* what remains over a frame with its check sequence */
#define MOST_ONES 5 /* in a row, of data: a zero is inserted after them */

static uint16_t fcs_byte(uint16_t fcs, uint8_t byte)
{
	/* The polynomial x^16 + x^12 + x^5 + 1, reflected, a byte at a time. */
	byte ^= fcs & 0xff;
	byte ^= byte << 4;
	return (uint16_t)((fcs >> 8) ^ (byte << 8) ^ (byte << 3) ^ (byte >> 4));
}

uint16_t hdlc_fcs(const uint8_t *data, uint32_t length)
{
	uint16_t fcs = START;

	for (uint32_t i = 0; i < length; i++)
		fcs = fcs_byte(fcs, data[i]);
	return fcs ^ 0xffff;
}

/* --- sending --- */

uint32_t hdlc_room(uint32_t bytes)
{
	uint32_t bits = 8 * (bytes + 2);

	return (7 + bits + bits / MOST_ONES + 8) / 8 + 1;
}

static void put(struct hdlc_sender *sender, uint32_t bit)
{
	sender->bits |= bit << (31 - sender->count);
	sender->count++;
}

/* Whole octets out of what has been put. */
static uint8_t *drain(struct hdlc_sender *sender, uint8_t *octets)
{
	while (sender->count >= 8) {
		*octets++ = (uint8_t)(sender->bits >> 24);
		sender->bits <<= 8;
		sender->count -= 8;
	}
	return octets;
}

static uint8_t *put_byte(struct hdlc_sender *sender, uint8_t byte, uint8_t *octets)
{
	for (int i = 0; i < 8; i++) {
		uint32_t bit = (byte >> i) & 1;

		put(sender, bit);
		sender->ones = bit ? sender->ones + 1 : 0;
		if (sender->ones == MOST_ONES) {
			put(sender, 0);
			sender->ones = 0;
		}
	}
	return drain(sender, octets);
}

static void put_flag(struct hdlc_sender *sender)
{
	sender->bits |= ((uint32_t)FLAG << 24) >> sender->count;
	sender->count += 8;
	sender->ones = 0;
}

uint32_t hdlc_send(struct hdlc_sender *sender, const uint8_t *payload, uint32_t length, int check, uint8_t *octets)
{
	uint8_t *next = octets;
	uint16_t fcs = hdlc_fcs(payload, length);

	for (uint32_t i = 0; i < length; i++)
		next = put_byte(sender, payload[i], next);
	if (check) {
		next = put_byte(sender, fcs & 0xff, next);
		next = put_byte(sender, fcs >> 8, next);
	}
	put_flag(sender);
	next = drain(sender, next);
	return (uint32_t)(next - octets);
}

void hdlc_idle(struct hdlc_sender *sender, uint8_t *octets, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		put_flag(sender);
		octets = drain(sender, octets);
	}
}

/* --- receiving --- */

static void begin(struct hdlc_receiver *receiver)
{
	receiver->framed = 1;
	receiver->length = 0;
	receiver->bit = 0;
	receiver->byte = 0;
	receiver->fcs = START;
}

/* After a flag: what lay before it. Its first seven bits, 0111111, were taken for data; a whole byte more or less than
 * that, and the frame did not consist of bytes. */
static int end(struct hdlc_receiver *receiver)
{
	int found = HDLC_FRAME;

	if (!receiver->framed || !receiver->length)
		return HDLC_NOTHING;
	if (receiver->bit != 7)
		found = HDLC_ABORT;
	else if (receiver->check && receiver->fcs != GOOD)
		found = HDLC_BAD_FCS;
	return found;
}

static int lose(struct hdlc_receiver *receiver, int fault)
{
	int found = receiver->framed && receiver->length ? fault : HDLC_NOTHING;

	receiver->framed = 0;
	return found;
}

static int data_bit(struct hdlc_receiver *receiver, int bit, uint8_t *frame)
{
	receiver->byte = (uint8_t)(receiver->byte >> 1 | bit << 7);
	if (++receiver->bit < 8)
		return HDLC_NOTHING;
	receiver->bit = 0;
	if (receiver->length == receiver->longest)
		return lose(receiver, HDLC_OVERRUN);
	frame[receiver->length++] = receiver->byte;
	receiver->fcs = fcs_byte(receiver->fcs, receiver->byte);
	return HDLC_NOTHING;
}

static int one(struct hdlc_receiver *receiver, uint8_t *frame)
{
	receiver->ones += receiver->ones < 7;
	if (receiver->ones == 7)
		return lose(receiver, HDLC_ABORT);
	return receiver->framed ? data_bit(receiver, 1, frame) : HDLC_NOTHING;
}

/* *flag: a frame may begin here; its state is reset only when what was found has been told. */
static int zero(struct hdlc_receiver *receiver, uint8_t *frame, int *flag)
{
	int ones = receiver->ones;

	receiver->ones = 0;
	if (ones == MOST_ONES)
		return HDLC_NOTHING; /* inserted */
	*flag = ones == 6;
	if (*flag)
		return end(receiver);
	return receiver->framed ? data_bit(receiver, 0, frame) : HDLC_NOTHING;
}

int hdlc_take(struct hdlc_receiver *receiver, const uint8_t *octets, uint32_t count, uint32_t *used, uint8_t *frame)
{
	for (uint32_t i = 0; i < count; i++) {
		int found = HDLC_NOTHING;
		uint32_t length = 0;

		for (int bit = 7; bit >= 0; bit--) {
			int flag = 0;
			int now = octets[i] >> bit & 1 ? one(receiver, frame) : zero(receiver, frame, &flag);

			/* An octet ends at most one frame that has bytes: the next one needs eight bits more. */
			if (now) {
				found = now;
				length = receiver->length;
			}
			if (flag)
				begin(receiver);
		}
		if (found) {
			*used = i + 1;
			receiver->told = length;
			return found;
		}
	}
	*used = count;
	return HDLC_NOTHING;
}
