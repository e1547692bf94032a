/* What the preload library and the office's server say to each other. One text for both: server-side Python reads the
 * #define lines of this file, so a constant stands here and nowhere else.
 *
 * Every process has one control socket (SOCK_SEQPACKET, AF_UNIX): a request is one message, its reply is one message.
 * Every open device has one data socket (SOCK_STREAM), passed with the reply to WIRE_OPEN; it IS the program's
 * descriptor, so poll, select, epoll, O_NONBLOCK, dup, fork and exec work by themselves, and the last close of it is the
 * close of the device. The office's end carries an abstract name, WIRE_NAME and the handle in decimal, by which a
 * descriptor inherited over exec is recognised.
 *
 * Office -> program on the data socket: struct wire_block, then `length` bytes and `fill` more, one block at a time.
 * Program -> office: bytes as written; with WIRE_FRAMES a struct wire_block before each write, which is one frame, and
 * `fill` bytes after it up to the size of a block, so that every frame takes one buffer. An event waiting in the office is ONE out-of-band byte (POLLPRI); the program says
 * in its next request (WIRE_TOOK) that it has taken the byte, and only then may the office send another.
 */
#ifndef LOOPSTART_WIRE_H
#define LOOPSTART_WIRE_H

#define WIRE_MAGIC 0x4c530001
#define WIRE_ENVIRONMENT "LOOPSTART_DAHDI"
#define WIRE_NAME "loopstart-dahdi/"
#define WIRE_LARGEST 65536

#define WIRE_OPEN 1     /* payload: path. reply: handle and the data socket */
#define WIRE_IOCTL 2    /* payload: the struct the ioctl points to, with what trails it */
#define WIRE_BUSY 3     /* result 1 while a flash or wink is being sent */
#define WIRE_IDENTIFY 4 /* what is this handle? (after exec) */
#define WIRE_SETTLE 5   /* answered when all that was written to files below /sys has been carried out */

#define WIRE_TOOK 1     /* flag: the out-of-band byte has been taken */
#define WIRE_INDIRECT 2 /* flag: DAHDI_INDIRECT; `channel` says whose ioctl it is */
#define WIRE_NULL 4     /* flag: the ioctl's argument was a null pointer */
#define WIRE_WAITS 8    /* flag: the descriptor blocks, a HOOK waits for its end */

#define WIRE_FRAMES 1 /* mode: a write is one frame */

#define WIRE_CONTROL 1
#define WIRE_CHANNEL 2
#define WIRE_TIMER 3

#define WIRE_ELAST 500 /* errno of read and write while an event waits; Linux has no name for it in user space */

#ifdef WIRE_STRUCTS
#include <stdint.h>

struct wire_request {
	uint32_t magic;
	uint16_t op;
	uint16_t flags;
	uint32_t handle;
	uint32_t cmd;
	int32_t channel;
	uint32_t size; /* bytes of payload that follow */
};

struct wire_reply {
	int32_t result; /* of the system call, or -errno */
	uint32_t handle;
	uint32_t block;      /* bytes of a whole block in the present mode; 0: neither read nor write */
	uint32_t room;       /* SO_SNDBUF that makes POLLOUT mean "a buffer is free"; 0: unchanged */
	uint32_t size;       /* bytes of payload that follow */
	uint16_t kind;       /* WIRE_CONTROL, WIRE_CHANNEL, WIRE_TIMER */
	uint16_t refusal;    /* errno of read and write while block is 0 */
	uint16_t generation; /* blocks of another generation are stale; counts from 1 */
	uint16_t discard;    /* 1: throw the stale blocks away now */
	uint16_t mode;       /* WIRE_FRAMES, or 0 */
	uint16_t number;     /* of the channel, 0 for none */
};

struct wire_block {
	uint16_t length; /* bytes of sound, or of a frame */
	uint16_t generation;
	uint16_t fill;       /* bytes to be thrown away after them */
	uint8_t read_error;  /* errno with which the read of this block fails; the block is lost */
	uint8_t write_error; /* errno with which writes fail from now on */
};
#endif
#endif
