/* One descriptor of the virtual /dev/dahdi, seen from the program. */
#ifndef LOOPSTART_DEVICE_H
#define LOOPSTART_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

void device_inherit(void);  /* at start: find the devices that came over exec */
void device_after_fork(void); /* in the child */
bool device_is(int fd);     /* is this descriptor one of ours? */
unsigned device_minor(int fd); /* of the node that it was opened by */
void device_copy(int from, int to);
void device_forget(int fd);

/* These four are the system calls: -1 and errno on failure. */
int device_open(const char *path, int flags);
ssize_t device_read(int fd, void *to, size_t count);
ssize_t device_write(int fd, const void *from, size_t count);
int device_ioctl(int fd, unsigned long cmd, void *argument);
#endif
