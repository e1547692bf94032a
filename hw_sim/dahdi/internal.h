/* What device.c, blocks.c and control.c share: the table of our descriptors. */
#ifndef LOOPSTART_INTERNAL_H
#define LOOPSTART_INTERNAL_H

#include "device.h"
#include "link.h"

#include <stdatomic.h>

#define DESCRIPTORS 65536
#define LARGEST_BLOCK 16384 /* 8192 samples, linear */

struct device {
	ino_t inode;
	uint32_t handle;
	_Atomic uint32_t block;
	_Atomic uint16_t generation;
	_Atomic uint16_t mode;
	_Atomic uint8_t write_error; /* as the last block read said */
	uint16_t kind;
	uint16_t minor; /* of the device node; 254 after exec, when nobody knows by which it was opened */
	uint16_t refusal;
	_Atomic int sweep; /* the taken out-of-band byte may have left an empty buffer in the way */
};

extern struct device devices[DESCRIPTORS];

static inline int raw_ioctl(int fd, unsigned long cmd, void *argument)
{
	return (int)syscall(SYS_ioctl, fd, cmd, argument);
}

/* A request about this descriptor; what the reply tells of it is learned. 0, or -errno. */
int device_ask(int fd, struct wire_request *request, const struct payload *payload, struct wire_reply *reply);
short device_ready(int fd, short wanted, int timeout);
bool device_waits(int fd); /* no O_NONBLOCK */
bool device_take_mark(int fd, struct device *device);
void device_discard_stale(int fd, struct device *device);
ssize_t device_fail(ssize_t result); /* -errno becomes errno and -1 */
#endif
