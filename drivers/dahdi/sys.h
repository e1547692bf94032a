/* The system calls as card.c and line.c make them: through the table of ls_use, with the faults of ls_fail. */
#ifndef LOOPSTART_SYS_H
#define LOOPSTART_SYS_H
#include <stdint.h>

struct ls_pollfd;
int sys_open(const char *path, int flags);
int sys_close(int fd);
long sys_read(int fd, void *buffer, unsigned long size);
long sys_write(int fd, const void *buffer, unsigned long size);
int sys_ioctl(int fd, unsigned long request, void *argument);
int sys_poll(struct ls_pollfd *fds, unsigned long count, int milliseconds);
int64_t sys_clock(void);
#endif
