#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int control = -1;
static pid_t owner;
static ino_t inode;

const char *link_folder(void)
{
	const char *folder = getenv(WIRE_ENVIRONMENT);

	return folder && *folder ? folder : NULL;
}

/* Programs that tidy up close every descriptor they can count; the number may since be another file's. */
static bool still_there(void)
{
	struct stat status;

	return control >= 0 && raw_fstat(control, &status) == 0 && S_ISSOCK(status.st_mode) && status.st_ino == inode;
}

static bool still_ours(void)
{
	return owner == getpid() && still_there();
}

static void hang_up(void)
{
	if (still_there())
		syscall(SYS_close, control);
	control = -1;
}

bool link_is(int fd)
{
	return fd >= 0 && fd == control && still_ours();
}

void link_after_fork(void)
{
	/* The parent may have held the lock, and its control socket would mix up our replies with its own. */
	lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	hang_up();
}

/* Out of the way of programs that expect small numbers, and of those that close all small ones. */
static int move_up(int fd)
{
	static const int floors[] = {900, 200, 20};
	int moved;

	for (size_t i = 0; i < sizeof(floors) / sizeof(*floors); i++) {
		moved = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, floors[i]);
		if (moved >= 0) {
			syscall(SYS_close, fd);
			return moved;
		}
	}
	return fd;
}

static int connect_office(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	static const struct timeval patience = {.tv_sec = 10}; /* for an office that was stopped */
	const char *folder = link_folder();
	struct stat status;
	int fd;

	if (!folder ||
	    snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder) >= (int)sizeof(address.sun_path))
		return -ENODEV;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		syscall(SYS_close, fd);
		return -ENODEV; /* the office has closed: to the program, the card was pulled */
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	fd = move_up(fd);
	if (raw_fstat(fd, &status) < 0) {
		syscall(SYS_close, fd);
		return -ENODEV;
	}
	control = fd;
	owner = getpid();
	inode = status.st_ino;
	return 0;
}

static int send_request(const struct wire_request *request, const struct payload *payload)
{
	struct iovec parts[] = {
		{(void *)request, sizeof(*request)},
		{(void *)payload->in, payload->in_size},
		{(void *)payload->more, payload->more_size},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
	ssize_t sent;

	do {
		sent = sendmsg(control, &message, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

static int take_passed(struct msghdr *message)
{
	int fd = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static int receive_reply(const struct payload *payload, struct wire_reply *reply, int *passed, bool cloexec)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} ancillary;
	struct iovec parts[] = {{reply, sizeof(*reply)}, {payload->out, payload->out_size}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t got;
	int fd;

	message.msg_control = &ancillary;
	message.msg_controllen = sizeof(ancillary);
	do {
		got = recvmsg(control, &message, cloexec ? MSG_CMSG_CLOEXEC : 0);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	fd = take_passed(&message);
	if (passed)
		*passed = fd;
	else if (fd >= 0)
		syscall(SYS_close, fd);
	return got < (ssize_t)sizeof(*reply) ? -ENODEV : 0;
}

int link_ask(const struct wire_request *request, const struct payload *payload, struct wire_reply *reply, int *passed,
	     bool cloexec)
{
	sigset_t all, before;
	int error = 0;

	/* A signal's handler may use a device too, and would wait for ever for the lock that it interrupted. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_mutex_lock(&lock);
	if (!still_ours())
		error = connect_office();
	if (!error)
		error = send_request(request, payload);
	if (!error)
		error = receive_reply(payload, reply, passed, cloexec);
	if (error && error != -EFAULT)
		hang_up(); /* a reply that comes too late must not answer the next request */
	pthread_mutex_unlock(&lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error == -EPIPE || error == -ECONNRESET || error == -EAGAIN)
		error = -ENODEV;
	return error;
}
